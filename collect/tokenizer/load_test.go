package tokenizer_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"llmbench/collect/tokenizer"
)

// write puts files into a new folder.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const tiny = `{"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2,"<s>":3,"</s>":4},"merges":["a b"]},` +
	`"added_tokens":[{"content":"<s>","special":true},{"content":"<x>"}]}`

func TestLoadErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, want string }{
		{"empty", "", "the file is empty"},
		{"cut off", tiny[:40], "not JSON at byte"},
		{"array", "[]", "is not an object"},
		{"no model", "{}", "no model"},
		{"null model", `{"model":null}`, "no model"},
		{"model without type", `{"model":{"vocab":{}}}`, "model has no type"},
		{"unknown model", `{"model":{"type":"Odd","vocab":{}}}`, `model of type "Odd" is not supported`},
		{"unigram without score", `{"model":{"type":"Unigram","vocab":[["a",0],["b"]]}}`, `entry 1, ["b"], is not a token and its score`},
		{"unigram with a word for a score", `{"model":{"type":"Unigram","vocab":[["a","b"]]}}`, "is not a token and its score"},
		{"unigram with a map", `{"model":{"type":"Unigram","vocab":{"a":0}}}`, "vocab is not an array"},
		{"unigram without vocab", `{"model":{"type":"Unigram"}}`, "it has no vocab"},
		{"unigram unknown", `{"model":{"type":"Unigram","unk_id":1,"vocab":[["a",0]]}}`, "unk_id 1 is not among its 1 tokens"},
		{"wordpiece", `{"model":{"type":"WordPiece","vocab":{}}}`, "must have unk_token"},
		{"wordpiece without vocab", `{"model":{"type":"WordPiece","unk_token":"u","continuing_subword_prefix":"","max_input_chars_per_word":1}}`, "it has no vocab"},
		{"wordlevel", `{"model":{"type":"WordLevel","vocab":{}}}`, "must have unk_token"},
		{"model is a list", `{"model":[]}`, "model: is not an object"},
		{"no vocab", `{"model":{"type":"BPE"}}`, "it has no vocab"},
		{"vocab is a list", `{"model":{"type":"BPE","vocab":[]}}`, "vocab is not an object"},
		{"id is text", `{"model":{"type":"BPE","vocab":{"a":"0"}}}`, `id of token "a" is "0"`},
		{"negative id", `{"model":{"type":"BPE","vocab":{"a":-1}}}`, "want a whole number"},
		{"absurd id", `{"model":{"type":"BPE","vocab":{"a":2000000000}}}`, "far beyond the 1 tokens"},
		{"unknown part of a merge", `{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}`, `needs the token "b"`},
		{"merge without result", `{"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b"]}}`, `needs the token "ab"`},
		{"merge of one", `{"model":{"type":"BPE","vocab":{"a":0},"merges":["a"]}}`, "one part"},
		{"merge of three", `{"model":{"type":"BPE","vocab":{"a":0},"merges":["a a a"]}}`, "more than two parts"},
		{"merge of a number", `{"model":{"type":"BPE","vocab":{"a":0},"merges":[5]}}`, "not a pair"},
		{"merge list of one", `{"model":{"type":"BPE","vocab":{"a":0},"merges":[["a"]]}}`, "not a pair"},
		{"merge list of numbers", `{"model":{"type":"BPE","vocab":{"a":0},"merges":[[1,2]]}}`, "not a pair"},
		{"dropout", `{"model":{"type":"BPE","dropout":0.1,"vocab":{"a":0}}}`, "dropout 0.1"},
		{"charsmap missing", `{"normalizer":{"type":"Precompiled","precompiled_charsmap":null}}`, "no precompiled_charsmap"},
		{"charsmap not base64", `{"normalizer":{"type":"Precompiled","precompiled_charsmap":"*"}}`, "precompiled_charsmap: illegal base64"},
		{"charsmap empty", `{"normalizer":{"type":"Precompiled","precompiled_charsmap":""}}`, "0 bytes, too few"},
		{"charsmap cut off", `{"normalizer":{"type":"Precompiled","precompiled_charsmap":"CAAAAAAAAAA="}}`, "array of 8 bytes does not fit into 4"},
		{"normalizer without type", `{"normalizer":{"lowercase":true}}`, "normalizer has no type"},
		{"inner normalizer", `{"normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Odd"}]}}`, `normalizer of type "Odd"`},
		{"pre-tokenizer", `{"pre_tokenizer":{"type":"Odd"}}`, `pre-tokenizer of type "Odd" is not supported`},
		{"broken regex", `{"pre_tokenizer":{"type":"Split","pattern":{"Regex":"(a"},"behavior":"Isolated"}}`, `pre-tokenizer Split: regex "(a"`},
		{"no pattern", `{"pre_tokenizer":{"type":"Split","pattern":{},"behavior":"Isolated"}}`, "neither a String nor a Regex"},
		{"no behavior", `{"pre_tokenizer":{"type":"Split","pattern":{"String":"a"}}}`, "no behavior"},
		{"unknown behavior", `{"pre_tokenizer":{"type":"Split","pattern":{"String":"a"},"behavior":"Odd"}}`, `behavior "Odd"`},
		{"metaspace", `{"pre_tokenizer":{"type":"Metaspace","replacement":"ab"}}`, "not one character"},
		{"metaspace scheme", `{"decoder":{"type":"Metaspace","replacement":"_","prepend_scheme":"odd"}}`, `prepend_scheme "odd"`},
		{"metaspace contradiction", `{"pre_tokenizer":{"type":"Metaspace","replacement":"_","add_prefix_space":false,"prepend_scheme":"first"}}`, "contradicts"},
		{"delimiter", `{"pre_tokenizer":{"type":"CharDelimiterSplit","delimiter":""}}`, "not one character"},
		{"fixed length", `{"pre_tokenizer":{"type":"FixedLength","length":0}}`, "not above 0"},
		{"decoder", `{"decoder":{"type":"Odd"}}`, `decoder of type "Odd" is not supported`},
		{"post-processor", `{"post_processor":{"type":"Odd"}}`, `post-processor of type "Odd"`},
		{"template token", `{"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x"}},{"Sequence":{}}]}}`, `special token "x" is not listed`},
		{"template without text", `{"post_processor":{"type":"TemplateProcessing","single":[]}}`, "leaves the text out"},
		{"template with the text twice", `{"post_processor":{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}},{"Sequence":{"id":"A"}}]}}`, "has the text twice"},
		{"template for a pair", `{"post_processor":{"type":"TemplateProcessing","single":[{"Sequence":{"id":"B"}}]}}`, "parts that are neither"},
		{"roberta", `{"post_processor":{"type":"RobertaProcessing","cls":["a"],"sep":["b",1]}}`, "post-processor cls"},
		{"added tokens", strings.Replace(tiny, `"added_tokens":[`, `"added_tokens":[5,`, 1), "added_tokens"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := write(t, map[string]string{"tokenizer.json": c.file})
			_, err := tokenizer.Load(dir)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir) {
				t.Errorf("Load = %v, want the path and %q", err, c.want)
			}
		})
	}
}

func TestLoadPath(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{
		"a/tokenizer.json": tiny, "b/tokenizer.model": "", "f/vocab.txt": "", "i/tokenizer.json": "version https://git-lfs.github.com/spec/v1\n", "g/a.tiktoken": "x", "h/a.tiktoken": "", "h/b.tiktoken": "", "c/readme": "", "d/other.json": tiny,
		"models--org--name--x/snapshots/abc/tokenizer.json": tiny,
	})
	for _, c := range []struct{ path, name, want string }{
		{"a", filepath.Join(dir, "a"), ""},
		{"a/tokenizer.json", filepath.Join(dir, "a"), ""},
		{"d/other.json", filepath.Join(dir, "d", "other.json"), ""},
		{"models--org--name--x/snapshots/abc", "org/name/x", ""},
		{"b", "", "a SentencePiece model is not supported"},
		{"i", "", "it is a pointer of Git LFS"},
		{"f", "", "has vocab.txt but no tokenizer.json"},
		{"g", "", "its first line is not a token in base64"},
		{"h", "", "has several tiktoken files"},
		{"c", "", "has no tokenizer.json"},
		{"e", "", "no such file"},
	} {
		tok, err := tokenizer.Load(filepath.Join(dir, c.path))
		switch {
		case c.want != "":
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Load(%s) = %v, want %q", c.path, err, c.want)
			}
		case err != nil:
			t.Errorf("Load(%s): %v", c.path, err)
		case tok.Name() != c.name:
			t.Errorf("Load(%s).Name() = %q, want %q", c.path, tok.Name(), c.name)
		}
	}
}

func TestVocabulary(t *testing.T) {
	t.Parallel()
	// <s> has its id from the vocabulary, <x> the first after the seven entries; nothing has id 5.
	tok := load(t, write(t, map[string]string{"tokenizer.json": strings.Replace(tiny, `"</s>":4`, `"</s>":4,"c":8,"d":6`, 1)}))
	if got := tok.VocabSize(); got != 9 {
		t.Errorf("VocabSize = %d, want 9", got)
	}
	for id, want := range map[int]bool{-1: true, 0: false, 2: false, 3: true, 4: false, 5: true, 6: false, 7: true, 8: false, 9: true, 1 << 40: true} {
		if got := tok.IsSpecial(id); got != want {
			t.Errorf("IsSpecial(%d) = %v, want %v", id, got, want)
		}
	}
	if ids, err := tok.Encode("ab<s>ba</s>"); err != nil || !slices.Equal(ids, []int{2, 3, 1, 0}) {
		t.Errorf("Encode = %v, %v", ids, err)
	}
	if len(tok.Hash()) != 64 {
		t.Errorf("Hash = %q, want a SHA-256", tok.Hash())
	}
	for _, ids := range [][]int{{5}, {-1}, {99}} {
		if _, err := tok.Decode(ids); err == nil || !strings.Contains(err.Error(), "not in its vocabulary") {
			t.Errorf("Decode(%v) = %v, want an error", ids, err)
		}
	}
	if text, err := tok.Decode(nil); err != nil || text != "" {
		t.Errorf("Decode(nil) = %q, %v", text, err)
	}
}

func TestHashFollowsContent(t *testing.T) {
	t.Parallel()
	one := load(t, write(t, map[string]string{"tokenizer.json": tiny}))
	same := load(t, write(t, map[string]string{"tokenizer.json": tiny}))
	other := load(t, write(t, map[string]string{"tokenizer.json": tiny + " "}))
	if one.Hash() != same.Hash() || one.Hash() == other.Hash() {
		t.Errorf("hashes %s, %s, %s: want the first two equal, the third not", one.Hash(), same.Hash(), other.Hash())
	}
}

func TestConfigAddsSpecialTokens(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, config string
		want         []int
		err          string
	}{
		{"none", "", []int{2}, ""},
		{"llama with BOS", `{"tokenizer_class":"LlamaTokenizerFast","add_bos_token":true,"bos_token":{"content":"<s>"}}`, []int{3, 2}, ""},
		{"both", `{"tokenizer_class":"LlamaTokenizer","add_bos_token":true,"add_eos_token":true,"bos_token":"<s>","eos_token":"</s>"}`, []int{3, 2, 4}, ""},
		{"neither", `{"tokenizer_class":"GemmaTokenizer","add_bos_token":false}`, []int{2}, ""},
		{"a class that does not care", `{"tokenizer_class":"Qwen2Tokenizer","add_bos_token":true,"bos_token":"<s>"}`, []int{2}, ""},
		{"not stated", `{"tokenizer_class":"LlamaTokenizer","bos_token":"<s>"}`, []int{2}, ""},
		{"unknown BOS", `{"tokenizer_class":"LlamaTokenizer","add_bos_token":true,"bos_token":"<q>"}`, nil, `bos_token "<q>"`},
		{"no BOS", `{"tokenizer_class":"LlamaTokenizer","add_bos_token":true,"bos_token":null}`, nil, "bos_token"},
		{"broken", `{`, nil, "tokenizer_config.json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{"tokenizer.json": tiny}
			if c.config != "" {
				files["tokenizer_config.json"] = c.config
			}
			tok, err := tokenizer.Load(write(t, files))
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("Load = %v, want %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if ids, err := tok.EncodeSpecial("ab"); err != nil || !slices.Equal(ids, c.want) || tok.NumSpecialToAdd() != len(c.want)-1 {
				t.Errorf("EncodeSpecial = %v, %v with %d added, want %v", ids, err, tok.NumSpecialToAdd(), c.want)
			}
		})
	}
}

// TestInvalidUTF8: a prompt is sent as encoding/json writes it, so it is counted that way.
func TestInvalidUTF8(t *testing.T) {
	t.Parallel()
	tok := load(t, "testdata/bytelevel")
	for _, c := range []struct{ text, same string }{
		{"a\xffb", "a\ufffdb"}, {"\xe4\xbd", "\ufffd\ufffd"}, {"x\xed\xa0\x80", "x\ufffd\ufffd\ufffd"},
	} {
		got, err := tok.Encode(c.text)
		want, err2 := tok.Encode(c.same)
		if err != nil || err2 != nil || !slices.Equal(got, want) {
			t.Errorf("Encode(%q) = %v, want %v (%v, %v)", c.text, got, want, err, err2)
		}
	}
}

func TestUnknownTokenMissing(t *testing.T) {
	t.Parallel()
	file := `{"model":{"type":"BPE","vocab":{"a":0},"merges":[],"unk_token":"<unk>"}}`
	tok := load(t, write(t, map[string]string{"tokenizer.json": file}))
	if n, err := tok.Count("aaa"); err != nil || n != 3 {
		t.Errorf("Count = %d, %v", n, err)
	}
	if _, err := tok.Encode("ab"); err == nil || !strings.Contains(err.Error(), `neither is the unknown token "<unk>"`) {
		t.Errorf("Encode = %v, want an error naming the unknown token", err)
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	tok := load(t, "testdata/bytelevel")
	lines := goldens(t, "testdata/bytelevel/golden.jsonl")
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 3 * len(lines) {
				g := lines[(i*7+worker)%len(lines)]
				if ids, err := tok.Encode(g.Text); err != nil || !slices.Equal(ids, g.IDs) {
					t.Errorf("Encode(%q) = %v, %v", g.Text, ids, err)
				}
			}
		})
	}
	wg.Wait()
}
