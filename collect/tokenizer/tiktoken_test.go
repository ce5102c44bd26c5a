package tokenizer

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func readFile(tb testing.TB, path string) []byte {
	tb.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

type rankedGolden struct {
	Encoding string `json:"encoding"`
	Text     string `json:"text"`
	IDs      []int  `json:"ids"`
	Decoded  string `json:"decoded"`
}

func checkRanked(t *testing.T, tok *Tokenizer, g rankedGolden) {
	t.Helper()
	ids, err := tok.Encode(g.Text)
	if err != nil || !slices.Equal(ids, g.IDs) {
		t.Errorf("%s: Encode(%q) = %v, %v; want %v", g.Encoding, g.Text, ids, err, g.IDs)
	}
	if text, err := tok.Decode(g.IDs); err != nil || text != g.Decoded {
		t.Errorf("%s: Decode(%v) = %q, %v; want %q", g.Encoding, g.IDs, text, err, g.Decoded)
	}
}

// TestTiktoken reads one file under the names of several encodings.
func TestTiktoken(t *testing.T) {
	t.Parallel()
	data := readFile(t, "testdata/tiktoken/qwen.tiktoken")
	toks := map[string]*Tokenizer{}
	for line := range bytes.Lines(readFile(t, "testdata/tiktoken/golden.jsonl")) {
		var g rankedGolden
		unmarshal(t, line, &g)
		if toks[g.Encoding] == nil {
			tok, err := parseTiktoken(data, "somewhere/"+g.Encoding+".tiktoken", nil)
			if err != nil {
				t.Fatal(err)
			}
			toks[g.Encoding] = tok
		}
		checkRanked(t, toks[g.Encoding], g)
	}
	if len(toks) < 5 {
		t.Errorf("golden.jsonl has %d encodings", len(toks))
	}
}

func TestTekken(t *testing.T) {
	t.Parallel()
	tok, err := Load("testdata/tiktoken/tekken.json")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for line := range bytes.Lines(readFile(t, "testdata/tiktoken/tekken.jsonl")) {
		var g rankedGolden
		unmarshal(t, line, &g)
		checkRanked(t, tok, g)
		lines++
	}
	if lines < 60 {
		t.Errorf("only %d golden texts", lines)
	}
	if ids, err := tok.EncodeSpecial("a"); err != nil || len(ids) != 2 || ids[0] != 1 {
		t.Errorf("EncodeSpecial = %v, %v; want <s> in front", ids, err)
	}
	if text, err := tok.Decode([]int{1, 3, 19}); err != nil || text != "<s>[INST][TOOL_CONTENT]" {
		t.Errorf("Decode = %q, %v", text, err)
	}
	if tok.VocabSize() != 920 || !tok.IsSpecial(3) || tok.IsSpecial(20) {
		t.Errorf("VocabSize = %d, special 3: %v, 20: %v", tok.VocabSize(), tok.IsSpecial(3), tok.IsSpecial(20))
	}
}

// TestFindEncoding knows the published encodings by name and by size.
func TestFindEncoding(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file   string
		tokens int
		want   string
	}{
		{"cl100k_base.tiktoken", 5, "cl100k_base"},
		{"QWEN.tiktoken", 5, "qwen"},
		{"o200k_harmony.tiktoken", 199998, "o200k_harmony"},
		{"tokenizer.model", 128000, "llama3"},
		{"tokenizer.model", 151329, "glm4"},
		{"tiktoken.model", 163584, "kimi"},
		{"9b5ad71b2ce5302211f9c61530b329a4922fc6a4", 100256, "cl100k_base"},
		{"x.tiktoken", 50257, "multilingual"},
		{"x.tiktoken", 77, ""},
	} {
		e, ok := findEncoding(c.file, c.tokens)
		if e.name != c.want || ok != (c.want != "") {
			t.Errorf("%s with %d tokens is %q, want %q", c.file, c.tokens, e.name, c.want)
		}
	}
	for _, e := range encodings {
		if _, err := compileRegex(e.pattern, rust); err != nil {
			t.Errorf("%s: %v", e.name, err)
		}
	}
}

// TestTiktokenConfig takes the special tokens from tokenizer_config.json, and names the reserved ones between them.
func TestTiktokenConfig(t *testing.T) {
	t.Parallel()
	var config tokenizerConfig
	unmarshal(t, []byte(`{"tokenizer_class":"TikTokenTokenizer","added_tokens_decoder":{"163584":{"content":"[BOS]","special":true},"163586":{"content":"<|im_end|>","special":true}}}`), &config)
	tok, err := parseTiktoken(readFile(t, "testdata/tiktoken/qwen.tiktoken"), "kimi.tiktoken", &config)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := tok.Encode("[BOS]<|im_end|><|reserved_token_163585|>")
	if err != nil || !slices.Equal(ids, []int{163584, 163586, 163585}) {
		t.Errorf("Encode = %v, %v", ids, err)
	}
	if tok.VocabSize() != 163840 {
		t.Errorf("VocabSize = %d, want 163840", tok.VocabSize())
	}
}

// TestTiktokenHash: a file read as two encodings is two tokenizers.
func TestTiktokenHash(t *testing.T) {
	t.Parallel()
	data := readFile(t, "testdata/tiktoken/qwen.tiktoken")
	hashes := map[string]bool{}
	for _, name := range []string{"qwen.tiktoken", "kimi.tiktoken", "old-kimi.tiktoken"} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
		tok, err := Load(file)
		if err != nil {
			t.Fatal(err)
		}
		hashes[tok.Hash()] = true
	}
	if len(hashes) != 2 {
		t.Errorf("%d hashes, want 2", len(hashes))
	}
}

// TestTiktokenBegins: some models begin a prompt with special tokens.
func TestTiktokenBegins(t *testing.T) {
	t.Parallel()
	data := readFile(t, "testdata/tiktoken/qwen.tiktoken")
	for name, want := range map[string][]int{"glm4": {151331, 151333, 64}, "llama3": {128000, 64}, "cl100k_base": {64}} {
		tok, err := parseTiktoken(data, name+".tiktoken", nil)
		if err != nil {
			t.Fatal(err)
		}
		if ids, err := tok.EncodeSpecial("a"); err != nil || !slices.Equal(ids, want) || tok.NumSpecialToAdd() != len(want)-1 {
			t.Errorf("%s: EncodeSpecial = %v, %v, want %v", name, ids, err, want)
		}
	}
	var config tokenizerConfig
	unmarshal(t, []byte(`{"added_tokens_decoder":{"151329":{"content":"x"}}}`), &config)
	if _, err := parseTiktoken(data, "glm4.tiktoken", &config); err == nil || !strings.Contains(err.Error(), "[gMASK]") {
		t.Errorf("a configuration without [gMASK]: %v", err)
	}
}

func TestTiktokenErrors(t *testing.T) {
	t.Parallel()
	good := string(readFile(t, "testdata/tiktoken/qwen.tiktoken"))
	for _, c := range []struct{ name, data, want string }{
		{"broken line", good + "YQ== x\n", `line 1201: rank "x"`},
		{"broken token", good + "%% 1\n", "line 1201: token: illegal base64"},
		{"no rank", good + "YQ==\n", `line 1201: is not "base64 rank"`},
		{"empty token", good + " 7\n", "line 1201: its token is empty"},
		{"absurd rank", good + "YWJj 2000000000\n", "far beyond"},
		{"byte missing", strings.Replace(good, "YQ== ", "YWFhYWE= ", 1), "no token for the byte 0x61"},
	} {
		_, err := parseTiktoken([]byte(c.data), "qwen.tiktoken", nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	if _, err := parseTiktoken([]byte(good), "mine.tiktoken", nil); err == nil || !strings.Contains(err.Error(), "cl100k_base.tiktoken") {
		t.Errorf("unknown encoding: %v", err)
	}
}

func TestTekkenErrors(t *testing.T) {
	t.Parallel()
	const config = `"config":{"pattern":"a","default_vocab_size":9,"default_num_special_tokens":1}`
	for _, c := range []struct{ name, data, want string }{
		{"no pattern", `{"config":{},"vocab":[]}`, "must have a pattern"},
		{"vocab is a map", `{` + config + `,"vocab":{}}`, "vocab is not an array"},
		{"token without bytes", `{` + config + `,"vocab":[{"rank":0}]}`, "entry 0"},
		{"special beyond", `{` + config + `,"vocab":[],"special_tokens":[{"rank":5,"token_str":"x"}]}`, "beyond the 1 there are"},
		{"no bytes", `{` + config + `,"vocab":[]}`, "no token for the byte"},
	} {
		if _, err := parse([]byte(c.data)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// FuzzTiktoken: no file makes the loader panic, and what loads keeps every text.
func FuzzTiktoken(f *testing.F) {
	f.Add(readFile(f, "testdata/tiktoken/qwen.tiktoken"), "don't 12 \u4e2d\r\n ")
	f.Add([]byte("YQ== 0\n= 1\n\nYg== 4000000000\n"), "ab")
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		isTiktoken(data)
		tok, err := parseTiktoken(data, "gpt2.tiktoken", nil)
		if err != nil {
			return
		}
		text = wellFormed(text)
		ids, err := tok.Encode(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := tok.Decode(ids); err != nil || got != text {
			t.Errorf("%q comes back as %q (%v)", text, got, err)
		}
	})
}

func FuzzTekken(f *testing.F) {
	f.Add(readFile(f, "testdata/tiktoken/tekken.json"))
	f.Add([]byte(`{"config":{"pattern":"a*","default_vocab_size":9,"default_num_special_tokens":1},"vocab":[{"rank":2147483647,"token_bytes":"YQ=="}],"special_tokens":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var fields map[string]json.RawMessage
		if json.Unmarshal(data, &fields) != nil {
			return
		}
		if tok, err := parseTekken(fields); err == nil {
			_, _ = tok.EncodeSpecial("a b")
		}
	})
}

// FuzzPrecompiled: no table of replacements makes the normalizer panic or leave UTF-8.
func FuzzPrecompiled(f *testing.F) {
	for _, v := range readStages(f).variants {
		if v.Name != "precompiled" {
			continue
		}
		var n struct {
			Map []byte `json:"precompiled_charsmap"`
		}
		unmarshal(f, v.Change["normalizer"], &n)
		f.Add(n.Map, "e\u0301 a\u0300b \r\n İ\u4e2d")
	}
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		p, err := readCharsMap(data)
		if err != nil {
			return
		}
		if got := p.normalize(wellFormed(text)); got != wellFormed(got) {
			t.Errorf("%q becomes %q", text, got)
		}
	})
}
