package dataset

import "maps"

// batched joins several prompts of a dataset to one request, for servers that embed.
type batched struct {
	Dataset
	size int
	// texts are those of the load; the requests after them are warm-ups.
	texts, n int
}

// newBatched makes requests of ds's prompts. As in vLLM's benchmark, the number of prompts asked for is that of the texts.
func newBatched(ds Dataset, c Config) Dataset {
	size := c.Random.BatchSize
	return &batched{Dataset: ds, size: size, texts: c.load(), n: (c.load()+size-1)/size + c.Warmups}
}

func (b *batched) Len() int { return b.n }

// Prompt is the i-th batch; the last one of the load may be smaller. A warm-up is a batch of one.
func (b *batched) Prompt(i int) (Prompt, error) {
	from, to := i*b.size, min((i+1)*b.size, b.texts)
	if load := (b.texts + b.size - 1) / b.size; i >= load {
		from = b.texts + i - load
		to = from + 1
	}
	var batch Prompt
	for k := from; k < to; k++ {
		p, err := b.Dataset.Prompt(k)
		if err != nil {
			return Prompt{}, err
		}
		batch.Batch = append(batch.Batch, p.Text)
		batch.InputTokens += p.InputTokens
		batch.OutputTokens = max(batch.OutputTokens, p.OutputTokens)
	}
	return batch, nil
}

func (b *batched) Recipe() map[string]any {
	recipe := maps.Clone(b.Dataset.Recipe())
	recipe["batch_size"] = b.size
	return recipe
}
