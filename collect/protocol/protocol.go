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
	"llmbench/near"
	"llmbench/store"
)

// Usage is what the server says it counted, so far or in all. A field is 0 when the server did not tell: servers send
// zeros as filler.
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
	// Index is the choice's number where several answers are asked for (n > 1). Usage that comes with a choice counts that
	// choice alone.
	Index int
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

// chunk makes d a chunk of answer text. Without text it is the end mark where a finish came with it, else a
// token that decodes to nothing yet.
func (d *Delta) chunk(text []byte) {
	d.Choice, d.Text = true, text
	switch {
	case len(text) > 0:
		d.Kind = store.KindText
	case d.Finish != "" || d.Done:
		d.Kind = store.KindFinish
	default:
		d.Kind = store.KindEmpty
	}
}

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

// Protocol is one wire protocol. One whose bodies are not JSON also has a method ContentType; see the function of that
// name.
type Protocol interface {
	// Body builds the body of the request for one prompt.
	Body(c *Config, p *dataset.Prompt) ([]byte, error)
	// Reader returns a reader of one answer. It may keep what the answer said before, so each request gets its own; one
	// with a method Reset may read another answer after it.
	Reader() Reader
}

// Reader reads events into deltas. An event that is not understood yields an error; one without meaning (a comment,
// null) leaves d empty.
type Reader interface {
	Event(ev Event, d *Delta) error
	// Whole reads a complete answer that was not streamed.
	Whole(body []byte, d *Delta) error
}

// ContentType is the media type of a protocol's bodies: what its method ContentType says, else JSON.
func ContentType(p Protocol) string {
	if p, ok := p.(interface{ ContentType() string }); ok {
		return p.ContentType()
	}
	return "application/json"
}

// Framing is how the events of a streamed answer are told apart.
type Framing uint8

// Framings.
const (
	FramingSSE   Framing = iota // server-sent events
	FramingLines                // one JSON object on each line
	FramingNone                 // the answer is never streamed
)

// Accept is the value of the header Accept that asks for an answer so framed.
func (f Framing) Accept() string {
	switch f {
	case FramingSSE:
		return "text/event-stream"
	case FramingLines:
		return "application/x-ndjson"
	}
	return "application/json"
}

// Backend is a registered protocol with the path it is served at.
type Backend struct {
	Name     string
	Endpoint string
	Protocol Protocol
	Framing  Framing
	// Chat is true when prompts are sent as messages.
	Chat bool
	// OpenEnded is true when a stream has neither a finish reason nor an end mark: its last event is known by what
	// does not follow.
	OpenEnded bool
	// StopsAtEOS is true when the server has no way to generate past the end-of-sequence token: Config.IgnoreEOS is
	// then not sent.
	StopsAtEOS bool
}

// registry is every backend, one line each; the order is that of the help.
var registry = []Backend{
	{Name: "vllm", Endpoint: "/v1/completions", Protocol: vllm},
	{Name: "vllm-chat", Endpoint: "/v1/chat/completions", Protocol: vllmChat, Chat: true},
	{Name: "openai", Endpoint: "/v1/completions", Protocol: completions{}},
	{Name: "openai-chat", Endpoint: "/v1/chat/completions", Protocol: chat{}, Chat: true},
	{Name: "openai-responses", Endpoint: "/v1/responses", Protocol: responses{}, Chat: true},
	{Name: "sglang", Endpoint: "/generate", Protocol: sglang{}},
	{Name: "sglang-oai", Endpoint: "/v1/completions", Protocol: sglangCompletions},
	{Name: "sglang-oai-chat", Endpoint: "/v1/chat/completions", Protocol: sglangChat, Chat: true},
	{Name: "lmdeploy", Endpoint: "/v1/completions", Protocol: lmdeploy},
	{Name: "scalellm", Endpoint: "/v1/completions", Protocol: scaleLLM},
	{Name: "scalellm-chat", Endpoint: "/v1/chat/completions", Protocol: scaleLLMChat, Chat: true},
	{Name: "llama.cpp", Endpoint: "/v1/completions", Protocol: llamaCompletions},
	{Name: "llama.cpp-chat", Endpoint: "/v1/chat/completions", Protocol: llamaChat, Chat: true},
	{Name: "llama.cpp-native", Endpoint: "/completion", Protocol: llama{}},
	{Name: "ollama", Endpoint: "/api/generate", Protocol: ollama{}, Framing: FramingLines, StopsAtEOS: true},
	{Name: "ollama-chat", Endpoint: "/api/chat", Protocol: ollama{chat: true}, Framing: FramingLines, Chat: true, StopsAtEOS: true},
	{Name: "tgi", Endpoint: "/generate_stream", Protocol: tgi{}, StopsAtEOS: true},
	{Name: "tensorrt-llm", Endpoint: "/v2/models/ensemble/generate_stream", Protocol: triton{}, OpenEnded: true},
	{Name: "tensorrt-llm-oai", Endpoint: "/v1/completions", Protocol: trtllmCompletions},
	{Name: "tensorrt-llm-oai-chat", Endpoint: "/v1/chat/completions", Protocol: trtllmChat, Chat: true},
	{Name: "deepspeed-mii", Endpoint: "/v1/completions", Protocol: mii{}, StopsAtEOS: true},
	{Name: "openai-embeddings", Endpoint: "/v1/embeddings", Protocol: embeddings, Framing: FramingNone},
	{Name: "openai-embeddings-chat", Endpoint: "/v1/embeddings", Protocol: embeddingsChat, Framing: FramingNone, Chat: true},
	{Name: "openai-embeddings-clip", Endpoint: "/v1/embeddings", Protocol: embeddingsCLIP, Framing: FramingNone, Chat: true},
	{Name: "openai-embeddings-vlm2vec", Endpoint: "/v1/embeddings", Protocol: embeddingsVLM2Vec, Framing: FramingNone, Chat: true},
	{Name: "infinity-embeddings", Endpoint: "/embeddings", Protocol: infinity{}, Framing: FramingNone, Chat: true},
	{Name: "infinity-embeddings-clip", Endpoint: "/embeddings", Protocol: infinity{clip: true}, Framing: FramingNone, Chat: true},
	{Name: "vllm-pooling", Endpoint: "/pooling", Protocol: vllmPooling, Framing: FramingNone},
	{Name: "vllm-rerank", Endpoint: "/rerank", Protocol: vllmRerank, Framing: FramingNone},
	{Name: "openai-audio", Endpoint: "/v1/audio/transcriptions", Protocol: audio{}, StopsAtEOS: true},
	{Name: "vllm-audio", Endpoint: "/v1/audio/transcriptions", Protocol: audio{vllm: true}, StopsAtEOS: true},
}

// Lookup finds a backend by name.
func Lookup(name string) (Backend, error) {
	for _, b := range registry {
		if b.Name == name {
			return b, nil
		}
	}
	return Backend{}, fmt.Errorf("--backend %q is not known; %s", name, near.OneOf(name, Names()))
}

// Names lists the backends in the order of the help.
func Names() []string {
	names := make([]string, 0, len(registry))
	for _, b := range registry {
		names = append(names, b.Name)
	}
	return slices.Clip(names)
}

// At is the backend as it is served at an endpoint the user gave: the form of the same server whose own endpoint ends
// alike, so that "--backend sglang --endpoint /v1/completions" is what it is to vLLM's benchmark. An endpoint that no
// form is served at keeps b's own.
func (b Backend) At(endpoint string) Backend {
	found, longest := b, 0
	for _, other := range registry {
		tail := other.Endpoint
		if i := strings.IndexByte(tail[1:], '/'); i >= 0 { // without the version: /v1/completions is also served as /openai/completions
			tail = tail[i+1:]
		}
		sameServer := other.Name == b.Name || strings.HasPrefix(other.Name, b.Name+"-")
		if sameServer && len(tail) > longest && strings.HasSuffix(strings.TrimRight(endpoint, "/"), tail) {
			found, longest = other, len(tail)
		}
	}
	found.Endpoint = endpoint
	return found
}
