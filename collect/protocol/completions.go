package protocol

import "llmbench/collect/dataset"

// completions is OpenAI's /v1/completions.
type completions struct{ dialect }

var _ Protocol = completions{}

// Body sends token ids when the prompt has them and the server takes them, its text otherwise.
func (t completions) Body(c *Config, p *dataset.Prompt) ([]byte, error) {
	b := newBody()
	b.set("model", c.Model)
	if p.TokenIDs != nil && !t.textOnly {
		b.set("prompt", p.TokenIDs)
	} else {
		text, err := textOf(p)
		if err != nil {
			return nil, err
		}
		b.set("prompt", text)
	}
	t.fields(b)
	t.limit(b, "max_tokens", p.OutputTokens)
	if c.Logprobs != nil {
		b.set("logprobs", *c.Logprobs)
	}
	t.stream(b, c)
	b.rest(c, p)
	return b.bytes()
}

func (completions) Reader() Reader { return newOpenAIReader(readCompletionChoice, "text") }

// readCompletionChoice: the text is the token. A finish reason with text is a token too (vLLM); without, it is the end
// mark alone (llama.cpp, llm-d-inference-sim).
func readCompletionChoice(choice *value, d *Delta) {
	d.chunk(choice.GetStringBytes("text"))
}
