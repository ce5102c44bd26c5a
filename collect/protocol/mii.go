package protocol

import (
	"github.com/valyala/fastjson"

	"llmbench/collect/dataset"
)

// mii is the completions of DeepSpeed-MII's OpenAI server, and the same body at /generate of its simple one. The first
// dates from 2024 and knows no stream_options: it counts no tokens in a stream.
type mii struct{}

var _ Protocol = mii{}

// Body leaves out what the server does not know; it cannot ignore the end-of-sequence token.
func (mii) Body(c *Config, p *dataset.Prompt) ([]byte, error) {
	text, err := textOf(p)
	if err != nil {
		return nil, err
	}
	b := newBody()
	b.set("model", c.Model)
	b.set("prompt", text)
	b.set("max_tokens", p.OutputTokens)
	if c.Logprobs != nil {
		b.set("logprobs", *c.Logprobs)
	}
	b.set("stream", c.Stream)
	b.sampling(c.Sampling)
	b.extra(c, p)
	return b.bytes()
}

func (mii) Reader() Reader { return &miiReader{openAIReader{choice: readCompletionChoice}} }

// miiReader reads both servers: {"choices":[{"text":"..."}]}, {"text":["..."]}.
type miiReader struct{ openAIReader }

func (r *miiReader) Event(ev Event, d *Delta) error { return r.json.event(ev, d, r.object) }

func (r *miiReader) Whole(body []byte, d *Delta) error { return r.json.whole(body, d, r.object) }

func (r *miiReader) object(v *value, d *Delta) {
	if texts := v.Get("text"); texts != nil && texts.Type() == fastjson.TypeArray {
		d.chunk(texts.GetStringBytes("0"))
		return
	}
	r.openAIReader.object(v, d)
}
