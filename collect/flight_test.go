package collect

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"llmbench/collect/protocol"
	"llmbench/store"
)

// always answers every request with the same events.
type always string

func (a always) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: io.NopCloser(strings.NewReader(string(a)))}, nil
}

// SGLang's events repeat the text so far: a request must not be read by what the last one in its place had come to.
func TestFlightsShareNoAnswer(t *testing.T) {
	t.Parallel()
	backend, err := protocol.Lookup("sglang")
	if err != nil {
		t.Fatal(err)
	}
	e, sink := newTestEngine(t, nil, 50, func(c *Config) { c.Backend, c.MaxConcurrency, c.KeepText = backend, 1, true })
	e.transport = always(`data: {"text":"one","meta_info":{"completion_tokens":1}}

data: {"text":"one two","meta_info":{"completion_tokens":2,"finish_reason":{"type":"length"}}}

data: [DONE]

`)
	if o, err := e.Run(t.Context()); err != nil || o.Completed != 50 {
		t.Fatalf("outcome %+v, error %v; want 50", o, err)
	}
	for id, rec := range sink.records {
		if rec.OutputText != store.String("one two") || rec.OutputTokens != store.Int(2) {
			t.Errorf("request %d: text %v, tokens %v; want \"one two\" of 2", id, rec.OutputText, rec.OutputTokens)
		}
	}
}
