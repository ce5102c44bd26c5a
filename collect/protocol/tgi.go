package protocol

import (
	"fmt"
	"maps"
	"strconv"

	"llmbench/collect/dataset"
)

// tgi is /generate_stream of Hugging Face's text-generation-inference, one token an event.
type tgi struct{}

var _ Protocol = tgi{}

// Body asks for details: without them the last event says neither why it is the last nor how many tokens there were.
// Without a temperature the server is greedy. Nothing makes it ignore the end-of-sequence token: the field vLLM's
// benchmark sent for it is not one of its API.
func (tgi) Body(c *Config, p *dataset.Prompt) ([]byte, error) {
	text, err := textOf(p)
	if err != nil {
		return nil, err
	}
	parameters := newBody()
	parameters.set("max_new_tokens", p.OutputTokens)
	parameters.set("details", true)
	if c.Logprobs != nil {
		parameters.set("top_n_tokens", *c.Logprobs)
	}
	if temperature, given := number(c.Sampling["temperature"]); given {
		parameters.set("do_sample", temperature > 0)
	}
	parameters.sampling(tgiSampling(c.Sampling))
	b := newBody()
	b.set("inputs", text)
	b.object("parameters", parameters)
	b.extra(c, p)
	return b.bytes()
}

// tgiSampling leaves out the values that turn a parameter off elsewhere: the server refuses them, and means by their
// absence what they say.
func tgiSampling(given map[string]any) map[string]any {
	kept := maps.Clone(given)
	for key, off := range map[string]func(float64) bool{
		"temperature": func(v float64) bool { return v == 0 },
		"top_p":       func(v float64) bool { return v == 1 },
		"top_k":       func(v float64) bool { return v <= 0 },
	} {
		if v, ok := number(given[key]); ok && off(v) {
			delete(kept, key)
		}
	}
	return kept
}

// number is v where it is one, of whatever type.
func number(v any) (float64, bool) {
	f, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	return f, err == nil
}

func (tgi) Reader() Reader { return new(tgiReader) }

type tgiReader struct{ json jsonReader }

func (r *tgiReader) Event(ev Event, d *Delta) error { return r.json.event(ev, d, r.object) }

// object reads one token. A special one, which the text leaves out, is a token without text. generated_text is the whole
// text, on the last event alone.
func (r *tgiReader) object(v *value, d *Delta) {
	token := v.Get("token")
	if token == nil {
		return
	}
	d.Tokens = 1
	if details := v.Get("details"); details.GetObject() != nil {
		d.Finish = string(details.GetStringBytes("finish_reason"))
		d.Usage.Prompt, d.Usage.Output = details.GetInt64("input_length"), details.GetInt64("generated_tokens")
	}
	d.Done = v.GetStringBytes("generated_text") != nil
	var text []byte
	if !token.GetBool("special") {
		text = token.GetStringBytes("text")
	}
	d.chunk(text)
}

// Whole reads the answer of /generate.
func (r *tgiReader) Whole(body []byte, d *Delta) error {
	return r.json.whole(body, d, func(v *value, d *Delta) {
		if !v.Exists("generated_text") {
			return
		}
		d.Finish = string(v.GetStringBytes("details", "finish_reason"))
		d.Usage.Output = v.GetInt64("details", "generated_tokens")
		d.chunk(v.GetStringBytes("generated_text"))
	})
}
