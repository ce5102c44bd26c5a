package dataset

import (
	"slices"
	"strings"
	"testing"
)

// No two prompts are alike as long as there are words for it: not even those of one or two tokens.
func TestPromptsAreUnique(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ids    bool
		length int
		n      int
	}{{false, 1, 200}, {false, 2, 20_000}, {false, 5, 3000}, {true, 1, 400}, {true, 2, 20_000}} {
		d, err := New(Config{Name: "random", NumPrompts: c.n, Seed: 2, PromptTokenIDs: c.ids, Random: RandomConfig{InputLen: c.length, OutputLen: 1, PrefixLen: 3}}, newWordTokenizer(false))
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for i := range d.Len() {
			p := promptAt(t, d, i)
			key := p.Text
			for _, id := range p.TokenIDs {
				key += string(rune(id + 1))
			}
			if seen[key] {
				t.Fatalf("%+v: prompt %d was there before", c, i)
			}
			seen[key] = true
		}
	}
}

func TestPromptTokenIDs(t *testing.T) {
	t.Parallel()
	tok := newWordTokenizer(false)
	make := func(seed int64) Dataset {
		d, err := New(Config{Name: "random", NumPrompts: 50, Seed: seed, PromptTokenIDs: true, Random: RandomConfig{InputLen: 20, OutputLen: 3, PrefixLen: 4}}, tok)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := make(1)
	first := promptAt(t, d, 0)
	for i := range d.Len() {
		p := promptAt(t, d, i)
		if p.Text != "" || len(p.TokenIDs) != 24 || p.InputTokens != 24 || p.OutputTokens != 3 {
			t.Fatalf("prompt %d: %+v", i, p)
		}
		if !slices.Equal(p.TokenIDs[:4], first.TokenIDs[:4]) {
			t.Errorf("prompt %d does not begin with the shared prefix", i)
		}
		for _, id := range p.TokenIDs {
			if id < 0 || id >= tok.VocabSize() || tok.IsSpecial(id) {
				t.Errorf("prompt %d holds the id %d", i, id)
			}
		}
	}
	if !slices.Equal(first.TokenIDs, promptAt(t, make(1), 0).TokenIDs) || slices.Equal(first.TokenIDs, promptAt(t, make(2), 0).TokenIDs) {
		t.Error("prompts do not follow the seed")
	}
	_, err := New(Config{Name: "random", NumPrompts: 1, PromptTokenIDs: true, Random: RandomConfig{InputLen: 5, OutputLen: 1}}, unlisted{tok})
	if err == nil || !strings.Contains(err.Error(), "--prompt-token-ids") {
		t.Errorf("a vocabulary that is not known gives %v", err)
	}
}

// Texts are counted, not requests: 10 texts in batches of 4 are 3 requests; warm-ups are further texts.
func TestBatches(t *testing.T) {
	t.Parallel()
	config := Config{Name: "random", NumPrompts: 12, Warmups: 2, Seed: 1, Random: RandomConfig{InputLen: 5, OutputLen: 1, BatchSize: 4}}
	d, err := New(config, newWordTokenizer(false))
	if err != nil {
		t.Fatal(err)
	}
	var sizes []int
	seen := map[string]bool{}
	for i := range d.Len() {
		p := promptAt(t, d, i)
		sizes = append(sizes, len(p.Batch))
		if p.Text != "" || p.InputTokens != 5*len(p.Batch) {
			t.Errorf("batch %d: %+v", i, p)
		}
		for _, text := range p.Batch {
			if seen[text] {
				t.Errorf("batch %d repeats %q", i, text)
			}
			seen[text] = true
		}
	}
	if !slices.Equal(sizes, []int{4, 4, 2, 1, 1}) {
		t.Errorf("batches of %v, want 4, 4, 2 and two warm-ups of 1", sizes)
	}
	if d.Recipe()["batch_size"] != 4 {
		t.Errorf("recipe %v", d.Recipe())
	}
}
