package store

import (
	"net/url"
	"strings"
	"testing"
)

func TestEscapePartition(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 300)
	tests := []struct{ value, want string }{
		{"Qwen2.5-72B", "Qwen2.5-72B"},
		{"Qwen/Qwen2.5-72B", "Qwen%2FQwen2.5-72B"},
		{"a=b", "a%3Db"},
		{"a b\tc\n", "a%20b%09c%0A"},
		{".hidden", "%2Ehidden"},
		{"..", "%2E."},
		{"../../etc", "%2E.%2F..%2Fetc"},
		{"50%", "50%25"},
		{"%2F", "%252F"},
		{"nul\x00del\x7f", "nul%00del%7F"},
		{`C:\models`, "C%3A%5Cmodels"},
		{"*?[a]{b}", "%2A%3F%5Ba%5D%7Bb%7D"},
		{`it's "it" <|>`, "it%27s%20%22it%22%20%3C%7C%3E"},
		{"模型", "模型"},
		{long, long[:183] + "~"},
	}
	for _, test := range tests {
		got := escapePartition(test.value)
		if len(test.value) > maxPartition {
			if !strings.HasPrefix(got, test.want) || len(got) != maxPartition {
				t.Errorf("%q became %q of %d bytes", test.value, got, len(got))
			}
			continue
		}
		if got != test.want {
			t.Errorf("%q became %q, want %q", test.value, got, test.want)
		}
	}
	if a, b := escapePartition(long+"a"), escapePartition(long+"b"); a == b {
		t.Errorf("two long values share %q", a)
	}
}

func TestRunDir(t *testing.T) {
	t.Parallel()
	tests := []struct {
		run  Run
		want string
	}{
		{sampleRun("r"), "events/dcu=K100_AI/tp=8/model=Qwen2.5-72B/run_id=r"},
		{Run{RunID: "r"}, "events/dcu=" + unknownPartition + "/tp=" + unknownPartition + "/model=" + unknownPartition + "/run_id=r"},
		{Run{RunID: "r", DCU: new(""), Model: new("/data/Qwen")}, "events/dcu=" + unknownPartition + "/tp=" + unknownPartition + "/model=%2Fdata%2FQwen/run_id=r"},
	}
	for _, test := range tests {
		if got := runDir(&test.run); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

// FuzzPartition sees that a value is one harmless path component, that two values never share one, and that a
// short value comes back.
func FuzzPartition(f *testing.F) {
	for _, seed := range []string{"", "Qwen/Qwen2.5-72B", "..", "a=b c", "\xc3." + strings.Repeat("0", 300), "100%", "\x00\xff", "模型", strings.Repeat("%", 70), strings.Repeat("é", 120)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		name := escapePartition(value)
		if len(name) > maxPartition || strings.ContainsAny(name, "/\\=*?[]{}'\" \t\n\x00") || strings.HasPrefix(name, ".") {
			t.Fatalf("%q became %q", value, name)
		}
		if cut := strings.LastIndexByte(name, '~'); cut >= 0 && cut == len(name)-hashLetters-1 {
			return // cut, or it looks so
		}
		if back, err := url.PathUnescape(name); err != nil || back != value {
			t.Errorf("%q became %q and came back as %q, %v", value, name, back, err)
		}
	})
}
