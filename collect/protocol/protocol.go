// Package protocol translates between prompts and the wire: one file per protocol, one line in the registry. A
// protocol builds the body of a request and reads the data of one event; it never sends, never reads a socket and
// never sees a clock, so that every backend is timed alike by the exchange.
package protocol

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"llmbench/collect/dataset"
	"llmbench/store"
)

// Usage is what the server says it counted. A field is 0 when the server did not tell: servers send zeros as filler.
type Usage struct {
	Prompt, Output int64
	// Cached prompt tokens; only when CachedKnown, for 0 is a finding here.
	Cached      int64
	CachedKnown bool
}

// Delta is what one event means. Text is only valid until the next event is read.
type Delta struct {
	// Choice is true when the event carries a choice: it is then a chunk of Kind.
	Choice bool
	Kind   store.Kind
	Text   []byte
	// Tokens in this chunk, 0 when the event does not tell.
	Tokens int32
	Usage  Usage
	Finish string
	// Done is the end mark of the stream ([DONE]).
	Done bool
	// Err is the message of an error object; the request has then failed.
	Err      string
	ServerID string
}

// Reset empties d for the next event.
func (d *Delta) Reset() { *d = Delta{} }

// Event is one server-sent event. Name is "" when the server gives none.
type Event struct {
	Name string
	Data []byte
}

// Config is what is equal for all requests of a run.
type Config struct {
	Model     string
	Stream    bool
	IgnoreEOS bool
	Logprobs  *int
	// Sampling holds the sampling parameters given, in the wire's names (temperature, top_p, ...).
	Sampling map[string]any
	// ExtraBody is merged last and wins over every other field.
	ExtraBody map[string]json.RawMessage
}

// Protocol is one wire protocol.
type Protocol interface {
	// Body builds the JSON body for one prompt.
	Body(c *Config, p *dataset.Prompt) ([]byte, error)
	// Reader returns a reader of events; a reader is used by one request at a time and may be reused.
	Reader() Reader
}

// Reader reads events into deltas. An event that is not understood yields an error; one without meaning (a comment,
// null) leaves d empty.
type Reader interface {
	Event(ev Event, d *Delta) error
	// Whole reads a complete answer that was not streamed.
	Whole(body []byte, d *Delta) error
}

// Backend is a registered protocol with the path it is served at.
type Backend struct {
	Name     string
	Endpoint string
	Protocol Protocol
	// Chat is true when prompts are sent as messages.
	Chat bool
}

// registry is every backend, one line each; the order is that of the help.
var registry = []Backend{
	{Name: "vllm", Endpoint: "/v1/completions", Protocol: completions{}},
	{Name: "openai", Endpoint: "/v1/completions", Protocol: completions{}},
	{Name: "openai-chat", Endpoint: "/v1/chat/completions", Protocol: chat{}, Chat: true},
}

// Lookup finds a backend by name.
func Lookup(name string) (Backend, error) {
	for _, b := range registry {
		if b.Name == name {
			return b, nil
		}
	}
	return Backend{}, fmt.Errorf("--backend %q is not known; use one of %s", name, strings.Join(Names(), ", "))
}

// Names lists the backends in the order of the help.
func Names() []string {
	names := make([]string, 0, len(registry))
	for _, b := range registry {
		names = append(names, b.Name)
	}
	return slices.Clip(names)
}
