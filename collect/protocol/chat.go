package protocol

import (
	"llmbench/collect/dataset"
	"llmbench/store"
)

// chat is OpenAI's /v1/chat/completions.
type chat struct{ dialect }

var _ Protocol = chat{}

// Body sends the prompt's messages, or its text as one user message.
func (t chat) Body(c *Config, p *dataset.Prompt) ([]byte, error) {
	messages, err := chatMessages(p, chatPart)
	if err != nil {
		return nil, err
	}
	b := newBody()
	b.set("model", c.Model)
	b.set("messages", messages)
	t.fields(b)
	t.limit(b, "max_completion_tokens", p.OutputTokens)
	if c.Logprobs != nil {
		b.set("logprobs", true)
		b.set("top_logprobs", *c.Logprobs)
	}
	t.stream(b, c)
	b.rest(c, p)
	return b.bytes()
}

func (chat) Reader() Reader { return newOpenAIReader(readChatChoice, "content") }

// reasoningKeys are the names under which engines send thinking text: vLLM before and after its rename, SGLang,
// DeepSeek, OpenRouter-like gateways.
var reasoningKeys = []string{"reasoning_content", "reasoning"}

// readChatChoice sorts a delta by what it carries: answer text, thinking, a tool call, a finish reason alone, a role
// alone, or nothing (a token that decodes to no text yet). Servers send absent parts as null as well as not at all.
// Whether a role alone still stands before the first token is for the exchange to say. A whole answer has message in
// place of delta.
func readChatChoice(choice *value, d *Delta) {
	delta := choice.Get("delta")
	if delta == nil {
		delta = choice.Get("message")
	}
	if d.chunk(delta.GetStringBytes("content")); len(d.Text) > 0 {
		return
	}
	for _, key := range reasoningKeys {
		if d.Text = delta.GetStringBytes(key); len(d.Text) > 0 {
			d.Kind = store.KindReasoning
			return
		}
	}
	switch {
	case len(delta.GetArray("tool_calls")) > 0 || delta.GetObject("function_call") != nil:
		d.Kind = store.KindTool
	case len(delta.GetStringBytes("refusal")) > 0:
		d.chunk(delta.GetStringBytes("refusal"))
	case d.Finish == "" && len(delta.GetStringBytes("role")) > 0:
		d.Kind = store.KindRole
	}
}
