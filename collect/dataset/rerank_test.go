package dataset

import (
	"slices"
	"strings"
	"testing"
)

func TestRerank(t *testing.T) {
	t.Parallel()
	tok := newWordTokenizer(false)
	tokens := func(text string) int { return len(strings.Fields(text)) }
	for _, c := range []struct {
		name             string
		config           Config
		query, document  int
		documents        []int // of each request
		tokensOfDocument int   // counted for each, beside the query once for servers that embed
	}{
		{"a reranker", Config{NumPrompts: 5, Random: RandomConfig{InputLen: 20, OutputLen: 1, BatchSize: 2}}, 9, 10, []int{2, 2, 1}, 20},
		{"one document each", Config{NumPrompts: 3, Random: RandomConfig{InputLen: 21, OutputLen: 1, BatchSize: 1}}, 9, 11, []int{1, 1, 1}, 21},
		{"with warm-ups", Config{NumPrompts: 6, Warmups: 2, Random: RandomConfig{InputLen: 20, OutputLen: 1, BatchSize: 3}}, 9, 10, []int{3, 1, 1, 1}, 20},
		{"a server that embeds", Config{NumPrompts: 8, NoReranker: true, Random: RandomConfig{InputLen: 20, OutputLen: 1, BatchSize: 4}}, 20, 20, []int{3, 3, 1}, 20},
	} {
		c.config.Name, c.config.Seed = "random-rerank", 1
		d, err := New(c.config, tok)
		if err != nil {
			t.Fatal(err)
		}
		var documents []int
		first := promptAt(t, d, 0).Batch[0]
		texts := map[string]bool{}
		for i := range d.Len() {
			p := promptAt(t, d, i)
			documents = append(documents, len(p.Batch)-1)
			if p.Batch[0] != first || tokens(first) != c.query {
				t.Errorf("%s: request %d has the query %q", c.name, i, p.Batch[0])
			}
			for _, document := range p.Batch[1:] {
				if tokens(document) != c.document || texts[document] {
					t.Errorf("%s: request %d has a document of %d tokens, or one seen before", c.name, i, tokens(document))
				}
				texts[document] = true
			}
			want := c.tokensOfDocument * (len(p.Batch) - 1)
			if c.config.NoReranker {
				want += c.query
			}
			if p.InputTokens != want {
				t.Errorf("%s: request %d counts %d tokens, want %d", c.name, i, p.InputTokens, want)
			}
		}
		if !slices.Equal(documents, c.documents) {
			t.Errorf("%s: %v documents, want %v", c.name, documents, c.documents)
		}
	}
}

func TestRerankRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		config Config
		says   string
	}{
		{Config{NoReranker: true, Random: RandomConfig{InputLen: 20, OutputLen: 1, BatchSize: 1}}, "--no-reranker"},
		{Config{Random: RandomConfig{InputLen: 5, OutputLen: 1}}, "--random-input-len 5"},
		{Config{Random: RandomConfig{InputLen: 20, OutputLen: 1, PrefixLen: 3}}, "--random-prefix-len"},
		{Config{Random: RandomConfig{InputLen: 20, OutputLen: 1, InputDist: Constant(3)}}, "--random-input-dist"},
		{Config{PromptTokenIDs: true, Random: RandomConfig{InputLen: 20, OutputLen: 1}}, "--prompt-token-ids"},
	} {
		c.config.Name, c.config.NumPrompts = "random-rerank", 4
		if err := c.config.Validate(); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v does not say %q", c.config, err, c.says)
		}
	}
}
