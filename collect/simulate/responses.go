package simulate

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// readResponse reads a request of /v1/responses: a text, or messages under the name input.
func (s *Server) readResponse(w http.ResponseWriter, r *http.Request) (*request, error) {
	var body struct {
		generateBody
		Input           json.RawMessage `json:"input"`
		MaxOutputTokens *int            `json:"max_output_tokens"`
	}
	if err := readJSON(w, r, &body); err != nil {
		return nil, err
	}
	var text string
	if json.Unmarshal(body.Input, &text) == nil {
		body.Messages = []message{{"user", body.Input}}
	} else if json.Unmarshal(body.Input, &body.Messages) != nil {
		return nil, badRequest("input", "input must be a string or a list of messages")
	}
	body.MaxCompletionTokens = body.MaxOutputTokens
	prompt, err := s.prompt(&body.generateBody, true)
	if err != nil {
		return nil, err
	}
	return s.generation(r, formResponse, &body.generateBody, prompt)
}

// responseBody is a response: as it begins, and as it ends.
type responseBody struct {
	ID         string            `json:"id"`
	Object     string            `json:"object"`
	Created    int64             `json:"created_at"`
	Status     string            `json:"status"`
	Incomplete *incompleteReason `json:"incomplete_details"`
	Model      string            `json:"model"`
	Output     []responseItem    `json:"output"`
	Usage      *responseUsage    `json:"usage"`
}

type incompleteReason struct {
	Reason string `json:"reason"`
}

type responseItem struct {
	ID      string         `json:"id"`
	Type    string         `json:"type"`
	Role    string         `json:"role"`
	Status  string         `json:"status"`
	Content []responsePart `json:"content"`
}

type responsePart struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

type responseUsage struct {
	Input        int           `json:"input_tokens"`
	InputDetails promptDetails `json:"input_tokens_details"`
	Output       int           `json:"output_tokens"`
	Total        int           `json:"total_tokens"`
}

// responseOf is a response that has ended. One that reached its limit is incomplete.
func responseOf(i identity, text, reason string, u *usage) responseBody {
	b := responseBody{ID: i.id, Object: "response", Created: i.created, Status: "completed", Model: i.model,
		Output: []responseItem{{"msg_" + i.id, "message", "assistant", "completed", []responsePart{{"output_text", text}}}},
		Usage:  &responseUsage{Input: u.PromptTokens, Output: u.CompletionTokens, Total: u.TotalTokens}}
	if u.PromptTokensDetails != nil {
		b.Usage.InputDetails = *u.PromptTokensDetails
	}
	if reason == "length" {
		b.Status, b.Incomplete = "incomplete", &incompleteReason{"max_output_tokens"}
	}
	return b
}

// responseLayout spells a stream of events with names. The text is not repeated at its end, as servers do: it was sent.
func responseLayout(i identity) *layout {
	created := responseBody{ID: i.id, Object: "response", Created: i.created, Status: "in_progress", Model: i.model, Output: []responseItem{}}
	l := &layout{
		role:      appendResponse(nil, "response.created", created),
		open:      []byte("event: response.output_text.delta\ndata: "),
		afterText: []byte("\",\"logprobs\":[]}\n\n"),
	}
	l.beforeText = append(l.beforeText, `{"type":"response.output_text.delta","item_id":`...)
	l.beforeText = append(l.beforeText, quote("msg_"+i.id)...)
	l.beforeText = append(l.beforeText, `,"output_index":0,"content_index":0,"delta":"`...)
	l.completed = func(b []byte, reason string, u *usage) []byte {
		whole := responseOf(i, "", reason, u)
		whole.Output = []responseItem{}
		return appendResponse(b, "response."+whole.Status, whole)
	}
	return l
}

// appendResponse writes an event that carries the response.
func appendResponse(b []byte, name string, r responseBody) []byte {
	whole, err := json.Marshal(r)
	if err != nil {
		panic(err) // Strings and numbers always marshal.
	}
	b = append(b, "event: "+name+"\ndata: {\"type\":"...)
	b = strconv.AppendQuote(b, name)
	b = append(b, `,"response":`...)
	b = append(b, whole...)
	return append(b, "}\n\n"...)
}
