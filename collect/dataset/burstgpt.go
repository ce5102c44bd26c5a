package dataset

// burstGPT draws pairs of lengths from BurstGPT's CSV; its times are left out. Replayed with them it is a trace.
type burstGPT struct {
	*composer
	*arrivals
	config Config
	n      int
	// order is the rows as they are taken.
	order []uint32
}

func (c Config) validateBurstGPT() error {
	if c.SelfTimed {
		return c.validateTrace()
	}
	return c.needsPath("BurstGPT's CSV")
}

// newBurstGPT takes rows in the order of a shuffle, and draws again from them where they are too few.
func newBurstGPT(c Config, tok Tokenizer) (Dataset, error) {
	if c.SelfTimed {
		return newTrace(c, tok)
	}
	a, err := readArrivals(c, false, mostRows)
	if err != nil {
		return nil, err
	}
	m, err := newComposer(c, tok)
	if err != nil {
		return nil, err
	}
	d := &burstGPT{composer: m, arrivals: a, config: c, n: c.NumPrompts, order: c.order(len(a.rows))}
	if c.Files.NoOversample {
		d.n = min(d.n, len(a.rows)+c.Warmups)
	}
	return d, nil
}

func (d *burstGPT) Len() int { return d.n }

// Prompt makes the i-th prompt, of random tokens.
func (d *burstGPT) Prompt(i int) (Prompt, error) {
	rng, row := generator(d.config.Seed, i), d.rows[d.config.pick(d.order, i)]
	t := d.draft(int(row.Input))
	t.unique(rng, i, int(row.Input))
	p, err := t.prompt(rng)
	p.OutputTokens = int(row.Output)
	return p, err
}

// Recipe is what decides the prompts beside the tokenizer and the seed.
func (d *burstGPT) Recipe() map[string]any {
	recipe := map[string]any{"prompts": composition, "sha256": d.sha256}
	d.config.Files.into(recipe)
	return recipe
}
