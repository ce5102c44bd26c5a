package protocol

import (
	"bytes"
	"fmt"

	"llmbench/collect/dataset"
	"llmbench/store"
)

// responses is OpenAI's /v1/responses. Its events have names, which their data repeat as type.
type responses struct{}

var _ Protocol = responses{}

// Body sends the prompt's messages, or its text as it is. store is left to the server: false is refused by some.
func (responses) Body(c *Config, p *dataset.Prompt) ([]byte, error) {
	b := newBody()
	b.set("model", c.Model)
	input, err := responsesInput(p)
	if err != nil {
		return nil, err
	}
	b.set("input", input)
	b.set("max_output_tokens", p.OutputTokens)
	if c.Logprobs != nil {
		b.set("include", []string{"message.output_text.logprobs"})
		b.set("top_logprobs", *c.Logprobs)
	}
	b.set("stream", c.Stream)
	b.rest(c, p)
	return b.bytes()
}

func responsesInput(p *dataset.Prompt) (any, error) {
	if p.Messages != nil {
		return chatMessages(p, responsesPart)
	}
	return textOf(p)
}

func (responses) Reader() Reader { return new(responsesReader) }

type responsesReader struct{ json jsonReader }

// deltaKinds is what the events that carry output carry. Every other event announces, repeats or ends something; the
// text in response.output_text.done has come before.
var deltaKinds = map[string]store.Kind{
	"response.output_text.delta":             store.KindText,
	"response.refusal.delta":                 store.KindText,
	"response.reasoning_text.delta":          store.KindReasoning,
	"response.reasoning.delta":               store.KindReasoning, // its name before August 2025
	"response.reasoning_summary_text.delta":  store.KindReasoning,
	"response.function_call_arguments.delta": store.KindTool,
	"response.custom_tool_call_input.delta":  store.KindTool,
	"response.mcp_call_arguments.delta":      store.KindTool,
}

func (r *responsesReader) Event(ev Event, d *Delta) error { return r.json.event(ev, d, r.object) }

func (r *responsesReader) object(v *value, d *Delta) {
	kind := v.GetStringBytes("type")
	if output, ok := deltaKinds[string(kind)]; ok {
		if d.chunk(v.GetStringBytes("delta")); d.Kind == store.KindText {
			d.Kind = output
		}
		return
	}
	switch string(kind) {
	case "response.output_item.added":
		// A call's name is output that no delta repeats.
		if name := v.GetStringBytes("item", "name"); len(name) > 0 {
			d.Choice, d.Kind = true, store.KindTool
		}
	case "response.completed", "response.incomplete", "response.failed", "response.cancelled":
		d.Choice, d.Kind = true, store.KindFinish
		r.response(v.Get("response"), d)
	case "error":
		d.Err = errorMessage(v)
	}
}

// Whole reads a response that was not streamed.
func (r *responsesReader) Whole(body []byte, d *Delta) error {
	return r.json.whole(body, d, func(v *value, d *Delta) {
		if v.Exists("output") {
			var text bytes.Buffer
			for _, item := range v.GetArray("output") {
				for _, part := range item.GetArray("content") {
					text.Write(part.GetStringBytes("text"))
				}
			}
			d.chunk(text.Bytes())
		}
		r.response(v, d)
	})
}

// response reads the response object that ends a stream or is the whole answer. Its finish reason is its status, or why
// it is incomplete.
func (r *responsesReader) response(v *value, d *Delta) {
	d.ServerID = string(v.GetStringBytes("id"))
	usage := v.Get("usage")
	d.Usage.Prompt, d.Usage.Output = usage.GetInt64("input_tokens"), usage.GetInt64("output_tokens")
	if cached := usage.Get("input_tokens_details", "cached_tokens"); cached != nil {
		d.Usage.Cached, d.Usage.CachedKnown = cached.GetInt64(), true
	}
	d.Finish = string(v.GetStringBytes("status"))
	if reason := v.GetStringBytes("incomplete_details", "reason"); len(reason) > 0 {
		d.Finish = string(reason)
	}
	if d.Finish == "failed" || d.Finish == "cancelled" {
		d.Err = fmt.Sprintf("the response is %s: %s", d.Finish, errorMessage(v))
	}
}
