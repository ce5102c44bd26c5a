package simulate

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"time"
)

// form is which API a request came by.
type form uint8

const (
	formCompletion form = iota
	formChat
	formResponse
	formTranscription
)

// request is a generation request, understood and checked.
type request struct {
	form form
	identity
	requestID string

	stream, includeUsage, continuousUsage bool

	prompt []int
	output int    // tokens to generate
	reason string // how the output ends: length or stop
	gen    *generator
	fault  *Fault
	// numbers is the answer of a request that is not answered with text; nil for any other.
	numbers func(u usage) any
}

func (r *request) layout() *layout {
	switch r.form {
	case formChat:
		return chatLayout(r.identity)
	case formResponse:
		return responseLayout(r.identity)
	case formTranscription:
		return transcriptionLayout(r.identity)
	}
	return completionLayout(r.identity)
}

// generateBody is what is read of a request's JSON; everything else means nothing to this engine.
type generateBody struct {
	Model               string          `json:"model"`
	Prompt              json.RawMessage `json:"prompt"`
	Messages            []message       `json:"messages"`
	MaxTokens           *int            `json:"max_tokens"`
	MaxCompletionTokens *int            `json:"max_completion_tokens"`
	MinTokens           int             `json:"min_tokens"`
	IgnoreEOS           bool            `json:"ignore_eos"`
	N                   *int            `json:"n"`
	Seed                *int64          `json:"seed"`
	Stream              bool            `json:"stream"`
	StreamOptions       *struct {
		IncludeUsage         bool `json:"include_usage"`
		ContinuousUsageStats bool `json:"continuous_usage_stats"`
	} `json:"stream_options"`
}

type message struct {
	Role    string          `json:"role"`
	Content json.RawMessage `json:"content"`
}

// maxBody bounds a request's body.
const maxBody = 256 << 20

// readRequest reads and checks a generation request. Its errors are *apiError.
func (s *Server) readRequest(w http.ResponseWriter, r *http.Request, chat bool) (*request, error) {
	var body generateBody
	if err := readJSON(w, r, &body); err != nil {
		return nil, err
	}
	prompt, err := s.prompt(&body, chat)
	if err != nil {
		return nil, err
	}
	f := formCompletion
	if chat {
		f = formChat
	}
	return s.generation(r, f, &body, prompt)
}

// identifiers are what the names of answers begin with.
var identifiers = [...]string{formCompletion: "cmpl-", formChat: "chatcmpl-", formResponse: "resp_", formTranscription: "trsc-"}

// generation is a request whose prompt is known.
func (s *Server) generation(r *http.Request, f form, body *generateBody, prompt []int) (*request, error) {
	model, err := s.model(body.Model)
	if err != nil {
		return nil, err
	}
	most, err := s.limits(body, f != formCompletion, len(prompt))
	if err != nil {
		return nil, err
	}
	fault, err := s.faultOf(r)
	if err != nil {
		return nil, err
	}
	q := &request{form: f, prompt: prompt, fault: fault, stream: body.Stream, requestID: s.requestID(r)}
	q.identity = identity{identifiers[f] + q.requestID, model, time.Now().Unix()}
	if o := body.StreamOptions; o != nil {
		q.includeUsage, q.continuousUsage = o.IncludeUsage, o.ContinuousUsageStats
	}
	var seed int64
	if body.Seed != nil {
		seed = *body.Seed
	}
	q.gen = newGenerator(s.words, s.config.Seed, prompt, seed)
	q.output, q.reason = q.gen.length(s.config.MeanOutputTokens, body.MinTokens, most, body.IgnoreEOS)
	if q.stream && fault != nil && fault.endless {
		q.output, q.reason = math.MaxInt, "length"
	}
	return q, nil
}

// prompt gives the request's prompt in tokens.
func (s *Server) prompt(body *generateBody, chat bool) ([]int, error) {
	var ids []int
	var err error
	if chat {
		var text string
		if text, err = render(body.Messages); err == nil {
			ids, err = s.encode(text)
		}
	} else {
		ids, err = s.completionPrompt(body.Prompt)
	}
	if err == nil && len(ids) == 0 {
		err = badRequest("prompt", "the prompt is empty")
	}
	return ids, err
}

// completionPrompt takes a string, token ids, or a list of one of either.
func (s *Server) completionPrompt(raw json.RawMessage) ([]int, error) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return s.encode(text)
	}
	var ids []int
	if json.Unmarshal(raw, &ids) == nil {
		return ids, s.checkIDs(ids)
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil || len(list) == 0 {
		return nil, badRequest("prompt", "prompt must be a string or a list of token ids")
	}
	if len(list) > 1 {
		return nil, badRequest("prompt", fmt.Sprintf("this engine takes one prompt per request, not %d", len(list)))
	}
	return s.completionPrompt(list[0])
}

func (s *Server) encode(text string) ([]int, error) {
	ids, err := s.tokenizer.Encode(text)
	if err != nil {
		return nil, badRequest("prompt", err.Error())
	}
	return ids, nil
}

func (s *Server) checkIDs(ids []int) error {
	for _, id := range ids {
		if id < 0 || id >= s.tokenizer.VocabSize() {
			return badRequest("prompt", fmt.Sprintf("token id %d is out of vocabulary", id))
		}
	}
	return nil
}

// render is this engine's chat template: a line with the role before each message, and the assistant's at the end.
func render(messages []message) (string, error) {
	if len(messages) == 0 {
		return "", badRequest("messages", "messages must have at least one message")
	}
	var b strings.Builder
	for i, m := range messages {
		b.WriteString(m.Role + "\n")
		if err := renderContent(&b, m.Content); err != nil {
			return "", badRequest("messages", fmt.Sprintf("message %d: %v", i, err))
		}
		b.WriteString("\n")
	}
	b.WriteString("assistant\n")
	return b.String(), nil
}

// renderContent takes a string, null, or a list of parts, of which only text counts.
func renderContent(b *strings.Builder, raw json.RawMessage) error {
	var text string
	if len(raw) == 0 || json.Unmarshal(raw, &text) == nil {
		b.WriteString(text)
		return nil
	}
	var parts []struct {
		Text string `json:"text"`
	}
	if json.Unmarshal(raw, &parts) != nil {
		return errors.New("content must be a string or a list of parts")
	}
	for _, p := range parts {
		b.WriteString(p.Text)
	}
	return nil
}

// limits checks the numbers of a request and gives the most tokens it may generate. Without max_tokens a completion gets
// 16 and a chat what the context leaves, as in vLLM.
func (s *Server) limits(body *generateBody, chat bool, prompt int) (int, error) {
	if body.N != nil && *body.N != 1 {
		return 0, badRequest("n", fmt.Sprintf("this engine generates one choice per request, not n=%d", *body.N))
	}
	if body.StreamOptions != nil && !body.Stream {
		return 0, badRequest("stream_options", "stream_options need stream to be true")
	}
	room := s.config.MaxModelLen - prompt
	if room < 1 {
		return 0, badRequest("input_tokens", fmt.Sprintf("the prompt has %d tokens, which leaves no room in this model's maximum context length of %d tokens", prompt, s.config.MaxModelLen))
	}
	asked := body.MaxTokens
	if chat && body.MaxCompletionTokens != nil {
		asked = body.MaxCompletionTokens
	}
	most := min(16, room)
	switch {
	case asked != nil && *asked < 1:
		return 0, badRequest("max_tokens", fmt.Sprintf("max_tokens must be at least 1, got %d", *asked))
	case asked != nil && *asked > room:
		return 0, badRequest("max_tokens", fmt.Sprintf("the prompt's %d tokens and the %d asked for exceed this model's maximum context length of %d tokens", prompt, *asked, s.config.MaxModelLen))
	case asked != nil:
		most = *asked
	case chat:
		most = room
	}
	if body.MinTokens < 0 || body.MinTokens > most {
		return 0, badRequest("min_tokens", fmt.Sprintf("min_tokens must be between 0 and max_tokens=%d, got %d", most, body.MinTokens))
	}
	return most, nil
}

// model gives the name to answer under.
func (s *Server) model(name string) (string, error) {
	if name == "" {
		return s.config.Models[0], nil
	}
	for _, m := range s.config.Models {
		if m == name {
			return m, nil
		}
	}
	return "", &apiError{http.StatusNotFound, "NotFoundError", "model", fmt.Sprintf("The model `%s` does not exist.", name)}
}

// faultOf gives the fault for a request: its header's, else the server's for its share of the requests.
func (s *Server) faultOf(r *http.Request) (*Fault, error) {
	if spec := r.Header.Get("X-Simulate-Fault"); spec != "" {
		f, err := ParseFault(spec)
		if err != nil {
			return nil, badRequest("X-Simulate-Fault", err.Error())
		}
		return f, nil
	}
	if s.fault == nil || s.config.FaultShare < 1 && s.drawFault() >= s.config.FaultShare {
		return nil, nil
	}
	return s.fault, nil
}

// readJSON decodes a body. Its errors are *apiError.
func readJSON(w http.ResponseWriter, r *http.Request, v any) error {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return &apiError{http.StatusRequestEntityTooLarge, "BadRequestError", "", fmt.Sprintf("the body is larger than %d bytes", tooLarge.Limit)}
	}
	if err != nil {
		return badRequest("", "read the body: "+err.Error())
	}
	err = json.Unmarshal(b, v)
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		return badRequest(wrong.Field, fmt.Sprintf("%s cannot be a JSON %s", cmp.Or(wrong.Field, "the body"), wrong.Value))
	}
	if err != nil {
		return &apiError{http.StatusBadRequest, "Bad Request", "", "the body is not the JSON expected: " + err.Error()}
	}
	return nil
}
