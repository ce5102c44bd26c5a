package dataset

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write makes a file and gives its path.
func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "data.json")
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// talk is a conversation whose turns have the given numbers of words.
func talk(words ...int) string {
	turns := make([]string, 0, len(words))
	for i, n := range words {
		turns = append(turns, fmt.Sprintf(`{"from":"%s","value":"%s"}`, []string{"human", "gpt"}[i%2], strings.TrimSpace(strings.Repeat(fmt.Sprintf("w%d ", n), n))))
	}
	return `{"id":"x","conversations":[` + strings.Join(turns, ",") + `]}`
}

func file(conversations ...string) string { return "[" + strings.Join(conversations, ",\n") + "]" }

func TestShareGPTFilter(t *testing.T) {
	for _, c := range []struct {
		name      string
		words     []int
		outputLen int
		kept      bool
	}{
		{"plain", []int{10, 20}, 0, true},
		{"one turn", []int{10}, 0, false},
		{"prompt of 3", []int{3, 20}, 0, false},
		{"prompt of 4", []int{4, 20}, 0, true},
		{"answer of 3", []int{10, 3}, 0, false},
		{"answer of 3, length fixed", []int{10, 3}, 2, true},
		{"prompt of 1024", []int{1024, 20}, 0, true},
		{"prompt of 1025", []int{1025, 20}, 0, false},
		{"2048 in all", []int{1024, 1024}, 0, true},
		{"2049 in all", []int{1024, 1025}, 0, false},
		{"2049 in all, length fixed", []int{1024, 4}, 1025, false},
	} {
		// The second conversation keeps the file from being refused.
		path := write(t, file(talk(c.words...), talk(5, 5)))
		d, err := New(Config{Name: "sharegpt", Path: path, NumPrompts: 2, OutputLen: c.outputLen}, newWordTokenizer(false))
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for i := range d.Len() {
			p := promptAt(t, d, i)
			if p.InputTokens == c.words[0] {
				found = true
				want := c.outputLen
				if want == 0 {
					want = c.words[1]
				}
				if p.OutputTokens != want {
					t.Errorf("%s: %d output tokens, want %d", c.name, p.OutputTokens, want)
				}
			}
		}
		if found != c.kept {
			t.Errorf("%s: kept %v, want %v", c.name, found, c.kept)
		}
	}
}

func TestShareGPTSample(t *testing.T) {
	var conversations []string
	for n := range 50 {
		conversations = append(conversations, talk(n+5, n+5))
	}
	path := write(t, file(conversations...))
	sample := func(seed int64, n int) []string {
		d, err := New(Config{Name: "sharegpt", Path: path, NumPrompts: n, Seed: seed}, newWordTokenizer(false))
		if err != nil {
			t.Fatal(err)
		}
		if d.Len() != n {
			t.Fatalf("%d prompts, want %d", d.Len(), n)
		}
		var texts []string
		for i := range n {
			texts = append(texts, promptAt(t, d, i).Text)
		}
		return texts
	}
	a, b, other := sample(1, 20), sample(1, 20), sample(2, 20)
	if strings.Join(a, "|") != strings.Join(b, "|") {
		t.Error("the same seed gave two samples")
	}
	if strings.Join(a, "|") == strings.Join(other, "|") {
		t.Error("two seeds gave the same sample")
	}
	distinct := map[string]bool{}
	for _, text := range sample(1, 120) {
		distinct[text] = true
	}
	if len(distinct) != 50 {
		t.Errorf("120 prompts of 50 conversations hold %d different ones, want all 50", len(distinct))
	}
}

func TestShareGPTBadFiles(t *testing.T) {
	for _, c := range []struct{ content, says string }{
		{"", "the file is empty"},
		{"[]", "the list is empty"},
		{"[{", "not JSON at byte"},
		{`{"conversations":[]}`, "not ShareGPT's form"},
		{`[{"conversations":"x"}]`, "not ShareGPT's form"},
		{`[{"conversations":[]}]`, "none of its 1 conversations"},
		{`[{"prompt":"x"}]`, "none of its 1 conversations"},
		{"\x00\x01\x02", "not JSON at byte 1"},
	} {
		path := write(t, c.content)
		_, err := New(Config{Name: "sharegpt", Path: path, NumPrompts: 1}, newWordTokenizer(false))
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v; want one line saying %q and naming the file", c.content, err, c.says)
		}
	}
	_, err := New(Config{Name: "sharegpt", Path: filepath.Join(t.TempDir(), "missing.json"), NumPrompts: 1}, newWordTokenizer(false))
	if err == nil || !strings.Contains(err.Error(), "missing.json") {
		t.Errorf("a missing file gives %v", err)
	}
}

func FuzzShareGPT(f *testing.F) {
	f.Add([]byte(file(talk(5, 5))))
	f.Add([]byte(`[{"conversations":[{"from":1}]}]`))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, data []byte) {
		conversations, err := parseShareGPT(data)
		if err == nil && len(conversations) == 0 {
			t.Error("neither conversations nor an error")
		}
	})
}
