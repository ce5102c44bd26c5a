package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/valyala/fastjson"
)

// angular is a template that shows where it was applied.
type angular struct{}

func (angular) Hash() string { return "angular" }
func (angular) Render(messages []Message) (string, error) {
	text := ""
	for _, m := range messages {
		if m.Content == "refuse" {
			return "", errors.New("refused")
		}
		text += "<" + m.Role + "> " + m.Content
	}
	return text, nil
}

// custom is a configuration over lines of JSON.
func custom(t *testing.T, lines ...string) Config {
	t.Helper()
	return Config{Name: "custom", Path: write(t, strings.Join(lines, "\n")), NumPrompts: len(lines),
		Custom: CustomConfig{OutputLen: 256, PromptColumn: "prompt", OutputColumn: "output_tokens"}, Files: FilesConfig{DisableShuffle: true}}
}

func made(t *testing.T, c Config) Dataset {
	t.Helper()
	d, err := New(c, newWordTokenizer(false))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestCustom(t *testing.T) {
	t.Parallel()
	c := custom(t, `{"prompt":"one two three","output_tokens":7,"other":[1]}`, `{"prompt":"four","output_tokens":"8.0"}`,
		`{"messages":[{"role":"system","content":"be brief"},{"role":"user","content":"why so"},{"role":"assistant","content":"a b c"}]}`)
	c.Custom.OutputLen = ownLength
	c.Files.Chat = true
	d := made(t, c)
	for i, want := range []Prompt{
		{Text: "one two three", InputTokens: 3, OutputTokens: 7},
		{Text: "four", InputTokens: 1, OutputTokens: 8},
		{Messages: []Message{{Role: "system", Content: "be brief"}, {Role: "user", Content: "why so"}}, InputTokens: 4, OutputTokens: 3},
	} {
		if got := promptAt(t, d, i); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("prompt %d: %+v, want %+v", i, got, want)
		}
	}
	if _, told := d.Recipe()["chat_template"]; told {
		t.Error("a template is in the recipe of a chat")
	}

	c.Custom.OutputLen, c.Files.Chat, c.Files.Template = 9, false, angular{}
	d = made(t, c)
	for i, want := range []Prompt{
		{Text: "<user> one two three", InputTokens: 4, OutputTokens: 9},
		{Text: "<user> four", InputTokens: 2, OutputTokens: 9},
		{Text: "<system> be brief<user> why so", InputTokens: 5, OutputTokens: 9},
	} {
		if got := promptAt(t, d, i); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("templated prompt %d: %+v, want %+v", i, got, want)
		}
	}
	if d.Recipe()["chat_template"] != "angular" {
		t.Errorf("recipe %v", d.Recipe())
	}
}

func TestCustomColumns(t *testing.T) {
	t.Parallel()
	c := custom(t, `{"question":"why so","tokens":5}`)
	c.Custom = CustomConfig{OutputLen: ownLength, PromptColumn: "question", OutputColumn: "tokens"}
	if p := promptAt(t, made(t, c), 0); p.Text != "why so" || p.OutputTokens != 5 {
		t.Errorf("%+v", p)
	}
}

func TestCustomParts(t *testing.T) {
	t.Parallel()
	c := custom(t, `{"prompt":[{"role":"user","content":[{"type":"text","text":"what is"},{"type":"text","text":" this"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]}]}`,
		`{"prompt":[{"role":"user","content":[{"type":"text","text":"only "},{"type":"text","text":"text"}]}]}`)
	c.Files.Chat = true
	d := made(t, c)
	p := promptAt(t, d, 0)
	if parts := p.Messages[0].Parts; len(parts) != 3 || parts[2] != (Part{Kind: PartImage, URL: "data:image/png;base64,AA=="}) || p.InputTokens != 3 {
		t.Errorf("%+v", p)
	}
	if m := promptAt(t, d, 1).Messages[0]; m.Content != "only text" || m.Parts != nil {
		t.Errorf("%+v", m)
	}
	c.Files.Chat = false
	refused(t, c, "line 1: images and sound are parts of a chat")
}

func TestCustomRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ line, says string }{
		{`{"text":"x","n":1}`, `line 2: no column "prompt"; it has text, n; name the prompt's with --custom-prompt-column`},
		{`{}`, `line 2: no column "prompt"; it has none`},
		{`["x"]`, "line 2: not an object with columns but a JSON array"},
		{`{"prompt":""}`, `line 2: column "prompt": the prompt is empty`},
		{`{"prompt":7}`, `line 2: column "prompt" is a JSON number`},
		{`{"prompt":[]}`, `line 2: column "prompt": a chat without messages`},
		{`{"prompt":[{"content":"x"}]}`, `line 2: column "prompt": message 1: no "role"`},
		{`{"prompt":[{"role":"user"}]}`, `message 1: no "content"`},
		{`{"prompt":[{"role":"user","content":[{"type":"smell"}]}]}`, `message 1: part 1 of its content: its type is "smell"`},
		{`{"prompt":[{"role":"user","content":[{"type":"image_url","image_url":{}}]}]}`, `no address in its "image_url"`},
		{`{"messages":[{"role":"assistant","content":"x"}]}`, "a chat needs a message of the user"},
		{`{"messages":[{"role":"user","content":"x"}],"output_tokens":1}`, "line 2: a chat, and no chat template"},
		{`{"prompt":"x"}`, `line 2: no column "output_tokens"`},
		{`{"prompt":"x","output_tokens":0}`, `line 2: column "output_tokens": "0" is no number of tokens`},
		{`{"prompt":"x","output_tokens":"many"}`, `"many" is no number of tokens`},
		{`{"a\nb":1}`, "it has a b;"},
		{`{"prompt":"x"`, "line 2: not JSON at byte 13 of it"},
		{"\x00\x01", "line 2: not JSON at byte 1 of it"},
	} {
		config := custom(t, `{"prompt":"fine","output_tokens":3}`, c.line)
		config.Custom.OutputLen = ownLength
		refused(t, config, c.says)
	}
	config := custom(t, `{"prompt":"refuse"}`)
	config.Files.Template = angular{}
	if _, err := made(t, config).Prompt(0); err == nil || !strings.Contains(err.Error(), "apply the chat template: refused") {
		t.Errorf("a template that refuses gives %v", err)
	}
}

// Each prompt is sent once before any is sent again, whatever the order in which they are asked for.
func TestOversample(t *testing.T) {
	t.Parallel()
	var lines []string
	for i := range 20 {
		lines = append(lines, fmt.Sprintf(`{"prompt":"p%d"}`, i))
	}
	c := custom(t, lines...)
	c.NumPrompts = 2000
	shuffled := c
	shuffled.Files.DisableShuffle = false
	for name, c := range map[string]Config{"in order": c, "shuffled": shuffled} {
		d := made(t, c)
		texts, counts, inOrder := make([]string, d.Len()), map[string]int{}, true
		for i := d.Len() - 1; i >= 0; i-- {
			texts[i] = promptAt(t, d, i).Text
			counts[texts[i]]++
		}
		for i, text := range texts[:20] {
			inOrder = inOrder && text == fmt.Sprintf("p%d", i)
		}
		first := map[string]bool{}
		for _, text := range texts[:20] {
			first[text] = true
		}
		if d.Len() != 2000 || len(first) != 20 || inOrder != (name == "in order") {
			t.Errorf("%s: %d prompts, %d of the first 20 differ, in order %v", name, d.Len(), len(first), inOrder)
		}
		for text, n := range counts {
			if math.Abs(float64(n)-100) > 50 {
				t.Errorf("%s: %s was drawn %d times of 2000", name, text, n)
			}
		}
		again := made(t, c)
		for i, text := range texts {
			if promptAt(t, again, i).Text != text {
				t.Fatalf("%s: prompt %d is another the second time", name, i)
			}
		}
	}
	c.Files.NoOversample = true
	if n := made(t, c).Len(); n != 20 {
		t.Errorf("%d prompts with --no-oversample, want 20", n)
	}
}

// With the filter, the prompts are the same whether they are asked for in order, backwards or counted ahead.
func TestFilterInAnyOrder(t *testing.T) {
	t.Parallel()
	var conversations []string
	for n := range 60 {
		conversations = append(conversations, talk(n%7+1, n%5+2))
	}
	c := Config{Name: "sharegpt", Path: write(t, file(conversations...)), NumPrompts: 100, Seed: 3}
	ahead := c
	ahead.Files.CountAhead = true
	forwards, backwards, counted := made(t, c), made(t, c), made(t, ahead)
	want := make([]string, c.NumPrompts)
	for i := range want {
		want[i] = fmt.Sprint(promptAt(t, forwards, i))
	}
	for i := len(want) - 1; i >= 0; i-- {
		if got := fmt.Sprint(promptAt(t, backwards, i)); got != want[i] {
			t.Fatalf("prompt %d backwards is %s, want %s", i, got, want[i])
		}
		if got := fmt.Sprint(promptAt(t, counted, i)); got != want[i] {
			t.Fatalf("prompt %d counted ahead is %s, want %s", i, got, want[i])
		}
	}
	c.Files.NoOversample = true
	if n, distinct := made(t, c).Len(), forwards.(*sampled).Distinct(); n != distinct || n >= 60 || n < 10 {
		t.Errorf("%d prompts with --no-oversample, %d known to differ", n, distinct)
	}
}

// Counted ahead, the tokenizer has no more to do in the load.
func TestCountAhead(t *testing.T) {
	t.Parallel()
	c := custom(t, `{"prompt":"a b"}`, `{"prompt":"c"}`)
	c.Files.CountAhead, c.NumPrompts = true, 50
	tok := &countingTokenizer{wordTokenizer: newWordTokenizer(false)}
	d, err := New(c, tok)
	if err != nil {
		t.Fatal(err)
	}
	before := tok.calls
	for i := range d.Len() {
		promptAt(t, d, i)
	}
	if before != 2 || tok.calls != before {
		t.Errorf("%d calls before, %d in the load", before, tok.calls-before)
	}
}

type countingTokenizer struct {
	*wordTokenizer
	calls int
}

func (c *countingTokenizer) Encode(text string) ([]int, error) {
	c.calls++
	return c.wordTokenizer.Encode(text)
}

func TestTurns(t *testing.T) {
	t.Parallel()
	path := write(t, `{"question_id":1,"category":"math","turns":["one two","and then"],"reference":[]}
{"question_id":2,"category":"writing","turns":["three"]}`)
	for _, name := range []string{"spec_bench", "mt_bench"} {
		c := Config{Name: name, Path: path, NumPrompts: 2, Turns: TurnsConfig{OutputLen: 11}, Files: FilesConfig{DisableShuffle: true, NoOversample: true, Template: angular{}}}
		d := made(t, c)
		if p := promptAt(t, d, 0); p.Text != "<user> one two" || p.OutputTokens != 11 {
			t.Errorf("%s: %+v", name, p)
		}
		c.Turns.Category = "writing"
		if d := made(t, c); d.Len() != 1 || promptAt(t, d, 0).Text != "<user> three" {
			t.Errorf("%s: %d prompts of the category", name, d.Len())
		}
		c.Turns.Category = "cooking"
		flag := map[string]string{"spec_bench": "--spec-bench-category", "mt_bench": "--mt-bench-category"}[name]
		refused(t, c, "none is of "+flag+` "cooking"`)
	}
	for line, says := range map[string]string{`{"prompt":"x"}`: `line 1: no list of "turns"; it has prompt`, `{"turns":[7]}`: "first turn is empty or no text",
		`{"turns":[]}`: "first turn is empty", `7`: "not JSON at byte 1"} {
		refused(t, Config{Name: "mt_bench", Path: write(t, line), NumPrompts: 1, Turns: TurnsConfig{OutputLen: 1}}, says)
	}
}

func TestSpeedBench(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"qualitative": "q", "throughput_1k": "t"} {
		line := fmt.Sprintf(`{"category":"c","messages":[{"role":"user","content":"%s"},{"role":"user","content":"second"}]}`, text)
		if err := os.WriteFile(filepath.Join(dir, name+".jsonl"), []byte(line), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c := Config{Name: "speed_bench", Path: dir, NumPrompts: 1, Turns: TurnsConfig{OutputLen: 4096, Subset: "throughput_1k"}}
	if p := promptAt(t, made(t, c), 0); p.Text != "t" || p.OutputTokens != 4096 {
		t.Errorf("%+v", p)
	}
	c.Path = filepath.Join(dir, "qualitative.jsonl")
	if p := promptAt(t, made(t, c), 0); p.Text != "q" {
		t.Errorf("a file by itself gives %+v", p)
	}
	c.Path, c.Turns.Subset = dir, "throughput_64k"
	if _, err := New(c, newWordTokenizer(false)); err == nil || !strings.Contains(err.Error(), "throughput_64k.jsonl") {
		t.Errorf("a subset that is not there gives %v", err)
	}
}

func TestSonnet(t *testing.T) {
	t.Parallel()
	var lines []string
	for i := range 100 {
		lines = append(lines, fmt.Sprintf("line%d a b c d e f%s", i, strings.Repeat(" x", i%3)))
	}
	c := Config{Name: "sonnet", Path: write(t, strings.Join(lines, "\n\n")), NumPrompts: 50, Seed: 2, Sonnet: SonnetConfig{InputLen: 120, OutputLen: 9, PrefixLen: 50}}
	d := made(t, c)
	texts := map[string]bool{}
	for i := range d.Len() {
		p := promptAt(t, d, i)
		texts[p.Text] = true
		if p.InputTokens > 120 || p.InputTokens < 90 || p.OutputTokens != 9 || p.Text != promptAt(t, d, i).Text {
			t.Errorf("prompt %d: %d tokens, %d to ask for", i, p.InputTokens, p.OutputTokens)
		}
		if !strings.HasPrefix(p.Text, sonnetInstruction+lines[0]+"\n"+lines[1]+"\n"+lines[2]+"\n"+lines[3]+"\n") {
			t.Errorf("prompt %d does not begin with the prefix: %q", i, p.Text)
		}
	}
	if len(texts) != 50 {
		t.Errorf("%d of 50 prompts differ", len(texts))
	}
	c.Files.Template = angular{}
	if p := promptAt(t, made(t, c), 0); !strings.HasPrefix(p.Text, "<user> ") || p.InputTokens > 120 {
		t.Errorf("%+v", p)
	}
	c.Files.Chat = true
	if p := promptAt(t, made(t, c), 0); strings.HasPrefix(p.Text, "<user> ") {
		t.Errorf("%+v", p)
	}
	for content, says := range map[string]string{"": "the file is empty", "\n\n": "the file is empty", "a\x00b\n": "line 1: binary data"} {
		c.Path = write(t, content)
		refused(t, c, says)
	}
	c.Path, c.Sonnet = write(t, "a b\n"), SonnetConfig{InputLen: 5, OutputLen: 1}
	if _, err := New(c, newWordTokenizer(false)); err == nil || !strings.Contains(err.Error(), "--sonnet-input-len 5: must be above") {
		t.Errorf("too short a prompt gives %v", err)
	}
}

func TestFilesValidate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		config Config
		says   []string
	}{
		{Config{Name: "custom"}, []string{"--dataset-path", "--custom-output-len 0", "--custom-prompt-column"}},
		{Config{Name: "spec_bench"}, []string{"--dataset-path", "--spec-bench-output-len 0"}},
		{Config{Name: "mt_bench", Path: "x"}, []string{"--mt-bench-output-len 0"}},
		{Config{Name: "speed_bench"}, []string{"--dataset-path", "--speed-bench-output-len 0"}},
		{Config{Name: "sonnet", Sonnet: SonnetConfig{PrefixLen: 1}}, []string{"--dataset-path", "--sonnet-input-len 0", "--sonnet-output-len 0", "--sonnet-prefix-len 1"}},
		{Config{Name: "sharegpt", OutputLen: -1}, []string{"--dataset-path", "--sharegpt-output-len -1"}},
	} {
		c.config.NumPrompts = 1
		err := c.config.Validate()
		for _, text := range c.says {
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("%s: %v does not say %q", c.config.Name, err, text)
			}
		}
	}
}

// Whatever a row holds, it is refused or gives a prompt that can be sent.
func FuzzCustomRow(f *testing.F) {
	f.Add(`{"prompt":"x","output_tokens":3}`)
	f.Add(`{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image","image":"u"}]},{"role":"assistant","content":"b"}]}`)
	f.Add(`{"turns":["a"],"category":"c"}`)
	f.Add(`{"conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b"}]}`)
	readers := []reader{readCustom(CustomConfig{OutputLen: ownLength, PromptColumn: "prompt", OutputColumn: "output_tokens"}), readShareGPT(0)}
	f.Fuzz(func(t *testing.T, text string) {
		row, err := fastjson.Parse(text)
		if err != nil {
			return
		}
		for _, read := range readers {
			ex, use, err := read(row)
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("%q: %v is not one line", text, err)
			}
			if err == nil && use && (ex.text == "") == (len(ex.messages) == 0) {
				t.Errorf("%q: text %q and %d messages", text, ex.text, len(ex.messages))
			}
			for _, m := range ex.messages {
				if _, err := json.Marshal(m); err != nil {
					t.Error(err)
				}
			}
		}
	})
}

// All of a file is for the load; warm-ups are drawn from it again.
func TestEveryRow(t *testing.T) {
	t.Parallel()
	c := custom(t)
	c.Path, c.Warmups, c.Files.NoOversample = write(t, `{"prompt":"a"}`+"\n"+`{"prompt":"b"}`+"\n"+`{"prompt":"c"}`), 2, true
	for asked, want := range map[int]int{AllPrompts: 5, 9: 3} {
		c.NumPrompts = asked + c.Warmups
		d := made(t, c)
		if d.Len() != want {
			t.Errorf("%d asked for and 2 warm-ups: %d prompts, want %d", asked, d.Len(), want)
		}
		for i := range d.Len() {
			promptAt(t, d, i)
		}
	}
}
