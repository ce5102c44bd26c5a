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
	t.Parallel()
	for _, c := range []struct{ content, says string }{
		{"", "the file is empty"},
		{" \n", "the file is empty"},
		{"[]", "the list is empty"},
		{"[{", "cut off at byte 2, in element 1"},
		{"[" + talk(5, 5) + `,{"conversations":[{"from`, "cut off at byte 136, in element 2"},
		{"[" + talk(5, 5) + ",]", "not JSON at byte 113"},
		{"[" + talk(5, 5) + "]x", "not JSON at byte 113"},
		{"[" + talk(5, 5) + "," + `{"conversations":}` + "]", "element 2: not JSON at byte 18 of it"},
		{`[{"conversations":"x"}]`, "element 1: not ShareGPT's form"},
		{`[{"conversations":[{"from":"human"},{"from":"gpt"}]}]`, "element 1: not ShareGPT's form"},
		{`[[]]`, "element 1: not ShareGPT's form"},
		{`["x"]`, "element 1: not ShareGPT's form"},
		{`{"conversations":[]}`, "no line of it can be used"},
		{`[{"conversations":[]}]`, "no element of it can be used"},
		{`[{"prompt":"x"}]`, "no element of it can be used"},
		{"[" + talk(1, 5) + "]", "no element of its 1 can be used"},
		{"\x00\x01\x02", "not JSON at byte 1"},
		{"PAR1\x15\x04", `not JSON at byte 1: it begins with "P"`},
	} {
		refused(t, Config{Name: "sharegpt", Path: write(t, c.content), NumPrompts: 1}, c.says)
	}
	_, err := New(Config{Name: "sharegpt", Path: filepath.Join(t.TempDir(), "missing.json"), NumPrompts: 1}, newWordTokenizer(false))
	if err == nil || !strings.Contains(err.Error(), "missing.json") {
		t.Errorf("a missing file gives %v", err)
	}
}

// refused wants one line that names the file and says what is wrong with it.
func refused(t *testing.T, c Config, says string) {
	t.Helper()
	_, err := New(c, newWordTokenizer(false))
	if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), c.Path) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v; want one line saying %q and naming %s", err, says, c.Path)
	}
}

// Without the filter long prompts stay, and short ones; an empty one cannot be sent.
func TestShareGPTNoLengthFilter(t *testing.T) {
	t.Parallel()
	path := write(t, file(talk(3000, 5), talk(1, 1), talk(0, 5), talk(5)))
	d, err := New(Config{Name: "sharegpt", Path: path, NumPrompts: 9, Files: FilesConfig{NoLengthFilter: true, NoOversample: true, DisableShuffle: true}}, newWordTokenizer(false))
	if err != nil {
		t.Fatal(err)
	}
	if d.Len() != 2 || promptAt(t, d, 0).InputTokens != 3000 || promptAt(t, d, 1).InputTokens != 1 {
		t.Errorf("%d prompts, of %d and %d tokens", d.Len(), promptAt(t, d, 0).InputTokens, promptAt(t, d, 1).InputTokens)
	}
}

// ShareGPT4V and ShareGPT4Video have a picture or a film with each conversation, in files beside the dataset.
func TestShareGPTMedia(t *testing.T) {
	t.Parallel()
	with := func(column, path string) string {
		return strings.TrimSuffix(talk(5, 5), "}") + fmt.Sprintf(`,%q:%s}`, column, path)
	}
	dir := tree(t, "x", map[string]string{"v.json": file(with("image", `"coco/1.png"`), with("video", `"2.mp4"`), with("image", "null"), with("image", `""`)),
		"coco/1.png": pngHead, "2.mp4": "\x00\x00\x00\x18ftypmp42"})
	c := Config{Name: "sharegpt", Path: filepath.Join(dir, "v.json"), NumPrompts: 4, Files: FilesConfig{Chat: true, DisableShuffle: true}}
	d := made(t, c)
	for i, want := range []string{"data:image/png;base64," + b64(pngHead), "data:video/mp4;base64," + b64("\x00\x00\x00\x18ftypmp42"), "", ""} {
		p := promptAt(t, d, i)
		switch {
		case p.InputTokens != 5 || p.OutputTokens != 5:
			t.Errorf("prompt %d: %d and %d tokens", i, p.InputTokens, p.OutputTokens)
		case want == "" && p.Messages != nil:
			t.Errorf("prompt %d: %+v", i, p.Messages)
		case want != "" && (len(p.Messages) != 1 || len(p.Messages[0].Parts) != 2 || p.Messages[0].Parts[1].URL != want):
			t.Errorf("prompt %d: %+v", i, p.Messages)
		}
	}
	c.Files.Chat = false
	refused(t, c, "element 1: images and sound are parts of a chat")
}
