package protocol

import (
	"fmt"

	"llmbench/collect/dataset"
	"llmbench/store"
)

// sglangCompletions and sglangChat are SGLang's OpenAI APIs; releases before November 2025 pass over the wish for a
// running usage.
var (
	sglangCompletions = completions{dialect{own: []field{noPenalty}, runningUsage: true}}
	sglangChat        = chat{dialect{runningUsage: true}}
)

// sglang is SGLang's own /generate.
type sglang struct{}

var _ Protocol = sglang{}

// Body sends token ids when the prompt has them, its text otherwise.
func (sglang) Body(c *Config, p *dataset.Prompt) ([]byte, error) {
	b := newBody()
	if p.TokenIDs != nil {
		b.set("input_ids", p.TokenIDs)
	} else {
		text, err := textOf(p)
		if err != nil {
			return nil, err
		}
		b.set("text", text)
	}
	parameters := newBody()
	parameters.set("max_new_tokens", p.OutputTokens)
	parameters.sampling(c.Sampling)
	if c.IgnoreEOS {
		parameters.set("ignore_eos", true)
	}
	b.object("sampling_params", parameters)
	if c.Logprobs != nil {
		b.set("return_logprob", true)
		b.set("top_logprobs_num", *c.Logprobs)
	}
	b.set("stream", c.Stream)
	b.extra(c, p)
	return b.bytes()
}

func (sglang) Reader() Reader { return new(sglangReader) }

// sglangReader reads SGLang's events. Each holds the whole text so far; a server started with
// --incremental-streaming-output sends what is new instead, text and ids alike.
type sglangReader struct {
	json    jsonReader
	text    growingText
	counted int64
}

func (r *sglangReader) Event(ev Event, d *Delta) error { return r.json.event(ev, d, r.object) }

func (r *sglangReader) Whole(body []byte, d *Delta) error { return r.json.whole(body, d, r.object) }

func (r *sglangReader) object(v *value, d *Delta) {
	meta := v.Get("meta_info")
	if meta == nil {
		return
	}
	d.Usage.Prompt, d.Usage.Output = meta.GetInt64("prompt_tokens"), meta.GetInt64("completion_tokens")
	if cached := meta.Get("cached_tokens"); cached != nil {
		d.Usage.Cached, d.Usage.CachedKnown = cached.GetInt64(), true
	}
	r.finish(meta, d)
	ids := int64(len(v.GetArray("output_ids")))
	if r.counted > 0 && ids > 0 && ids == d.Usage.Output-r.counted && d.Finish == "" {
		r.text.parts = true
	}
	r.counted = d.Usage.Output
	d.chunk(r.text.grow(v.GetStringBytes("text")))
	if d.Kind == store.KindEmpty && d.Usage.Output == 0 {
		d.Choice = false // nothing was generated yet
	}
}

// finish reads why the answer ended: an object, whose type is length, stop or abort.
func (r *sglangReader) finish(meta *value, d *Delta) {
	finish := meta.Get("finish_reason")
	if d.Finish = string(finish.GetStringBytes("type")); d.Finish == "" {
		return
	}
	d.ServerID = string(meta.GetStringBytes("id"))
	if d.Finish == "abort" {
		d.Err = fmt.Sprintf("aborted by the server: %s", finish.GetStringBytes("message"))
	}
}
