package chattemplate

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmbench/collect/dataset"
)

// TestGolden holds templates that use what real ones do against jinja2 itself; testdata/make.py made the texts.
func TestGolden(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/golden.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range bytes.Lines(data) {
		var g struct {
			Template, Text, Error string
			Messages              []dataset.Message
			Variables             map[string]json.RawMessage
		}
		if err := json.Unmarshal(line, &g); err != nil {
			t.Fatal(err)
		}
		n++
		source, err := os.ReadFile(filepath.Join("testdata", g.Template))
		if err != nil {
			t.Fatal(err)
		}
		tmpl, err := New(string(source), g.Variables)
		if err != nil {
			t.Errorf("%s: %v", g.Template, err)
			continue
		}
		text, err := tmpl.Render(g.Messages)
		if g.Error != "" {
			if err == nil || !strings.Contains(err.Error(), g.Error) {
				t.Errorf("%s: %v, want the error %q", g.Template, err, g.Error)
			}
			continue
		}
		if err != nil || text != g.Text {
			t.Errorf("%s of %d messages with %s:\n got %q, %v\nwant %q", g.Template, len(g.Messages), g.Variables, text, err, g.Text)
		}
	}
	if n < 100 {
		t.Errorf("%d lines only", n)
	}
}

// The real models' templates, where they are at hand: what the chat comes to is known by heart.
func TestRealFolders(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("LLMBENCH_TESTDATA")
	if dir == "" {
		t.Log("LLMBENCH_TESTDATA is not set: only the project's own templates are tried")
		return
	}
	chat := []dataset.Message{{Role: "system", Content: "S"}, {Role: "user", Content: "U"}, {Role: "assistant", Content: "A"}, {Role: "user", Content: "V"}}
	for name, want := range map[string]string{
		"qwen2.5":     "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n<|im_start|>user\nV<|im_end|>\n<|im_start|>assistant\n",
		"deepseek-v3": "<｜begin▁of▁sentence｜>S<｜User｜>U<｜Assistant｜>A<｜end▁of▁sentence｜><｜User｜>V<｜Assistant｜>",
	} {
		tmpl, err := Load(filepath.Join(dir, "tokenizers", name, "tokenizer.json"), "", nil)
		if err != nil {
			t.Error(err)
			continue
		}
		if text, err := tmpl.Render(chat); err != nil || text != want {
			t.Errorf("%s:\n got %q, %v\nwant %q", name, text, err, want)
		}
	}
}

func TestRefusedTemplates(t *testing.T) {
	t.Parallel()
	for source, says := range map[string]string{
		"{% if x %}":        "if",
		"{{ x":              "a tag does not end",
		"{# x":              "a comment does not end",
		"{{ 'x }}":          "a string does not end",
		"{% raw %} x":       "a raw block does not end",
		"{% nonsense x %}":  "nonsense",
		"{{ x | no_such }}": "no_such",
	} {
		tmpl, err := New(source, nil)
		if err == nil {
			_, err = tmpl.Render([]dataset.Message{{Role: "user", Content: "x"}})
		}
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", source, err, says)
		}
	}
	tmpl, err := New("{{ messages }}", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tmpl.Render([]dataset.Message{{Parts: []dataset.Part{{Kind: dataset.PartImage}}}}); err == nil {
		t.Error("an image became text")
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	hash := func(source, variables string) string {
		var v map[string]json.RawMessage
		if err := json.Unmarshal([]byte(variables), &v); err != nil {
			t.Fatal(err)
		}
		tmpl, err := New(source, v)
		if err != nil {
			t.Fatal(err)
		}
		return tmpl.Hash()
	}
	if hash("x", `{"a":1,"b":2}`) != hash("x", `{"b":2,"a":1}`) {
		t.Error("the order of the variables changes the hash")
	}
	if a := hash("x", `{"a":1}`); a == hash("y", `{"a":1}`) || a == hash("x", `{"a":2}`) {
		t.Error("two templates have one hash")
	}
}

// folder makes a model's folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoad(t *testing.T) {
	t.Parallel()
	const config = "tokenizer_config.json"
	for _, c := range []struct {
		name   string
		files  map[string]string
		choice string
		want   string
		says   string
	}{
		{"text", map[string]string{config: `{"chat_template":"{{bos_token}}A","bos_token":"<s>"}`}, "", "<s>A", ""},
		{"token object", map[string]string{config: `{"chat_template":"{{bos_token}}A{{pad_token}}","bos_token":{"content":"<s>"},"pad_token":null}`}, "", "<s>A", ""},
		{"list", map[string]string{config: `{"chat_template":[{"name":"tool_use","template":"T"},{"name":"default","template":"D"}]}`}, "", "D", ""},
		{"named", map[string]string{config: `{"chat_template":[{"name":"tool_use","template":"T"},{"name":"default","template":"D"}]}`}, "tool_use", "T", ""},
		{"no such name", map[string]string{config: `{"chat_template":[{"name":"tool_use","template":"T"}]}`}, "", "", `no template "default"; it has tool_use`},
		{"alone, named", map[string]string{config: `{"chat_template":"A"}`}, "rag", "", `no template "rag"`},
		{"file wins", map[string]string{config: `{"chat_template":"A","eos_token":"</s>"}`, "chat_template.jinja": "F{{eos_token}}\n"}, "", "F</s>", ""},
		{"additional", map[string]string{"chat_template.jinja": "F", "additional_chat_templates/rag.jinja": "R"}, "rag", "R", ""},
		{"own file", map[string]string{config: `{}`, "chat_template.json": `{"chat_template":"J"}`}, "", "J", ""},
		{"object of names", map[string]string{"chat_template.json": `{"chat_template":{"default":"J"}}`}, "", "J", ""},
		{"none", map[string]string{config: `{"chat_template":null}`}, "", "", "no chat template"},
		{"broken", map[string]string{config: `{"chat_template":`}, "", "", config},
		{"wrong type", map[string]string{config: `{"chat_template":7}`}, "", "", "neither a text nor a list"},
	} {
		dir := folder(t, c.files)
		tmpl, err := Load(dir, c.choice, nil)
		if c.says != "" {
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), dir) {
				t.Errorf("%s: %v, want %q and the folder", c.name, err, c.says)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if text, err := tmpl.Render(nil); err != nil || text != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, text, err, c.want)
		}
	}
	dir := folder(t, map[string]string{config: `{"bos_token":"<s>"}`, "my.jinja": "{{bos_token}}{{x}}"})
	tmpl, err := LoadFile(filepath.Join(dir, "my.jinja"), dir, map[string]json.RawMessage{"x": json.RawMessage(`"X"`)})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := tmpl.Render(nil); err != nil || text != "<s>X" {
		t.Errorf("a file of its own gives %q, %v", text, err)
	}
}

// Whatever a template holds, it is refused or made of tags that end where they end in it.
func FuzzFlatten(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.jinja")
	if err != nil || len(paths) == 0 {
		f.Fatal("no templates", err)
	}
	for _, path := range paths {
		source, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(source))
	}
	f.Fuzz(func(t *testing.T, source string) {
		flat, err := flatten(source)
		if err != nil {
			return
		}
		if _, err := compile(flat); err != nil {
			return
		}
		// Text alone comes out as it went in, but for line ends and the last of them.
		if tagAt(source) < 0 {
			tmpl, err := New(source, nil)
			if err != nil {
				t.Fatal(err)
			}
			want := strings.TrimSuffix(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(source), "\n")
			if got, err := tmpl.Render(nil); err != nil || got != want {
				t.Errorf("%q came out as %q, %v", source, got, err)
			}
		}
	})
}

func FuzzFolder(f *testing.F) {
	f.Add([]byte(`{"chat_template":[{"name":"default","template":"D"}],"bos_token":{"content":"<s>"}}`))
	f.Add([]byte(`{"chat_template":"x","eos_token":null}`))
	f.Fuzz(func(t *testing.T, config []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "tokenizer_config.json"), config, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(dir, "", nil); err != nil && !strings.Contains(err.Error(), dir) {
			t.Errorf("%q: %v does not name the folder", config, err)
		}
	})
}

func BenchmarkRender(b *testing.B) {
	source, err := os.ReadFile("testdata/turns.jinja")
	if err != nil {
		b.Fatal(err)
	}
	tmpl, err := New(string(source), nil)
	if err != nil {
		b.Fatal(err)
	}
	chat := []dataset.Message{{Role: "user", Content: strings.Repeat("word ", 1000)}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tmpl.Render(chat); err != nil {
			b.Fatal(err)
		}
	}
}
