package simulate

import (
	"encoding/json"
	"strconv"
)

// usage is the token count of a response, with the fields in vLLM's order.
type usage struct {
	PromptTokens        int            `json:"prompt_tokens"`
	TotalTokens         int            `json:"total_tokens"`
	CompletionTokens    int            `json:"completion_tokens"`
	PromptTokensDetails *promptDetails `json:"prompt_tokens_details"`
}

type promptDetails struct {
	CachedTokens int `json:"cached_tokens"`
}

// appendJSON writes u as streams have it: without details when the server keeps no prefix cache.
func (u *usage) appendJSON(b []byte) []byte {
	b = append(b, `{"prompt_tokens":`...)
	b = strconv.AppendInt(b, int64(u.PromptTokens), 10)
	b = append(b, `,"total_tokens":`...)
	b = strconv.AppendInt(b, int64(u.TotalTokens), 10)
	b = append(b, `,"completion_tokens":`...)
	b = strconv.AppendInt(b, int64(u.CompletionTokens), 10)
	if u.PromptTokensDetails != nil {
		b = append(b, `,"prompt_tokens_details":{"cached_tokens":`...)
		b = strconv.AppendInt(b, int64(u.PromptTokensDetails.CachedTokens), 10)
		b = append(b, '}')
	}
	return append(b, '}')
}

// layout is how the events of one stream are spelled: everything but the text, made once per request. Field order and
// nulls are those of vLLM 0.8 to 0.10 (vllm/entrypoints/openai/serving_completion.py and serving_chat.py: completions
// dump unset fields as null, chat leaves them out).
type layout struct {
	open []byte // up to the choices' bracket
	role []byte // the choice that only has a role; nil in completions

	beforeText, afterText []byte
	afterNoReason         []byte // after "finish_reason":null
	afterReason           []byte // after "finish_reason":"length"
	noUsage               []byte

	// Where events have names, an event with text ends in afterText, and completed writes the last one of a stream, which
	// no [DONE] follows; nil elsewhere.
	completed func(b []byte, reason string, u *usage) []byte
}

// identity is what all events of a response share.
type identity struct {
	id, model string
	created   int64
}

func (i identity) open(object string) []byte {
	b := append([]byte(`data: {"id":`), quote(i.id)...)
	b = append(b, `,"object":`...)
	b = append(b, quote(object)...)
	b = append(b, `,"created":`...)
	b = strconv.AppendInt(b, i.created, 10)
	b = append(b, `,"model":`...)
	b = append(b, quote(i.model)...)
	return append(b, `,"choices":[`...)
}

func completionLayout(i identity) *layout {
	return &layout{
		open:          i.open("text_completion"),
		beforeText:    []byte(`{"index":0,"text":"`),
		afterText:     []byte(`","logprobs":null,"finish_reason":`),
		afterNoReason: []byte(`,"stop_reason":null}`),
		afterReason:   []byte(`,"stop_reason":null}`),
		noUsage:       []byte(`,"usage":null`),
	}
}

func chatLayout(i identity) *layout {
	return &layout{
		open:          i.open("chat.completion.chunk"),
		role:          []byte(`{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}`),
		beforeText:    []byte(`{"index":0,"delta":{"content":"`),
		afterText:     []byte(`"},"logprobs":null,"finish_reason":`),
		afterNoReason: []byte(`}`),
		afterReason:   []byte(`,"stop_reason":null}`),
	}
}

// appendRole writes the event that opens a chat's stream.
func (l *layout) appendRole(b []byte, u *usage) []byte {
	if l.completed != nil {
		return append(b, l.role...)
	}
	b = append(b, l.open...)
	b = append(b, l.role...)
	return l.appendEnd(b, u)
}

// beginText and endText enclose the text of a chunk; reason is empty but on the last.
func (l *layout) beginText(b []byte) []byte {
	b = append(b, l.open...)
	return append(b, l.beforeText...)
}

func (l *layout) endText(b []byte, reason string, u *usage) []byte {
	b = append(b, l.afterText...)
	switch {
	case l.completed != nil:
		return b
	case reason == "":
		b = append(b, "null"...)
		b = append(b, l.afterNoReason...)
	default:
		b = append(b, '"')
		b = append(b, reason...)
		b = append(b, '"')
		b = append(b, l.afterReason...)
	}
	return l.appendEnd(b, u)
}

// appendUsage writes the event that only has a usage.
func (l *layout) appendUsage(b []byte, u *usage) []byte {
	return l.appendEnd(append(b, l.open...), u)
}

func (l *layout) appendEnd(b []byte, u *usage) []byte {
	b = append(b, ']')
	if u != nil {
		b = append(b, `,"usage":`...)
		b = u.appendJSON(b)
	} else {
		b = append(b, l.noUsage...)
	}
	return append(b, "}\n\n"...)
}

var doneEvent = []byte("data: [DONE]\n\n")

// completionBody and chatBody are the answers that are no streams.
type completionBody struct {
	ID      string             `json:"id"`
	Object  string             `json:"object"`
	Created int64              `json:"created"`
	Model   string             `json:"model"`
	Choices []completionChoice `json:"choices"`
	Usage   usage              `json:"usage"`
}

type completionChoice struct {
	Index          int     `json:"index"`
	Text           string  `json:"text"`
	Logprobs       *string `json:"logprobs"`
	FinishReason   string  `json:"finish_reason"`
	StopReason     *string `json:"stop_reason"`
	PromptLogprobs *string `json:"prompt_logprobs"`
}

type chatBody struct {
	ID             string       `json:"id"`
	Object         string       `json:"object"`
	Created        int64        `json:"created"`
	Model          string       `json:"model"`
	Choices        []chatChoice `json:"choices"`
	Usage          usage        `json:"usage"`
	PromptLogprobs *string      `json:"prompt_logprobs"`
}

type chatChoice struct {
	Index        int         `json:"index"`
	Message      chatMessage `json:"message"`
	Logprobs     *string     `json:"logprobs"`
	FinishReason string      `json:"finish_reason"`
	StopReason   *string     `json:"stop_reason"`
}

type chatMessage struct {
	Role             string   `json:"role"`
	ReasoningContent *string  `json:"reasoning_content"`
	Content          string   `json:"content"`
	ToolCalls        []string `json:"tool_calls"`
}

func bodyOf(f form, i identity, text, reason string, u usage) any {
	switch f {
	case formResponse:
		return responseOf(i, text, reason, &u)
	case formTranscription:
		return map[string]string{"text": text}
	case formChat:
		return chatBody{i.id, "chat.completion", i.created, i.model, []chatChoice{{
			Message: chatMessage{Role: "assistant", Content: text, ToolCalls: []string{}}, FinishReason: reason,
		}}, u, nil}
	}
	return completionBody{i.id, "text_completion", i.created, i.model, []completionChoice{{Text: text, FinishReason: reason}}, u}
}

// quote gives s as a JSON string.
func quote(s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // A string always marshals.
	}
	return b
}
