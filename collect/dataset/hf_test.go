package dataset

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/valyala/fastjson"
)

// tree makes a folder of files.
func tree(t *testing.T, name string, files map[string]string) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), filepath.FromSlash(name))
	for file, content := range files {
		path := filepath.Join(root, filepath.FromSlash(file))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func hf(path string) Config {
	return Config{Name: "hf", Path: path, NumPrompts: 2, HF: HFConfig{MaxDistance: 1, Categories: []string{"simple"}}, Files: FilesConfig{DisableShuffle: true, NoOversample: true}}
}

const gsmCard = "---\npretty_name: Grade School Math 8K\nconfigs:\n- config_name: main\n  data_files:\n  - split: train\n    path: main/train-*\n  - split: test\n    path:\n    - main/test-*\n" +
	"- config_name: socratic\n  data_files:\n  - split: train\n    path: socratic/**\n---\n# A card\n"

// asked writes a row that asks q.
func asked(q string) string { return fmt.Sprintf(`{"question":%q,"answer":"a b"}`+"\n", q) }

func TestHFFolder(t *testing.T) {
	t.Parallel()
	gsm := map[string]string{"README.md": gsmCard, "main/train-0.jsonl": asked("main train"), "main/test-0.jsonl": asked("main test"), "socratic/x/train-0.jsonl": asked("socratic train"),
		"dataset_infos.json": "{}", ".git/config": "[remote \"origin\"]\n\turl = https://huggingface.co/datasets/other/thing\n"}
	bare := map[string]string{"train.jsonl": asked("bare train"), "dev.jsonl": asked("bare dev"), "test.jsonl": asked("bare test")}
	for _, c := range []struct {
		name, folder  string
		files         map[string]string
		change        func(*Config)
		prompt, fails string
	}{
		{"card", "x", gsm, nil, "main test", ""},
		{"subset", "x", gsm, func(c *Config) { c.HF.Subset = "socratic" }, "socratic train", ""},
		{"split", "x", gsm, func(c *Config) { c.HF.Split = "train" }, "main train", ""},
		{"no such subset", "x", gsm, func(c *Config) { c.HF.Subset = "other" }, "", `--hf-subset "other" is not among its subsets; use one of main, socratic`},
		{"no such split", "x", gsm, func(c *Config) { c.HF.Split = "dev" }, "", `--hf-split "dev" is not among its splits; use one of test, train`},
		{"by folder", "gsm8k", bare, nil, "bare test", ""},
		{"by owner and folder", "openai/gsm8k", bare, func(c *Config) { c.HF.Split = "validation" }, "bare dev", ""},
		{"by cache", "datasets--openai--gsm8k/snapshots/abc", bare, nil, "bare test", ""},
		{"by remote", "y", map[string]string{"a.jsonl": asked("only"), ".git/config": "\turl = git@host:/datasets/openai/gsm8k.git\n"}, nil, "only", ""},
		{"by name", "y", bare, func(c *Config) { c.HF.Name = "OpenAI/GSM8K" }, "bare test", ""},
		{"by text of the card", "y", map[string]string{"a.jsonl": asked("only"), "README.md": "x\nload_dataset(\"openai/gsm8k\", 'main')"}, nil, "only", ""},
		{"subset by folder", "gsm8k", map[string]string{"main/test.jsonl": asked("m"), "socratic/test.jsonl": asked("s")}, func(c *Config) { c.HF.Subset = "socratic" }, "s", ""},
		{"subset by file", "gsm8k", map[string]string{"easy.jsonl": asked("e"), "hard.jsonl": asked("h")}, func(c *Config) { c.HF.Subset = "hard" }, "h", ""},
		{"no such folder of a subset", "gsm8k", bare, func(c *Config) { c.HF.Subset = "other" }, "", `--hf-subset "other": neither a folder nor a file`},
		{"two splits, no usual one", "y", map[string]string{"dev.jsonl": asked("d"), "test.jsonl": asked("t")}, func(c *Config) { c.HF.PromptColumn, c.HF.OutputColumn = "question", "answer" }, "",
			"it has the splits test, validation; choose one with --hf-split"},
		{"unknown", "y", bare, nil, "", "neither its path nor its README.md tells which of the hub's it is; say so with --hf-name"},
		{"unknown name", "y", bare, func(c *Config) { c.HF.Name = "who/what" }, "", `--hf-name "who/what" is not known`},
		{"columns", "y", bare, func(c *Config) { c.HF.PromptColumn, c.HF.OutputColumn = "question", "answer" }, "bare train", ""},
		{"columns without a length", "y", bare, func(c *Config) { c.HF.PromptColumn = "question" }, "", "--hf-output-len or --hf-output-column"},
		{"no such column", "y", bare, func(c *Config) { c.HF.PromptColumn, c.HF.OutputLen = "prompt", 5 }, "", `line 1: no column "prompt"; it has question, answer; name the prompt's with --hf-prompt-column`},
		{"nothing to read", "gsm8k", map[string]string{"data.arrow": "x"}, nil, "", "it has no Parquet, JSONL, JSON or CSV files"},
		{"broken card", "y", map[string]string{"README.md": "---\na: [\n---\n", "a.jsonl": asked("x")}, nil, "", "README.md: its front matter is not YAML"},
		{"open card", "y", map[string]string{"README.md": "---\na: b\n", "a.jsonl": asked("x")}, nil, "", "README.md: its front matter does not end"},
		{"files gone", "y", map[string]string{"README.md": gsmCard, "a.jsonl": asked("x"), "b.jsonl": asked("x")}, nil, "", "none of the files that its README.md names is there"},
		{"broken row", "gsm8k", map[string]string{"test.jsonl": asked("x") + `{"question":`}, nil, "", "line 2: not JSON at byte 12"},
	} {
		config := hf(tree(t, c.folder, c.files))
		if c.change != nil {
			c.change(&config)
		}
		d, err := New(config, newWordTokenizer(false))
		if c.fails != "" {
			if err == nil || !strings.Contains(err.Error(), c.fails) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %v; want one line with %q", c.name, err, c.fails)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if p := promptAt(t, d, 0); p.Text != c.prompt {
			t.Errorf("%s: %+v, want %q", c.name, p, c.prompt)
		}
	}
}

// A dataset is found in the cache by its name, in the snapshot that main points to.
func TestHFCache(t *testing.T) {
	t.Parallel()
	cache := tree(t, "hub", map[string]string{
		"datasets--openai--gsm8k/refs/main":                "new",
		"datasets--openai--gsm8k/snapshots/new/test.jsonl": asked("new"),
		"datasets--openai--gsm8k/snapshots/old/test.jsonl": asked("old"),
		"datasets/philschmid/mt-bench/a.jsonl":             `{"turns":["scope"]}`,
		"datasets--other--thing/snapshots/only/a.jsonl":    asked("only"),
	})
	c := hf("openai/gsm8k")
	c.HF.Caches = []string{filepath.Join(cache, "none"), cache}
	if p := promptAt(t, made(t, c), 0); p.Text != "new" || p.OutputTokens != 256 {
		t.Errorf("%+v", p)
	}
	c.Path, c.HF.Caches = "philschmid/mt-bench", []string{filepath.Dir(cache)} // the folder above hub; ModelScope's way of keeping them
	if p := promptAt(t, made(t, c), 0); p.Text != "scope" {
		t.Errorf("%+v", p)
	}
	c.Path = "who/what"
	if _, err := New(c, newWordTokenizer(false)); err == nil || !strings.Contains(err.Error(), "no dataset of that name in the caches") {
		t.Errorf("%v", err)
	}
}

const (
	pngHead  = "\x89PNG\r\n\x1a\n"
	jpegHead = "\xff\xd8\xff\xe0"
)

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// wav is a sound of so many seconds, at 8 bytes a second.
func wav(seconds int) string {
	le := func(n int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }
	return "RIFF" + le(0) + "WAVE" + "fmt " + le(16) + strings.Repeat("\x00", 8) + le(8) + strings.Repeat("\x00", 4) + "data" + le(8*seconds) + strings.Repeat("x", 8*seconds)
}

func flac(seconds int) string {
	return "fLaC\x00\x00\x00\x22" + strings.Repeat("\x00", 10) + string(binary.BigEndian.AppendUint64(nil, 16000<<44|uint64(16000*seconds))) + strings.Repeat("\x00", 16)
}

// TestHFKnown reads a row of every known dataset.
func TestHFKnown(t *testing.T) {
	t.Parallel()
	image := fmt.Sprintf(`{"bytes":%q,"path":null}`, b64(pngHead+"x"))
	url := "data:image/png;base64," + b64(pngHead+"x")
	for _, c := range []struct {
		name, row string
		text      string
		parts     []Part
		output    int
	}{
		{"lmarena-ai/VisionArena-Chat", `{"conversation":[[{"role":"user","content":"what"}]],"images":[` + image + `]}`, "", []Part{{Text: "what"}, {Kind: PartImage, URL: url}}, 128},
		{"lmarena-ai/vision-arena-bench-v0.1", `{"turns":[[{"role":"user","content":"what"}]],"images":[]}`, "what", nil, 128},
		{"yale-nlp/MMVU", `{"question":"which","choices":{"A":"one","B":"two","C":null},"video":"https://h/v.mp4"}`, "", []Part{{Text: "which A.one B.two"}, {Kind: PartVideo, URL: "https://h/v.mp4"}}, 128},
		{"Lin-Chen/MMStar", `{"question":"which\nOptions: A: x","image":` + image + `}`, "", []Part{{Text: "which"}, {Kind: PartImage, URL: url}}, 128},
		{"likaixin/InstructCoder", `{"input":"code","instruction":"mend it."}`, "code\n\nmend it. Answer with the code alone and explain nothing.", nil, 200},
		{"philschmid/mt-bench", `{"turns":["one","two"]}`, "one", nil, 256},
		{"openai/openai_humaneval", `{"prompt":"def f():"}`, "def f():", nil, 256},
		{"openai/gsm8k", `{"question":"how many"}`, "how many", nil, 256},
		{"Aeala/ShareGPT_Vicuna_unfiltered", `{"conversations":[{"from":"human","value":"a b c d"},{"from":"gpt","value":"e f g h i"}]}`, "a b c d", nil, 5},
		{"lmms-lab/LLaVA-OneVision-Data", `{"image":` + image + `,"conversations":[{"from":"human","value":"a b c d"},{"from":"gpt","value":"e f g h i"}]}`, "", []Part{{Text: "a b c d"}, {Kind: PartImage, URL: url}}, 5},
		{"AI-MO/NuminaMath-CoT", `{"problem":"a b c d","solution":"e f g h"}`, "a b c d", nil, 4},
		{"mgoin/mlperf-inference-llama2-data", `{"system_prompt":"","question":"a b c d","output":"e f g h"}`, "", []Part{}, 4},
		{"zed-industries/zeta", `{"events":"E","input":"I","output":"x y <|editable_region_start|> z"}`, "", nil, 2},
		{"vdaita/edit_5k_char", `{"code":"C","change_request":"R","norm_distance":0.5}`, "", nil, 4000},
	} {
		config := hf(write(t, c.row))
		config.HF.Name, config.Files.Chat = c.name, true
		p := promptAt(t, made(t, config), 0)
		if p.OutputTokens != c.output {
			t.Errorf("%s asks for %d tokens, want %d", c.name, p.OutputTokens, c.output)
		}
		var parts []Part
		if len(p.Messages) > 0 {
			parts = p.Messages[0].Parts
		}
		switch {
		case c.parts != nil && len(p.Messages) != 1 || len(c.parts) > 0 && !slices.Equal(parts, c.parts):
			t.Errorf("%s: %+v, want %+v", c.name, p.Messages, c.parts)
		case c.text != "" && p.Text != c.text:
			t.Errorf("%s: %q, want %q", c.name, p.Text, c.text)
		}
		if config.HF.OutputLen = 7; promptAt(t, made(t, config), 0).OutputTokens != 7 {
			t.Errorf("%s does not keep to --hf-output-len", c.name)
		}
		config.Path = write(t, `{"nothing":"of it"}`)
		if _, err := New(config, newWordTokenizer(false)); err == nil || !strings.Contains(err.Error(), config.Path) {
			t.Errorf("%s: a row without its columns gives %v", c.name, err)
		}
	}
}

func TestHFBlazeditDistance(t *testing.T) {
	t.Parallel()
	c := hf(write(t, `{"code":"far","change_request":"R","norm_distance":0.9}`+"\n"+`{"code":"near","change_request":"R","norm_distance":0.2}`))
	c.HF.Name, c.HF.MinDistance, c.HF.MaxDistance = "vdaita/edit_10k_char", 0.1, 0.5
	if d := made(t, c); d.Len() != 1 || !strings.Contains(promptAt(t, d, 0).Text, "near") {
		t.Errorf("%d rows within the distance", d.Len())
	}
}

// The length filter is off where the length is fixed, but for the datasets that always have it.
func TestHFFilter(t *testing.T) {
	t.Parallel()
	rows := `{"problem":"a","solution":"b","question":"a","output":"b"}` + "\n" + `{"problem":"a b c d","solution":"e f g h","question":"a b c d","output":"e f g h"}`
	for _, c := range []struct {
		name      string
		outputLen int
		noFilter  bool
		want      int
	}{{"AI-MO/NuminaMath-1.5", 0, false, 1}, {"AI-MO/NuminaMath-1.5", 9, false, 2}, {"AI-MO/NuminaMath-1.5", 0, true, 2},
		{"mgoin/mlperf-inference-llama3.1-data", 0, false, 1}, {"mgoin/mlperf-inference-llama3.1-data", 9, false, 1}, {"mgoin/mlperf-inference-llama3.1-data", 9, true, 2}} {
		config := hf(write(t, rows))
		config.HF.Name, config.HF.OutputLen, config.Files.NoLengthFilter, config.Files.Chat = c.name, c.outputLen, c.noFilter, true
		if n := made(t, config).Len(); n != c.want {
			t.Errorf("%s, %d tokens, filter off %v: %d prompts, want %d", c.name, c.outputLen, c.noFilter, n, c.want)
		}
	}
}

func TestHFTools(t *testing.T) {
	t.Parallel()
	row := `{"id":"simple_0","question":[[{"role":"user","content":"area?"}],[{"role":"user","content":"and then"}]],"function":[{"name":"geo.area","description":"d",` +
		`"parameters":{"type":"dict","properties":{"base":{"type":"float"},"sides":{"type":"tuple","items":{"type":"any"}},"type":{"type":"string"}},"required":["base"]}}]}`
	c := hf(tree(t, "Berkeley-Function-Calling-Leaderboard", map[string]string{"BFCL_v3_simple.json": row, "BFCL_v3_live_simple.json": strings.ReplaceAll(row, "area?", "live?"),
		"possible_answer/BFCL_v3_simple.json": "{}"}))
	c.Files.Chat = true
	p := promptAt(t, made(t, c), 0)
	if len(p.Messages) != 1 || p.Messages[0].Content != "area?" || string(p.Body["tool_choice"]) != `"auto"` || p.OutputTokens != 512 {
		t.Errorf("%+v", p)
	}
	var tools []struct {
		Type     string
		Function struct {
			Name       string
			Parameters json.RawMessage
		}
	}
	if err := json.Unmarshal(p.Body["tools"], &tools); err != nil || tools[0].Type != "function" || tools[0].Function.Name != "geo_area" {
		t.Fatalf("%s, %v", p.Body["tools"], err)
	}
	want := `{"properties":{"base":{"type":"number"},"sides":{"items":{"type":"string"},"type":"array"},"type":{"type":"string"}},"required":["base"],"type":"object"}`
	if got := string(tools[0].Function.Parameters); got != want {
		t.Errorf("parameters %s, want %s", got, want)
	}
	c.HF.Categories = []string{"simple", "parallel"}
	refused(t, c, `--bfcl-categories "parallel": no file BFCL_..._parallel.json`)
	c.HF.Categories, c.Files.Chat = []string{"live_simple"}, false
	if _, err := New(c, newWordTokenizer(false)); err == nil || !strings.Contains(err.Error(), "functions are called in a chat") {
		t.Errorf("%v", err)
	}
}

func TestHFSpeech(t *testing.T) {
	t.Parallel()
	row := func(sound string) string { return fmt.Sprintf(`{"audio":{"bytes":%q,"path":"x"}}`, b64(sound)) + "\n" }
	c := hf(write(t, row(wav(2))+row(flac(20))+row(wav(40))))
	c.HF.Name, c.Files.Audio, c.NumPrompts = "openslr/librispeech_asr", true, 9
	d := made(t, c)
	if p := promptAt(t, d, 1); d.Len() != 3 || string(p.Audio) != flac(20) || p.AudioName != "sound.flac" || p.OutputTokens != 1024 {
		t.Errorf("%d sounds, the second is %s of %d bytes", d.Len(), p.AudioName, len(p.Audio))
	}
	c.HF.MinAudioS, c.HF.MaxAudioS = 3, 30
	if d := made(t, c); d.Len() != 1 || promptAt(t, d, 0).AudioName != "sound.flac" {
		t.Errorf("%d sounds between 3 and 30 seconds", d.Len())
	}
	c.Path = write(t, row("OggS and more"))
	refused(t, c, "the length of a sound is known of WAV and FLAC alone")
	c.Files.Audio, c.HF.MinAudioS, c.HF.MaxAudioS = false, 0, 0
	refused(t, c, "line 1: sound is sent to an audio --backend")
	c.Path, c.Files.Chat = write(t, row(wav(2))), true // a chat has it as a part
	want := []Part{{Kind: PartAudio, URL: "data:audio/wav;base64," + b64(wav(2))}}
	if p := promptAt(t, made(t, c), 0); len(p.Messages) != 1 || !slices.Equal(p.Messages[0].Parts, want) || p.Audio != nil {
		t.Errorf("%+v", p)
	}
}

// Media in files beside the dataset are sent along; that they are there is known before the load.
func TestMediaFiles(t *testing.T) {
	t.Parallel()
	dir := tree(t, "mine", map[string]string{"a.jsonl": `{"prompt":"what","image_files":["pictures/a.png","pictures/b.jpg"]}` + "\n" +
		`{"content":[{"type":"image","image":"pictures/b.jpg"},{"type":"text","text":"and this"},{"type":"image_url","image_url":"https://h/x.png"}],"output_tokens":4}`,
		"pictures/a.png": pngHead, "pictures/b.jpg": jpegHead, "missing.jsonl": `{"prompt":"x","image_files":["c.png"]}`, "sound.jsonl": `{"prompt":"hear","audio":"pictures/s.wav"}`, "pictures/s.wav": wav(1)})
	c := custom(t)
	c.Name, c.Path, c.NumPrompts, c.Files.Chat = "custom_image", filepath.Join(dir, "a.jsonl"), 2, true
	d := made(t, c)
	want := []Part{{Text: "what"}, {Kind: PartImage, URL: "data:image/png;base64," + b64(pngHead)}, {Kind: PartImage, URL: "data:image/jpeg;base64," + b64(jpegHead)}}
	if p := promptAt(t, d, 0); !slices.Equal(p.Messages[0].Parts, want) || p.InputTokens != 1 || p.OutputTokens != 256 {
		t.Errorf("%+v", p)
	}
	want = []Part{{Kind: PartImage, URL: "data:image/jpeg;base64," + b64(jpegHead)}, {Text: "and this"}, {Kind: PartImage, URL: "https://h/x.png"}}
	if p := promptAt(t, d, 1); !slices.Equal(p.Messages[0].Parts, want) {
		t.Errorf("%+v", p)
	}
	c.Custom.InlineMedia = true
	refused(t, c, "line 2: https://h/x.png: an address, and --custom-ensure-client-side-data")
	c.Path = filepath.Join(dir, "missing.jsonl")
	refused(t, c, "c.png: no such file")
	c.Name, c.Path, c.Files.Chat, c.Files.Audio = "custom_audio", filepath.Join(dir, "sound.jsonl"), false, true
	if p := promptAt(t, made(t, c), 0); p.Text != "hear" || string(p.Audio) != wav(1) || p.AudioName != "sound.wav" {
		t.Errorf("%+v", p)
	}
	c.Files.Chat, c.Files.Audio = true, false
	want = []Part{{Text: "hear"}, {Kind: PartAudio, URL: "data:audio/wav;base64," + b64(wav(1))}}
	if p := promptAt(t, made(t, c), 0); !slices.Equal(p.Messages[0].Parts, want) || p.InputTokens != 1 {
		t.Errorf("%+v", p)
	}
}

// Images of a dataset that is not known are sent along, and the answer's length or a number is asked for.
func TestHFColumns(t *testing.T) {
	t.Parallel()
	c := hf(write(t, `{"q":"what is","a":"b c d","image":{"bytes":"`+b64(jpegHead)+`"}}`+"\n"+`{"q":"x","a":"17","images":[null]}`+"\n"+`{"q":"x","a":9}`))
	c.HF.PromptColumn, c.HF.OutputColumn, c.Files.Chat, c.NumPrompts = "q", "a", true, 3
	d := made(t, c)
	for i, want := range []int{3, 17, 9} {
		if p := promptAt(t, d, i); p.OutputTokens != want {
			t.Errorf("prompt %d asks for %d, want %d", i, p.OutputTokens, want)
		}
	}
	if parts := promptAt(t, d, 0).Messages[0].Parts; len(parts) != 2 || parts[1].URL != "data:image/jpeg;base64,"+b64(jpegHead) {
		t.Errorf("%+v", parts)
	}
	c.Files.Chat = false
	refused(t, c, "line 1: images and sound are parts of a chat")
}

func TestGlobbed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, file string
		fits          bool
	}{
		{"main/train-*", "main/train-0.parquet", true}, {"main/train-*", "main/x/train-0.parquet", false}, {"**/train-*", "main/x/train-0.parquet", true}, {"**/train-*", "train-0", true},
		{"data/**", "data/a/b.json", true}, {"data", "data/a/b.json", true}, {"./a.json", "a.json", true}, {"a?[0-9].json", "ab3.json", true}, {"a[!0-9].json", "a3.json", false}, {"a[.json", "a[.json", true}, {"a.json", "axjson", false},
	} {
		if got := globbed(c.pattern).MatchString(c.file); got != c.fits {
			t.Errorf("%s fits %s: %v", c.pattern, c.file, got)
		}
	}
}

func TestDataFiles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ yaml, want string }{
		{"data_files: a.csv", "map[d:map[train:[a.csv]]]"}, {"data_files: [a.csv, b.csv]", "map[d:map[train:[a.csv b.csv]]]"}, {"data_dir: x", "map[d:map[train:[x]]]"},
		{"default: true", "map[]"}, {"data_files: [{split: test, path: [a, b]}, {path: c}]", "map[d:map[test:[a b] train:[c]]]"},
	} {
		card, err := parseCard("---\r\nconfigs:\r\n- config_name: d\r\n  " + c.yaml + "\r\n---\r\n")
		if err != nil || fmt.Sprint(card.configs) != c.want {
			t.Errorf("%s: %v, %v; want %s", c.yaml, card.configs, err, c.want)
		}
	}
	for _, yaml := range []string{"data_files: 7", "data_files: [{split: x}]", "data_files: [7]"} {
		if _, err := parseCard("---\nconfigs:\n- config_name: d\n  " + yaml + "\n---\n"); err == nil {
			t.Errorf("%s was taken", yaml)
		}
	}
}

func FuzzCard(f *testing.F) {
	f.Add(gsmCard)
	f.Add("---\nconfigs:\n- data_files: {a: b}\n---")
	f.Add("load_dataset('a/b')")
	f.Fuzz(func(t *testing.T, text string) {
		card, err := parseCard(text)
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v is not one line", text, err)
		}
		for _, config := range card.configs {
			for _, patterns := range config {
				hfFolder{files: []string{"a/b.json"}}.matching(patterns)
			}
		}
	})
}

func FuzzAudio(f *testing.F) {
	f.Add([]byte(wav(1)))
	f.Add([]byte(flac(1)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if seconds, err := audioSeconds(data); err == nil && !(seconds >= 0) {
			t.Errorf("%q lasts %g seconds", data, seconds)
		}
	})
}

// Whatever a row holds, every known dataset refuses it or makes a prompt of it.
func FuzzHFRow(f *testing.F) {
	f.Add(`{"question":[[{"role":"user","content":"x"}]],"function":[{"parameters":{"type":"dict"}}],"choices":{"A":"b"},"image":{"bytes":"AAAA"},"audio":{"path":"x"}}`)
	f.Add(`{"conversation":[[[]]],"turns":["a",{}],"prompt":"p","problem":"a","solution":"b","code":"c","change_request":"r","norm_distance":"x"}`)
	f.Fuzz(func(t *testing.T, text string) {
		row, err := fastjson.Parse(text)
		if err != nil || row.Type() != fastjson.TypeObject {
			return
		}
		for _, known := range hfRegistry {
			ex, use, err := known.read(HFConfig{MaxDistance: 1}, row)
			if err == nil && use && ex.text == "" && len(ex.messages) == 0 && ex.sound == "" {
				t.Errorf("%s makes nothing of %q", known.names[0], text)
			}
		}
	})
}
