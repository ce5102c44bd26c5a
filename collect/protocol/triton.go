package protocol

import "llmbench/collect/dataset"

// triton is /generate_stream of Triton's TensorRT-LLM backend: the models ensemble and tensorrt_llm_bls. Its stream has
// neither a finish reason nor an end mark.
type triton struct{}

var _ Protocol = triton{}

// Body sends what the models of the backend take as tensors; Triton hands a field its model does not know on as a
// parameter, so that fields of newer releases harm no older one. accumulate_tokens makes tensorrt_llm_bls decode all
// tokens so far, and thus characters of several tokens. min_length was the name of min_tokens until 2024.
func (triton) Body(c *Config, p *dataset.Prompt) ([]byte, error) {
	text, err := textOf(p)
	if err != nil {
		return nil, err
	}
	b := newBody()
	b.set("text_input", text)
	b.set("max_tokens", p.OutputTokens)
	b.set("stream", c.Stream)
	b.set("accumulate_tokens", true)
	b.set("exclude_input_in_output", true)
	b.set("return_num_input_tokens", true)
	b.set("return_num_output_tokens", true)
	if c.Logprobs != nil {
		b.set("return_log_probs", true)
	}
	b.sampling(c.Sampling)
	if c.IgnoreEOS {
		b.set("min_tokens", p.OutputTokens)
		b.set("min_length", p.OutputTokens)
	}
	b.extra(c, p)
	return b.bytes()
}

func (triton) Reader() Reader { return new(tritonReader) }

type tritonReader struct {
	json jsonReader
	text growingText
}

func (r *tritonReader) Event(ev Event, d *Delta) error { return r.json.event(ev, d, r.object) }

func (r *tritonReader) Whole(body []byte, d *Delta) error { return r.json.whole(body, d, r.object) }

// object reads a response. num_output_tokens counts those of this response alone.
func (r *tritonReader) object(v *value, d *Delta) {
	if !v.Exists("text_output") {
		return
	}
	d.Usage.Prompt = v.GetInt64("num_input_tokens")
	d.Tokens = int32(v.GetInt("num_output_tokens"))
	d.chunk(r.text.grow(v.GetStringBytes("text_output")))
}
