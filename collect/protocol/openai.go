package protocol

import (
	"bytes"
	"fmt"

	"github.com/valyala/fastjson"
)

type value = fastjson.Value

var done = []byte("[DONE]")

// openAIReader reads the events of OpenAI's APIs. Its parser is reused: what a Delta points to is overwritten by the
// next event. With several choices (n > 1) every choice is output; the first one's text stands for the chunk.
type openAIReader struct {
	parser fastjson.Parser
	choice func(choice *value, d *Delta)
}

func newOpenAIReader(choice func(*value, *Delta)) *openAIReader { return &openAIReader{choice: choice} }

// Event reads one event. llama.cpp sends null events before a batch; they mean nothing.
func (r *openAIReader) Event(ev Event, d *Delta) error {
	if bytes.Equal(bytes.TrimSpace(ev.Data), done) {
		d.Done = true
		return nil
	}
	return r.Whole(ev.Data, d)
}

// Whole reads an answer object: an event's, or the complete one of a request that was not streamed.
func (r *openAIReader) Whole(body []byte, d *Delta) error {
	v, err := r.parser.ParseBytes(body)
	if err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	switch v.Type() {
	case fastjson.TypeNull:
		return nil
	case fastjson.TypeObject:
		r.object(v, d)
		return nil
	}
	return fmt.Errorf("a JSON %s where an object was expected", v.Type())
}

func (r *openAIReader) object(v *value, d *Delta) {
	if v.Exists("error") && v.Get("error").Type() != fastjson.TypeNull {
		d.Err = errorMessage(v)
		return
	}
	// vLLM before 0.6 and some gateways: {"object":"error","message":...}
	if string(v.GetStringBytes("object")) == "error" {
		d.Err = errorMessage(v)
		return
	}
	readUsage(v.Get("usage"), &d.Usage)
	if v.Exists("prompt_progress") { // llama.cpp's report on the prefill: choices without a token
		return
	}
	if choices := v.GetArray("choices"); len(choices) > 0 {
		d.Choice = true
		d.Finish = string(choices[0].GetStringBytes("finish_reason"))
		r.choice(choices[0], d)
	}
	if d.Finish != "" || !d.Choice {
		d.ServerID = string(v.GetStringBytes("id"))
	}
}

func readUsage(v *value, u *Usage) {
	if v == nil {
		return
	}
	u.Prompt = v.GetInt64("prompt_tokens")
	u.Output = v.GetInt64("completion_tokens")
	if cached := v.Get("prompt_tokens_details", "cached_tokens"); cached != nil {
		u.Cached, u.CachedKnown = cached.GetInt64(), true
	}
}

// errorMessage finds the text of an error object in the shapes servers use: {"error":{"message":...}},
// {"error":"..."}, {"message":...}; else the object itself.
func errorMessage(v *value) string {
	for _, path := range [][]string{{"error", "message"}, {"error"}, {"message"}, {"detail"}} {
		if s := v.GetStringBytes(path...); len(s) > 0 {
			return string(s)
		}
	}
	return v.String()
}

// ErrorText gives the message of an error answer: that of its JSON where it is JSON of a known shape, the beginning of
// the body otherwise.
func ErrorText(body []byte) string {
	const most = 500
	var p fastjson.Parser
	if v, err := p.ParseBytes(body); err == nil && v.Type() == fastjson.TypeObject {
		body = []byte(errorMessage(v))
	}
	text := bytes.TrimSpace(bytes.ToValidUTF8(body, []byte("?")))
	if len(text) > most {
		return string(bytes.ToValidUTF8(text[:most], nil)) + "..."
	}
	return string(text)
}
