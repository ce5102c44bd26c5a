package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// RandomConfig shapes the prompts of the dataset random.
type RandomConfig struct {
	InputLen, OutputLen int
	// PrefixLen tokens, equal for all prompts, come before and on top of InputLen.
	PrefixLen int
	Range     RangeRatio
}

// RangeRatio widens a length L to the whole numbers between floor(L*(1-r)) and ceil(L*(1+r)), all equally likely.
type RangeRatio struct {
	Input  float64 `json:"input"`
	Output float64 `json:"output"`
}

// UnmarshalText takes one number for both, or {"input": a, "output": b}, as vLLM's benchmark does.
func (r *RangeRatio) UnmarshalText(text []byte) error {
	if v, err := strconv.ParseFloat(string(text), 64); err == nil {
		r.Input, r.Output = v, v
		return nil
	}
	var both struct{ Input, Output *float64 }
	if err := json.Unmarshal(text, &both); err != nil || both.Input == nil || both.Output == nil {
		return fmt.Errorf(`%q is neither a number nor {"input": 0.1, "output": 0.2}`, text)
	}
	r.Input, r.Output = *both.Input, *both.Output
	return nil
}

func (c Config) validateRandom() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	r := c.Random
	check(c.Path == "", "--dataset-path %q: the dataset random reads no file; leave it out or choose another --dataset-name", c.Path)
	check(r.InputLen >= 0 && r.InputLen <= mostTokens, "--random-input-len %d: must be between 0 and %d", r.InputLen, mostTokens)
	check(r.OutputLen >= 1 && r.OutputLen <= mostTokens, "--random-output-len %d: must be between 1 and %d", r.OutputLen, mostTokens)
	check(r.PrefixLen >= 0 && r.PrefixLen <= mostTokens, "--random-prefix-len %d: must be between 0 and %d", r.PrefixLen, mostTokens)
	check(inUnit(r.Range.Input), "--random-range-ratio %g (input): must be at least 0 and below 1", r.Range.Input)
	if r.Range.Output != r.Range.Input {
		check(inUnit(r.Range.Output), "--random-range-ratio %g (output): must be at least 0 and below 1", r.Range.Output)
	}
	lowest, _ := spread(r.InputLen, r.Range.Input)
	check(r.PrefixLen+lowest >= 1 || !inUnit(r.Range.Input), "--random-input-len %d with --random-range-ratio %g: a prompt could be empty", r.InputLen, r.Range.Input)
	return errors.Join(errs...)
}

func inUnit(v float64) bool { return v >= 0 && v < 1 }

// spread gives the lowest and highest length.
func spread(length int, ratio float64) (low, high int) {
	return int(math.Floor(float64(length) * (1 - ratio))), int(math.Ceil(float64(length) * (1 + ratio)))
}

// random makes prompts of random words that have exactly the asked number of tokens. Each prompt is drawn from its own
// generator, seeded by (seed, index): prompts differ from each other, can be made in any order, and are equal again for
// an equal seed.
type random struct {
	config RandomConfig
	n      int
	seed   int64
	words  *wordPool
	tok    Tokenizer
	prefix string
	// careful is set when the tokenizer joins words, so that each prompt has to be counted and mended.
	careful bool
}

func newRandom(c Config, tok Tokenizer) (Dataset, error) {
	words, err := newWordPool(tok)
	if err != nil {
		return nil, err
	}
	d := &random{config: c.Random, n: c.NumPrompts, seed: c.Seed, words: words, tok: tok}
	d.prefix = words.text(generator(c.Seed, -1), c.Random.PrefixLen, true)
	return d, d.rehearse()
}

// rehearse counts the longest prompt there could be: words chosen to be one token each add up for tokenizers that
// split text at blanks, which is nearly all of them. For the others every prompt is counted.
func (d *random) rehearse() error {
	_, most := spread(d.config.InputLen, d.config.Range.Input)
	n := min(most, 2048)
	text := d.prefix + d.words.text(generator(d.seed, -2), n, d.prefix == "")
	ids, err := d.tok.Encode(text)
	if err != nil {
		return fmt.Errorf("tokenize a random prompt: %w", err)
	}
	d.careful = len(ids) != d.config.PrefixLen+n
	return nil
}

func (d *random) Len() int { return d.n }

// Prompt makes the i-th prompt.
func (d *random) Prompt(i int) (Prompt, error) {
	rng := generator(d.seed, i)
	input := draw(rng, d.config.InputLen, d.config.Range.Input, 0)
	output := draw(rng, d.config.OutputLen, d.config.Range.Output, 1)
	text := d.prefix + d.words.text(rng, input, d.prefix == "")
	want := d.config.PrefixLen + input
	if d.careful {
		var err error
		if text, err = d.mend(rng, text, want); err != nil {
			return Prompt{}, err
		}
	}
	return Prompt{Text: text, InputTokens: want, OutputTokens: output}, nil
}

// mend lengthens or shortens text until it has want tokens: whole words are taken off or put on at its end.
func (d *random) mend(rng *rand.Rand, text string, want int) (string, error) {
	const tries = 64
	for range tries {
		ids, err := d.tok.Encode(text)
		if err != nil {
			return "", fmt.Errorf("tokenize a random prompt: %w", err)
		}
		switch missing := want - len(ids); {
		case missing == 0:
			return text, nil
		case missing > 0:
			text += d.words.text(rng, missing, text == "")
		default:
			if text, err = d.tok.Decode(ids[:want]); err != nil {
				return "", fmt.Errorf("shorten a random prompt: %w", err)
			}
		}
	}
	return "", fmt.Errorf("no text of exactly %d tokens found for this tokenizer; try another --random-input-len", want)
}

// Recipe is what decides the prompts beside the tokenizer and the seed.
func (d *random) Recipe() map[string]any {
	return map[string]any{"input_len": d.config.InputLen, "output_len": d.config.OutputLen,
		"prefix_len": d.config.PrefixLen, "range_ratio": d.config.Range}
}

// generator gives the random source of one prompt; negative indexes are the parts shared by all.
func generator(seed int64, i int) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(seed), uint64(i)))
}

func draw(rng *rand.Rand, length int, ratio float64, least int) int {
	low, high := spread(length, ratio)
	low, high = max(low, least), max(high, least)
	return low + rng.IntN(high-low+1)
}

// text joins n random words, each one token. first says that the text begins with them.
func (w *wordPool) text(rng *rand.Rand, n int, first bool) string {
	var b strings.Builder
	b.Grow(8 * n)
	for i := range n {
		if i == 0 && first {
			b.WriteString(w.first[rng.IntN(len(w.first))])
			continue
		}
		b.WriteString(w.next[rng.IntN(len(w.next))])
	}
	return b.String()
}
