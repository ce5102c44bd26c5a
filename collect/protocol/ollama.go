package protocol

import (
	"errors"
	"fmt"

	"llmbench/collect/dataset"
	"llmbench/store"
)

// ollama is ollama's own API: /api/generate, or /api/chat. Its streams are lines of JSON.
type ollama struct{ chat bool }

var _ Protocol = ollama{}

// Body sends prompts raw, without the model's template, as completions servers take them. It asks not to cut a prompt
// that is too long and not to shift the context: both would measure another workload than was asked for, in silence.
func (t ollama) Body(c *Config, p *dataset.Prompt) ([]byte, error) {
	if p.OutputTokens < 1 {
		return nil, errors.New("ollama takes a length of 0 for no limit; ask for at least 1 token")
	}
	b := newBody()
	b.set("model", c.Model)
	if err := t.prompt(b, p); err != nil {
		return nil, err
	}
	b.set("stream", c.Stream)
	b.set("truncate", false)
	b.set("shift", false)
	if c.Logprobs != nil {
		b.set("logprobs", true)
		b.set("top_logprobs", *c.Logprobs)
	}
	options := newBody()
	options.set("num_predict", p.OutputTokens)
	options.sampling(c.Sampling)
	b.object("options", options)
	b.extra(c, p)
	return b.bytes()
}

func (t ollama) prompt(b *body, p *dataset.Prompt) error {
	if t.chat {
		messages, err := ollamaMessages(p)
		if err != nil {
			return err
		}
		b.set("messages", messages)
		return nil
	}
	text, err := textOf(p)
	if err != nil {
		return err
	}
	b.set("prompt", text)
	b.set("raw", true)
	return nil
}

func (ollama) Reader() Reader { return new(ollamaReader) }

type ollamaReader struct{ json jsonReader }

func (r *ollamaReader) Event(ev Event, d *Delta) error { return r.json.event(ev, d, r.object) }

func (r *ollamaReader) Whole(body []byte, d *Delta) error { return r.json.whole(body, d, r.object) }

// object reads one line. /api/generate has its parts at the top, /api/chat in message. The last line is done and
// counts; a prompt wholly in the cache may go uncounted.
func (r *ollamaReader) object(v *value, d *Delta) {
	parts, text := v, "response"
	if message := v.Get("message"); message != nil {
		parts, text = message, "content"
	}
	if !parts.Exists(text) {
		return
	}
	if v.GetBool("done") {
		r.done(v, d)
	}
	if d.chunk(parts.GetStringBytes(text)); len(d.Text) > 0 {
		return
	}
	if thinking := parts.GetStringBytes("thinking"); len(thinking) > 0 {
		d.Kind, d.Text = store.KindReasoning, thinking
	} else if len(parts.GetArray("tool_calls")) > 0 {
		d.Kind = store.KindTool
	}
}

// done reads the last line. An empty prompt only loads or unloads the model.
func (r *ollamaReader) done(v *value, d *Delta) {
	d.Done = true
	d.Finish = string(v.GetStringBytes("done_reason"))
	if d.Finish == "load" || d.Finish == "unload" {
		d.Err = fmt.Sprintf("the server generated nothing (done_reason %q): the prompt was empty", d.Finish)
	}
	d.Usage.Prompt, d.Usage.Output = v.GetInt64("prompt_eval_count"), v.GetInt64("eval_count")
}
