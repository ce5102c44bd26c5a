package protocol

import "llmbench/collect/dataset"

// uncached turns off llama.cpp's prompt cache, which is on by default and would spare a repeated prompt its prefill.
var uncached = field{"cache_prompt", false}

// llamaCompletions and llamaChat are the OpenAI APIs of llama.cpp's server; vLLM's benchmark means the first by
// llama.cpp. Older builds know only max_tokens in chat.
var (
	llamaCompletions = completions{dialect{own: []field{uncached}}}
	llamaChat        = chat{dialect{own: []field{uncached}, maxTokens: "max_tokens"}}
)

// llama is llama.cpp's own /completion. Its stream ends without [DONE].
type llama struct{}

var _ Protocol = llama{}

// Body sends token ids when the prompt has them, its text otherwise.
func (llama) Body(c *Config, p *dataset.Prompt) ([]byte, error) {
	b := newBody()
	if p.TokenIDs != nil {
		b.set("prompt", p.TokenIDs)
	} else {
		text, err := textOf(p)
		if err != nil {
			return nil, err
		}
		b.set("prompt", text)
	}
	b.set(uncached.key, uncached.value)
	b.set("n_predict", p.OutputTokens)
	if c.Logprobs != nil {
		b.set("n_probs", *c.Logprobs)
	}
	b.set("stream", c.Stream)
	b.rest(c, p)
	return b.bytes()
}

func (llama) Reader() Reader { return new(llamaReader) }

type llamaReader struct{ json jsonReader }

func (r *llamaReader) Event(ev Event, d *Delta) error { return r.json.event(ev, d, r.object) }

func (r *llamaReader) Whole(body []byte, d *Delta) error { return r.json.whole(body, d, r.object) }

// object reads an event with its running count of tokens. stop_type is limit, eos or word; builds before 2025 have a
// flag for each instead.
func (r *llamaReader) object(v *value, d *Delta) {
	if !v.Exists("content") || v.Exists("prompt_progress") {
		return
	}
	d.Usage.Prompt, d.Usage.Output = v.GetInt64("tokens_evaluated"), v.GetInt64("tokens_predicted")
	if cached := v.Get("timings", "cache_n"); cached != nil {
		d.Usage.Cached, d.Usage.CachedKnown = cached.GetInt64(), true
	}
	if v.GetBool("stop") {
		d.Finish = llamaStop(v)
	}
	d.chunk(v.GetStringBytes("content"))
}

func llamaStop(v *value) string {
	if kind := v.GetStringBytes("stop_type"); len(kind) > 0 {
		return string(kind)
	}
	for _, kind := range []string{"limit", "eos", "word"} {
		if v.GetBool("stopped_" + kind) {
			return kind
		}
	}
	return "stop"
}
