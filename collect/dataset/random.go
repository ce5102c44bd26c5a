package dataset

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
)

// RandomConfig shapes the prompts of the dataset random, and the text of those made like it.
type RandomConfig struct {
	InputLen, OutputLen int
	// PrefixLen tokens, equal for all prompts, come before and on top of the input.
	PrefixLen int
	Range     RangeRatio
	// InputDist and OutputDist, where given, stand in place of the lengths and their range.
	InputDist, OutputDist Lengths
	// Mix, where given, stands in place of both.
	Mix LengthMix
	// BatchSize texts make one request, for servers that embed; 0 and 1 send each by itself.
	BatchSize int
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
	var p problems
	r := c.Random
	p.add(c.readsNoFile())
	p.tokens("random-input-len", r.InputLen, 0)
	p.tokens("random-output-len", r.OutputLen, 1)
	p.tokens("random-prefix-len", r.PrefixLen, 0)
	p.check(inUnit(r.Range.Input), "--random-range-ratio %g (input): must be at least 0 and below 1", r.Range.Input)
	if r.Range.Output != r.Range.Input {
		p.check(inUnit(r.Range.Output), "--random-range-ratio %g (output): must be at least 0 and below 1", r.Range.Output)
	}
	p.check(!r.Mix.Given() || !r.InputDist.Given() && !r.OutputDist.Given(), "--random-sequence-dist: gives both lengths; leave --random-input-dist and --random-output-dist out")
	ranged := r.Range.Input != 0 && (r.InputDist.Given() || r.Mix.Given()) || r.Range.Output != 0 && (r.OutputDist.Given() || r.Mix.Given())
	p.check(!ranged, "--random-range-ratio: a distribution has a range of its own; leave one of them out")
	p.check(r.BatchSize >= 0 && r.BatchSize <= mostBatch, "--random-batch-size %d: must be between 1 and %d", r.BatchSize, mostBatch)
	p.check(r.BatchSize <= 1 || !c.PromptTokenIDs, "--prompt-token-ids: a batch is sent as text; leave it or --random-batch-size out")
	if p == nil {
		p.check(r.PrefixLen+r.input().Least() >= 1 || r.Mix.Given(), "--random-input-len %d with --random-range-ratio %g: a prompt could be empty", r.InputLen, r.Range.Input)
	}
	return p.err()
}

// mostBatch bounds the texts of one request.
const mostBatch = 100_000

func inUnit(v float64) bool { return v >= 0 && v < 1 }

// input is the distribution of the input lengths.
func (r RandomConfig) input() Lengths {
	if r.InputDist.Given() {
		return r.InputDist
	}
	return spread(r.InputLen, r.Range.Input, 0)
}

func (r RandomConfig) output() Lengths {
	if r.OutputDist.Given() {
		return r.OutputDist
	}
	return spread(r.OutputLen, r.Range.Output, 1)
}

// lengths draws the lengths of one prompt. Distributions of the rows of one file give them from the same row.
func (r RandomConfig) lengths() func(rng *rand.Rand) (input, output int) {
	if r.Mix.Given() {
		return r.Mix.Draw
	}
	in, out := r.input(), r.output()
	if in.rows == "" || in.rows != out.rows {
		return func(rng *rand.Rand) (int, int) { return in.Draw(rng), out.Draw(rng) }
	}
	return func(rng *rand.Rand) (int, int) {
		a, b := rng.Uint64(), rng.Uint64()
		same := func() *rand.Rand { return rand.New(rand.NewPCG(a, b)) }
		return in.Draw(same()), out.Draw(same())
	}
}

// spread widens a length by its ratio.
func spread(length int, ratio float64, least int) Lengths {
	low := int(math.Floor(float64(length) * (1 - ratio)))
	high := int(math.Ceil(float64(length) * (1 + ratio)))
	return Uniform(max(low, least), max(high, least))
}

// random makes prompts that have exactly the asked number of tokens. Each is drawn from its own generator, seeded by
// (seed, index): prompts differ from each other, can be made in any order, and are equal again for an equal seed.
type random struct {
	*composer
	config  RandomConfig
	n       int
	seed    int64
	lengths func(rng *rand.Rand) (input, output int)
	shared  *draft
	ids     bool
}

func newRandom(c Config, tok Tokenizer) (Dataset, error) {
	m, err := newComposer(c, tok)
	if err != nil {
		return nil, err
	}
	d := &random{composer: m, config: c.Random, n: c.NumPrompts, seed: c.Seed, lengths: c.Random.lengths(), ids: c.PromptTokenIDs}
	d.shared = m.draft(c.Random.PrefixLen)
	d.shared.random(generator(c.Seed, -1), c.Random.PrefixLen)
	if c.Random.BatchSize > 1 {
		return newBatched(d, c), nil
	}
	return d, nil
}

func (d *random) Len() int { return d.n }

// Prompt makes the i-th prompt.
func (d *random) Prompt(i int) (Prompt, error) {
	rng := generator(d.seed, i)
	input, output := d.lengths(rng)
	t := d.draft(d.shared.tokens + input)
	t.prefix(d.shared)
	t.unique(rng, i, input)
	p, err := t.prompt(rng)
	p.OutputTokens = output
	return p, err
}

// Recipe is what decides the prompts beside the tokenizer and the seed.
func (d *random) Recipe() map[string]any {
	recipe := d.config.recipe()
	if d.ids {
		recipe["token_ids"] = true
	}
	return recipe
}

// recipe holds the lengths as they were asked for.
func (r RandomConfig) recipe() map[string]any {
	recipe := map[string]any{"prompts": composition, "prefix_len": r.PrefixLen}
	if r.Mix.Given() {
		recipe["sequence_dist"] = r.Mix.String()
		return recipe
	}
	if r.InputDist.Given() {
		recipe["input_dist"] = r.InputDist.String()
	} else {
		recipe["input_len"] = r.InputLen
	}
	if r.OutputDist.Given() {
		recipe["output_dist"] = r.OutputDist.String()
	} else {
		recipe["output_len"] = r.OutputLen
	}
	if r.Range != (RangeRatio{}) {
		recipe["range_ratio"] = r.Range
	}
	return recipe
}

// composition changes when the same recipe and seed come to mean other prompts.
const composition = 2

// generator gives the random source of one prompt; negative indexes are the parts shared by all.
func generator(seed int64, i int) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(seed), uint64(i)))
}
