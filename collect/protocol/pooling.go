package protocol

import (
	"errors"

	"llmbench/collect/dataset"
)

// pooling is the family of APIs that answer a prompt with numbers: one JSON object, counted but not generated.
type pooling struct {
	// own are fields of this server, sent with every request.
	own []field
	// rerank is true when a batch is a query followed by its documents.
	rerank bool
}

var _ Protocol = pooling{}

// wholePrompt has vLLM cut a prompt to the model's length instead of refusing it, as its benchmark does.
var wholePrompt = field{"truncate_prompt_tokens", -1}

var (
	embeddings  = pooling{}
	vllmPooling = pooling{own: []field{wholePrompt}}
	vllmRerank  = pooling{own: []field{wholePrompt}, rerank: true}
)

// Body sends a batch, token ids, or text. Sampling does not apply.
func (t pooling) Body(c *Config, p *dataset.Prompt) ([]byte, error) {
	b := newBody()
	b.set("model", c.Model)
	switch {
	case t.rerank:
		if err := rankedDocuments(b, p); err != nil {
			return nil, err
		}
	case p.Batch != nil:
		b.set("input", p.Batch)
	case p.TokenIDs != nil:
		b.set("input", p.TokenIDs)
	default:
		text, err := textOf(p)
		if err != nil {
			return nil, err
		}
		b.set("input", text)
	}
	for _, f := range t.own {
		b.set(f.key, f.value)
	}
	b.extra(c, p)
	return b.bytes()
}

// rankedDocuments sets a query and its documents. A dataset of rerank requests may hold them as fields of each prompt.
func rankedDocuments(b *body, p *dataset.Prompt) error {
	_, query := p.Body["query"]
	_, documents := p.Body["documents"]
	switch {
	case query && documents:
	case len(p.Batch) >= 2:
		b.set("query", p.Batch[0])
		b.set("documents", p.Batch[1:])
	default:
		return errors.New("reranking needs a query and at least one document; use a dataset that has them (random-rerank)")
	}
	return nil
}

func (pooling) Reader() Reader { return new(poolingReader) }

// poolingReader reads the count of a whole answer; the numbers are not looked at.
type poolingReader struct{ json jsonReader }

func (r *poolingReader) Event(ev Event, d *Delta) error { return r.json.event(ev, d, r.object) }

func (r *poolingReader) Whole(body []byte, d *Delta) error { return r.json.whole(body, d, r.object) }

// object: embeddings and pooling have data, rerank has results. Some servers of rerank count the total alone, as
// Jina AI's API does; it is the prompt here.
func (r *poolingReader) object(v *value, d *Delta) {
	if !v.Exists("data") && !v.Exists("results") {
		return
	}
	d.chunk(nil)
	d.ServerID = string(v.GetStringBytes("id"))
	if readUsage(v, &d.Usage); d.Usage.Prompt == 0 {
		d.Usage.Prompt = v.GetInt64("usage", "total_tokens")
	}
}
