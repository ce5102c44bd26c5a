package dataset

import (
	"slices"
	"strings"
	"testing"
)

func TestPrefixRepetition(t *testing.T) {
	t.Parallel()
	tok := newWordTokenizer(false)
	for _, c := range []struct {
		prompts, warmups, prefixes int
		counts                     []int
	}{{25, 0, 4, []int{6, 6, 6, 7}}, {20, 3, 5, []int{4, 4, 4, 4, 4}}, {3, 0, 3, []int{1, 1, 1}}, {7, 0, 1, []int{7}}} {
		config := Config{Name: "prefix_repetition", NumPrompts: c.prompts + c.warmups, Warmups: c.warmups, Seed: 3,
			Prefix: PrefixConfig{PrefixLen: 6, SuffixLen: 4, Prefixes: c.prefixes, OutputLen: 9}}
		d, err := New(config, tok)
		if err != nil {
			t.Fatal(err)
		}
		prefixes, order, texts := map[string]int{}, []string{}, map[string]bool{}
		for i := range d.Len() {
			p := promptAt(t, d, i)
			ids, err := tok.Encode(p.Text)
			if err != nil || len(ids) != 10 || p.InputTokens != 10 || p.OutputTokens != 9 {
				t.Fatalf("prompt %d: %+v", i, p)
			}
			prefix := strings.Join(strings.Fields(p.Text)[:6], " ")
			texts[p.Text] = true
			if i < c.prompts {
				prefixes[prefix]++
				order = append(order, prefix)
			} else if prefixes[prefix] > 0 {
				t.Errorf("warm-up %d has a prefix of the load", i)
			}
		}
		var counts []int
		for _, n := range prefixes {
			counts = append(counts, n)
		}
		if slices.Sort(counts); !slices.Equal(counts, c.counts) {
			t.Errorf("%d prompts of %d prefixes: %v of each, want %v", c.prompts, c.prefixes, counts, c.counts)
		}
		if len(texts) != c.prompts+c.warmups {
			t.Errorf("%d different prompts of %d", len(texts), c.prompts+c.warmups)
		}
		if len(slices.Compact(order)) == c.prefixes && c.prompts > 2*c.prefixes && c.prefixes > 1 {
			t.Error("the prompts come prefix by prefix")
		}
		config.Files.DisableShuffle = true
		if d, err = New(config, tok); err != nil {
			t.Fatal(err)
		}
		order = nil
		for i := range c.prompts {
			order = append(order, strings.Join(strings.Fields(promptAt(t, d, i).Text)[:6], " "))
		}
		if len(slices.Compact(order)) != c.prefixes {
			t.Error("unshuffled, the prompts do not come prefix by prefix")
		}
	}
}

func TestPrefixRepetitionValidate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		config PrefixConfig
		says   string
	}{
		{PrefixConfig{-1, -1, 0, 0}, "--prefix-repetition-prefix-len -1"},
		{PrefixConfig{-1, -1, 0, 0}, "--prefix-repetition-suffix-len -1"},
		{PrefixConfig{-1, -1, 0, 0}, "--prefix-repetition-num-prefixes 0"},
		{PrefixConfig{-1, -1, 0, 0}, "--prefix-repetition-output-len 0"},
		{PrefixConfig{0, 0, 1, 1}, "would be empty"},
		{PrefixConfig{1, 1, 11, 1}, "the number of prompts, 10"},
	} {
		err := Config{Name: "prefix_repetition", NumPrompts: 10, Path: "x", Prefix: c.config}.Validate()
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "--dataset-path") {
			t.Errorf("%+v: %v does not say %q", c.config, err, c.says)
		}
	}
}
