package dataset

import "fmt"

// PrefixConfig shapes the dataset prefix_repetition.
type PrefixConfig struct {
	// PrefixLen tokens, of which there are Prefixes, come before SuffixLen tokens of the prompt's own.
	PrefixLen, SuffixLen, Prefixes, OutputLen int
}

func (c Config) validatePrefixes() error {
	x := c.Prefix
	var p problems
	p.add(c.readsNoFile())
	p.tokens("prefix-repetition-prefix-len", x.PrefixLen, 0)
	p.tokens("prefix-repetition-suffix-len", x.SuffixLen, 0)
	p.tokens("prefix-repetition-output-len", x.OutputLen, 1)
	p.check(x.PrefixLen+x.SuffixLen != 0, "--prefix-repetition-prefix-len 0 with --prefix-repetition-suffix-len 0: the prompts would be empty")
	p.check(x.Prefixes >= 1 && x.Prefixes <= c.load(), "--prefix-repetition-num-prefixes %d: must be between 1 and the number of prompts, %d", x.Prefixes, c.load())
	return p.err()
}

// readsNoFile refuses a path that would not be looked at.
func (c Config) readsNoFile() error {
	if c.Path == "" {
		return nil
	}
	return fmt.Errorf("--dataset-path %q: the dataset %s reads no file; leave it out or choose another --dataset-name", c.Path, c.Name)
}

// prefixRepetition gives each of a few prefixes to the same number of prompts, in random order: what a server's prefix
// cache can save is known beforehand.
type prefixRepetition struct {
	*composer
	config Config
	// order is the prompts as if they came prefix by prefix.
	order []uint32
}

func newPrefixRepetition(c Config, tok Tokenizer) (Dataset, error) {
	m, err := newComposer(c, tok)
	if err != nil {
		return nil, err
	}
	return &prefixRepetition{composer: m, config: c, order: c.order(c.load())}, nil
}

func (d *prefixRepetition) Len() int { return d.config.NumPrompts }

// Prompt makes the i-th prompt. Each warm-up has a prefix of its own.
func (d *prefixRepetition) Prompt(i int) (Prompt, error) {
	const ofPrefix = 0x707265666978
	p := d.config.Prefix
	prefix := p.Prefixes + i
	if i < len(d.order) {
		prefix = int(d.order[i]) * p.Prefixes / len(d.order)
	}
	rng := generator(d.config.Seed, i)
	t := d.draft(p.PrefixLen + p.SuffixLen)
	t.random(generator(d.config.Seed^ofPrefix, prefix), p.PrefixLen)
	t.unique(rng, i, p.SuffixLen)
	out, err := t.prompt(rng)
	out.OutputTokens = p.OutputLen
	return out, err
}

// Recipe is what decides the prompts beside the tokenizer and the seed.
func (d *prefixRepetition) Recipe() map[string]any {
	p := d.config.Prefix
	recipe := map[string]any{"prompts": composition, "prefix_len": p.PrefixLen, "suffix_len": p.SuffixLen, "num_prefixes": p.Prefixes, "output_len": p.OutputLen}
	d.config.Files.into(recipe)
	return recipe
}
