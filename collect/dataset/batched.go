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
	return &batched{Dataset: ds, size: size, texts: c.load(), n: batches(c.load(), size) + c.Warmups}
}

func (b *batched) Len() int { return b.n }

// Prompt is the i-th batch; the last one of the load may be smaller. A warm-up is a batch of one.
func (b *batched) Prompt(i int) (Prompt, error) {
	from, to := batchOf(i, b.size, b.texts)
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

// batches is how many requests so many texts are.
func batches(texts, size int) int { return (texts + size - 1) / size }

// batchOf is which texts the i-th request holds. Those after the load's are warm-ups of one text each.
func batchOf(i, size, texts int) (from, to int) {
	if load := batches(texts, size); i >= load {
		return texts + i - load, texts + i - load + 1
	}
	return i * size, min((i+1)*size, texts)
}
