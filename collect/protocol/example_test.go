package protocol_test

import (
	"fmt"
	"log"

	"llmbench/collect/dataset"
	"llmbench/collect/protocol"
)

// What is sent for a prompt, and what an event of the answer means.
func Example() {
	backend, err := protocol.Lookup("openai-chat")
	if err != nil {
		log.Fatal(err)
	}
	body, err := backend.Protocol.Body(
		&protocol.Config{Model: "Qwen2.5-72B", Stream: true, Sampling: map[string]any{"temperature": 0}},
		&dataset.Prompt{Text: "Hi!", OutputTokens: 64})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("POST %s\n%s\n", backend.Endpoint, body)

	reader := backend.Protocol.Reader()
	var d protocol.Delta
	event := protocol.Event{Data: []byte(`{"id":"c1","choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}]}`)}
	if err := reader.Event(event, &d); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s %q\n", d.Kind, d.Text)
	// Output:
	// POST /v1/chat/completions
	// {"model":"Qwen2.5-72B","messages":[{"role":"user","content":"Hi!"}],"max_completion_tokens":64,"stream":true,"stream_options":{"include_usage":true},"temperature":0}
	// text "Hello"
}
