package protocol

import (
	"llmbench/collect/dataset"
	"llmbench/store"
)

// completions is OpenAI's /v1/completions as vLLM, llama.cpp, SGLang and others serve it.
type completions struct{}

var _ Protocol = completions{}

// Body sends token ids when the prompt has them, its text otherwise.
func (completions) Body(c *Config, p *dataset.Prompt) ([]byte, error) {
	b := newBody()
	b.set("model", c.Model)
	if p.TokenIDs != nil {
		b.set("prompt", p.TokenIDs)
	} else {
		b.set("prompt", p.Text)
	}
	b.set("max_tokens", p.OutputTokens)
	if c.Logprobs != nil {
		b.set("logprobs", *c.Logprobs)
	}
	b.stream(c)
	b.rest(c, p)
	return b.bytes()
}

func (completions) Reader() Reader { return newOpenAIReader(readCompletionChoice) }

// readCompletionChoice: the text is the token. A finish reason with text is a token too (vLLM); without, it is the end
// mark alone (llama.cpp, llm-d-inference-sim).
func readCompletionChoice(choice *value, d *Delta) {
	d.Text = choice.GetStringBytes("text")
	switch {
	case len(d.Text) > 0:
		d.Kind = store.KindText
	case d.Finish != "":
		d.Kind = store.KindFinish
	default:
		d.Kind = store.KindEmpty
	}
}
