package dataset

// rerank makes requests of one query, equal for all, and some documents each.
type rerank struct {
	*composer
	config Config
	query  string
	// queryTokens and separators are counted for every document: a reranker reads query, separator, document.
	queryTokens, separators int
	document                Lengths
	batch, documents        int
}

func (c Config) validateRerank() error {
	var p problems
	p.add(c.validateRandom())
	r := c.Random
	p.check(!r.InputDist.Given() && !r.OutputDist.Given() && !r.Mix.Given(), "--random-input-dist, --random-output-dist, --random-sequence-dist: random-rerank has lengths of --random-input-len and --random-range-ratio alone")
	p.check(r.PrefixLen == 0, "--random-prefix-len: random-rerank has one query for all already; leave it out")
	p.check(!c.PromptTokenIDs, "--prompt-token-ids: queries and documents are sent as text; leave it out")
	switch {
	case c.NoReranker && (r.BatchSize < 2 || c.load() < 2):
		p.check(false, "--no-reranker: a request holds the query and at least one document; give --random-batch-size and --num-prompts of at least 2")
	case !c.NoReranker && r.InputLen < 6:
		p.check(false, "--random-input-len %d: query, separator and document together need at least 6 tokens", r.InputLen)
	}
	return p.err()
}

// newRerank splits the input as vLLM's benchmark does. For a reranker the query is half of it less a separator, the
// document what the query and a separator leave. Without one each is a text of the whole length, and the query counts as
// one of the batch and of the prompts.
func newRerank(c Config, tok Tokenizer) (Dataset, error) {
	m, err := newComposer(c, tok)
	if err != nil {
		return nil, err
	}
	r := c.Random
	d := &rerank{composer: m, config: c, batch: max(1, r.BatchSize), documents: c.load()}
	queryLen, documentLen := r.InputLen, r.InputLen
	if c.NoReranker {
		d.batch, d.documents = d.batch-1, d.documents-1
	} else {
		d.separators = 1
		queryLen = r.InputLen/2 - d.separators
	}
	rng := generator(c.Seed, -1)
	d.queryTokens = max(1, spread(queryLen, r.Range.Input, 1).Draw(rng))
	if !c.NoReranker {
		documentLen = max(1, r.InputLen-d.queryTokens-d.separators)
	}
	d.document = spread(documentLen, r.Range.Input, 1)
	t := m.draft(d.queryTokens)
	t.random(rng, d.queryTokens)
	query, err := t.prompt(rng)
	d.query = query.Text
	return d, err
}

// Len counts the warm-ups in.
func (d *rerank) Len() int { return batches(d.documents, d.batch) + d.config.Warmups }

// Prompt is the query and the documents of the i-th request, the last of which may have fewer; a warm-up has one.
func (d *rerank) Prompt(i int) (Prompt, error) {
	from, to := batchOf(i, d.batch, d.documents)
	p := Prompt{Batch: []string{d.query}}
	if d.config.NoReranker {
		p.InputTokens = d.queryTokens
	}
	for k := from; k < to; k++ {
		rng := generator(d.config.Seed, k)
		n := d.document.Draw(rng)
		t := d.draft(n)
		t.unique(rng, k, n)
		document, err := t.prompt(rng)
		if err != nil {
			return Prompt{}, err
		}
		p.Batch = append(p.Batch, document.Text)
		p.InputTokens += n
		if !d.config.NoReranker {
			p.InputTokens += d.queryTokens + d.separators
		}
	}
	return p, nil
}

// Recipe is what decides the prompts beside the tokenizer and the seed.
func (d *rerank) Recipe() map[string]any {
	recipe := d.config.Random.recipe()
	delete(recipe, "output_len")
	recipe["batch_size"], recipe["reranker"] = d.config.Random.BatchSize, !d.config.NoReranker
	return recipe
}
