package dataset

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// listed is a dataset of given prompts.
type listed []Prompt

func (l listed) Len() int                     { return len(l) }
func (l listed) Prompt(i int) (Prompt, error) { return l[i], nil }
func (l listed) Recipe() map[string]any       { return nil }
func (l listed) Offset(i int) time.Duration   { return time.Duration(i) }

// blanks counts a token for every word, two for those with a z, and extra for each prompt.
func blanks(extra int) Counter {
	return func(text string) (int, error) {
		n := extra
		for word := range strings.FieldsSeq(text) {
			n++
			if strings.Contains(word, "z") {
				n++
			}
		}
		return n, nil
	}
}

func TestAlign(t *testing.T) {
	t.Parallel()
	prompts := listed{
		{Text: "one two three four", InputTokens: 4},
		{Text: "one zwei drei vier fünf", InputTokens: 5},
		{Text: "one", InputTokens: 1},
		{Text: "one two", InputTokens: 6},
		{TokenIDs: []int{1, 2}, InputTokens: 2},
		{Messages: []Message{{}}, InputTokens: 9},
	}
	for _, c := range []struct {
		name, dataset string
		extra         int
		want          Alignment
		finding       string
		counts        []int // by the server, afterwards
	}{
		{"as asked but for two", "random", 0, Alignment{Prompts: 4, Differed: 2, Least: -4, Most: 1, Fixed: 2},
			"the server counts 2 of 4 prompts -4 to +1 tokens: all fixed", []int{4, 5, 1, 6}},
		{"special tokens", "random", 1, Alignment{Prompts: 4, Differed: 4, Least: -3, Most: 2, Fixed: 3, Short: 1},
			"the server counts 4 of 4 prompts -3 to +2 tokens: 3 fixed, 1 are too short for what the server adds to them", []int{4, 5, 2, 6}},
		{"from a file", "custom", 1, Alignment{Prompts: 4, Differed: 4, Least: -3, Most: 2},
			"the server counts 4 of 4 prompts -3 to +2 tokens: their lengths are the server's now", []int{5, 7, 2, 3}},
	} {
		ds, found, err := Align(t.Context(), prompts, c.dataset, blanks(c.extra), newWordTokenizer(false), 1)
		if err != nil {
			t.Fatal(err)
		}
		if found != c.want || found.Finding() != c.finding {
			t.Errorf("%s: %+v, %q; want %+v, %q", c.name, found, found.Finding(), c.want, c.finding)
		}
		for i, want := range c.counts {
			p, err := ds.Prompt(i)
			n, _ := blanks(c.extra)(p.Text)
			if err != nil || n != want || c.dataset == "custom" && (p.InputTokens != want || p.Text != prompts[i].Text) {
				t.Errorf("%s: prompt %d is %q of %d tokens, said to be %d (%v); want %d", c.name, i, p.Text, n, p.InputTokens, err, want)
			}
		}
		if _, timed := AsTimed(ds); !timed {
			t.Errorf("%s: the times are lost", c.name)
		}
	}
}

// TestAlignIsPartOfTheRecipe: other changes are other workloads.
func TestAlignIsPartOfTheRecipe(t *testing.T) {
	t.Parallel()
	recipe := func(extra int) any {
		ds, _, err := Align(t.Context(), listed{{Text: "one two", InputTokens: 2}}, "random", blanks(extra), newWordTokenizer(false), 1)
		if err != nil {
			t.Fatal(err)
		}
		return ds.Recipe()["aligned"]
	}
	if recipe(1) != recipe(1) || recipe(0) == recipe(1) {
		t.Errorf("recipes %v and %v", recipe(0), recipe(1))
	}
}

func TestAlignFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	_, _, err := Align(t.Context(), listed{{Text: "one", InputTokens: 1}}, "random", func(string) (int, error) { return 0, broken }, newWordTokenizer(false), 1)
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "align prompt 0") {
		t.Errorf("Align = %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Align(ctx, listed{{Text: "one", InputTokens: 1}}, "random", blanks(0), newWordTokenizer(false), 1); !errors.Is(err, context.Canceled) {
		t.Errorf("Align = %v, want it cancelled", err)
	}
}
