package dataset

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Whatever is wrong with a file, every dataset that reads one says so in one line that names it, before any load.
func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	const endless = 2 << 30 // a hole, which takes no room
	broken := map[string]struct {
		content string
		size    int64
	}{
		"truncated":    {`[{"conversations":[{"from":"human","value":"one`, 0},
		"cut row":      {`{"prompt":"one","turns":["one"],"timestamp":0`, 0},
		"other rows":   {`{"flux":1}` + "\n" + `{"flux":2}` + "\n", 0},
		"other table":  {"flux,x\n1,2\n", 0},
		"no object":    {"[1,2,3]", 0},
		"empty":        {"", 0},
		"blank":        {"\n \n\n", 0},
		"binary":       {"\x7fELF\x02\x01\x01\x00\x00\x00", 0},
		"UTF-16":       {"\xff\xfe[\x00{\x00}\x00]\x00", 0},
		"endless text": {"the first line of it, and no end", endless},
		"endless JSON": {`{"prompt":"`, endless},
	}
	readers := 0
	for _, name := range Names() {
		c := Config{Name: name, NumPrompts: 2, Seed: 1, Files: FilesConfig{Chat: true, Audio: name == "custom_audio"},
			Custom: CustomConfig{OutputLen: ownLength, PromptColumn: "prompt", OutputColumn: "output_tokens"}, Turns: TurnsConfig{OutputLen: 3},
			Sonnet: SonnetConfig{InputLen: 60, OutputLen: 3, PrefixLen: 30}, Trace: TraceConfig{Speed: 1}, HF: HFConfig{PromptColumn: "prompt", OutputLen: 3}}
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "--dataset-path") {
			continue // it reads no file
		}
		readers++
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for what, b := range broken {
				if b.size > 0 && !slices.Contains([]string{"custom", "sonnet", "trace"}, name) {
					continue // the readers of lines are three; each reads 64 MB before it gives up
				}
				if name == "sonnet" && (what == "truncated" || what == "cut row" || strings.HasPrefix(what, "other") || what == "no object") {
					continue // any text is a poem
				}
				c.Path = filepath.Join(t.TempDir(), "mine.jsonl")
				if err := os.WriteFile(c.Path, []byte(b.content), 0o666); err != nil {
					t.Fatal(err)
				}
				if b.size > 0 {
					if err := os.Truncate(c.Path, b.size); err != nil {
						t.Fatal(err)
					}
				}
				_, err := New(c, newWordTokenizer(false))
				switch {
				case err == nil:
					t.Errorf("%s takes a file that is %s", name, what)
				case strings.ContainsAny(err.Error(), "\n\x00") || !strings.Contains(err.Error(), "mine.jsonl") || len(err.Error()) > 600:
					t.Errorf("%s, %s: %v", name, what, err)
				}
			}
		})
	}
	if readers < 10 {
		t.Errorf("only %d datasets read a file", readers)
	}
}
