package dataset

import (
	"slices"
	"strings"
	"sync"
	"testing"
)

// wordTokenizer has one token per word with its leading blank. With joining it also takes two words for one token when
// the first ends in the letter s, as no real tokenizer does: lengths then do not add up.
type wordTokenizer struct {
	mu      sync.Mutex // guards words and ids, which learn
	words   []string
	ids     map[string]int
	joining bool
}

func newWordTokenizer(joining bool) *wordTokenizer {
	tok := &wordTokenizer{ids: map[string]int{}, joining: joining}
	for _, w := range strings.Fields(commonWords)[:200] {
		for _, form := range []string{w, " " + w} {
			tok.ids[form] = len(tok.words)
			tok.words = append(tok.words, form)
		}
	}
	return tok
}

func (w *wordTokenizer) pieces(text string) []string {
	var out []string
	for text != "" {
		end := strings.IndexByte(text[1:], ' ') + 1
		if end == 0 {
			end = len(text)
		}
		piece := text[:end]
		text = text[end:]
		if last := len(out) - 1; w.joining && last >= 0 && strings.HasSuffix(out[last], "s") && strings.Count(out[last], " ") < 2 {
			out[last] += piece
			continue
		}
		out = append(out, piece)
	}
	return out
}

func (w *wordTokenizer) Encode(text string) ([]int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var ids []int
	for _, piece := range w.pieces(text) {
		id, known := w.ids[piece]
		if !known {
			id = len(w.words)
			w.ids[piece] = id
			w.words = append(w.words, piece)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func (w *wordTokenizer) Decode(ids []int) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var b strings.Builder
	for _, id := range ids {
		b.WriteString(w.words[id])
	}
	return b.String(), nil
}

func (w *wordTokenizer) VocabSize() int     { return 400 }
func (w *wordTokenizer) IsSpecial(int) bool { return false }

// unlisted is a tokenizer whose vocabulary cannot be listed, as a server's.
type unlisted struct{ *wordTokenizer }

func (unlisted) VocabSize() int { return 0 }

func makeRandom(t *testing.T, tok Tokenizer, seed int64, n int, c RandomConfig) Dataset {
	t.Helper()
	d, err := New(Config{Name: "random", NumPrompts: n, Seed: seed, Random: c}, tok)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func promptAt(t *testing.T, d Dataset, i int) Prompt {
	t.Helper()
	p, err := d.Prompt(i)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRandomLengths(t *testing.T) {
	for name, tok := range map[string]Tokenizer{"adding up": newWordTokenizer(false), "joining": newWordTokenizer(true), "unlisted": unlisted{newWordTokenizer(false)}} {
		for _, c := range []RandomConfig{
			{InputLen: 1, OutputLen: 1},
			{InputLen: 100, OutputLen: 20},
			{InputLen: 50, OutputLen: 7, PrefixLen: 10},
			{InputLen: 0, OutputLen: 7, PrefixLen: 10},
			{InputLen: 40, OutputLen: 40, Range: RangeRatio{0.5, 0.25}},
		} {
			d := makeRandom(t, tok, 7, 30, c)
			for i := range d.Len() {
				p := promptAt(t, d, i)
				ids, err := tok.Encode(p.Text)
				if err != nil || len(ids) != p.InputTokens {
					t.Fatalf("%s %+v: prompt %d says %d tokens and has %d (%v)", name, c, i, p.InputTokens, len(ids), err)
				}
				in, out := spread(c.InputLen, c.Range.Input, 0), spread(c.OutputLen, c.Range.Output, 1)
				if n := p.InputTokens - c.PrefixLen; n < in.Least() || n > in.Most() {
					t.Errorf("%s %+v: %d input tokens, want %s", name, c, n, in)
				}
				if n := p.OutputTokens; n < out.Least() || n > out.Most() {
					t.Errorf("%s %+v: %d output tokens, want %s", name, c, n, out)
				}
			}
		}
	}
}

// Both ends of a range occur, and so does everything between.
func TestRandomRange(t *testing.T) {
	d := makeRandom(t, newWordTokenizer(false), 1, 400, RandomConfig{InputLen: 10, OutputLen: 10, Range: RangeRatio{0.5, 0.2}})
	inputs, outputs := map[int]int{}, map[int]int{}
	for i := range d.Len() {
		p := promptAt(t, d, i)
		inputs[p.InputTokens]++
		outputs[p.OutputTokens]++
	}
	if len(inputs) != 11 || len(outputs) != 5 {
		t.Errorf("%d input and %d output lengths, want 5..15 and 8..12", len(inputs), len(outputs))
	}
}

func TestRandomPromptsDiffer(t *testing.T) {
	tok := newWordTokenizer(false)
	c := RandomConfig{InputLen: 20, OutputLen: 1, PrefixLen: 5}
	d, again, other := makeRandom(t, tok, 1, 100, c), makeRandom(t, tok, 1, 100, c), makeRandom(t, tok, 2, 100, c)
	seen := map[string]bool{}
	prefix := strings.Join(strings.Fields(promptAt(t, d, 0).Text)[:5], " ")
	for i := range d.Len() {
		text := promptAt(t, d, i).Text
		if seen[text] {
			t.Fatalf("prompt %d was there before", i)
		}
		seen[text] = true
		if !strings.HasPrefix(text, prefix+" ") {
			t.Errorf("prompt %d does not begin with the prefix %q", i, prefix)
		}
		if text != promptAt(t, again, i).Text {
			t.Errorf("prompt %d differs for the same seed", i)
		}
		if text == promptAt(t, other, i).Text {
			t.Errorf("prompt %d is the same for another seed", i)
		}
	}
}

func TestRandomValidate(t *testing.T) {
	for _, c := range []struct {
		config Config
		want   []string
	}{
		{Config{Name: "random", NumPrompts: 0, Random: RandomConfig{InputLen: -1, OutputLen: 0, PrefixLen: -1, Range: RangeRatio{1, -1}}},
			[]string{"--num-prompts", "--random-input-len", "--random-output-len", "--random-prefix-len", "--random-range-ratio 1", "--random-range-ratio -1"}},
		{Config{Name: "random", NumPrompts: 1, Path: "x", Random: RandomConfig{InputLen: 1, OutputLen: 1}}, []string{"--dataset-path"}},
		{Config{Name: "random", NumPrompts: 1, Random: RandomConfig{InputLen: 0, OutputLen: 1}}, []string{"could be empty"}},
		{Config{Name: "nope", NumPrompts: 1}, []string{"--dataset-name", "use one of ", "sharegpt"}},
		{Config{Name: "sharegpt", NumPrompts: 1, OutputLen: -1}, []string{"--dataset-path", "--sharegpt-output-len"}},
	} {
		err := c.config.Validate()
		for _, part := range c.want {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%+v: %v does not name %s", c.config, err, part)
			}
		}
	}
}

func TestRangeRatio(t *testing.T) {
	for text, want := range map[string]RangeRatio{"0.2": {0.2, 0.2}, `{"input": 0.1, "output": 0}`: {0.1, 0}} {
		var r RangeRatio
		if err := r.UnmarshalText([]byte(text)); err != nil || r != want {
			t.Errorf("%s: %+v, %v", text, r, err)
		}
	}
	for _, text := range []string{"", "x", "{}", `{"input": 0.1}`, "[1,2]"} {
		var r RangeRatio
		if err := r.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

// A tokenizer without whole words is refused before the load.
type wordless struct{ *wordTokenizer }

func (wordless) Encode(text string) ([]int, error) { return make([]int, len(text)+1), nil }

func TestRandomNeedsWords(t *testing.T) {
	_, err := New(Config{Name: "random", NumPrompts: 1, Random: RandomConfig{InputLen: 5, OutputLen: 1}}, wordless{newWordTokenizer(false)})
	if err == nil || !strings.Contains(err.Error(), "--tokenizer") {
		t.Errorf("got %v", err)
	}
}

func TestCommonWords(t *testing.T) {
	words := strings.Fields(commonWords)
	if len(words) < 256 || len(words) != len(unique(slices.Clone(words))) {
		t.Errorf("%d words, %d of them different", len(words), len(unique(slices.Clone(words))))
	}
	for _, w := range words {
		if !isWord(w) {
			t.Errorf("%q is not a plain word", w)
		}
	}
}

func BenchmarkRandomPrompt(b *testing.B) {
	d, err := New(Config{Name: "random", NumPrompts: 1, Random: RandomConfig{InputLen: 2000, OutputLen: 1}}, newWordTokenizer(false))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Prompt(0); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzRangeRatio(f *testing.F) {
	f.Add("0.2")
	f.Add(`{"input": 0.1, "output": 0}`)
	f.Fuzz(func(t *testing.T, text string) {
		var r RangeRatio
		if r.UnmarshalText([]byte(text)) != nil || !inUnit(r.Input) || !inUnit(r.Output) {
			return
		}
		if l := spread(100, r.Input, 1); l.Least() > 100 || l.Most() < 100 {
			t.Errorf("%q makes lengths of %s out of 100", text, l)
		}
	})
}
