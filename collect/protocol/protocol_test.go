package protocol

import (
	"encoding/json"
	"strings"
	"testing"

	"llmbench/collect/dataset"
	"llmbench/store"
)

func TestBody(t *testing.T) {
	for _, c := range []struct {
		name, backend string
		config        Config
		prompt        dataset.Prompt
		want          string
	}{
		{"completions", "vllm", Config{Model: "m", Stream: true}, dataset.Prompt{Text: "a <b> & é", OutputTokens: 5},
			`{"model":"m","prompt":"a <b> & é","max_tokens":5,"stream":true,"stream_options":{"include_usage":true}}`},
		{"token ids", "openai", Config{Model: "m", Stream: true}, dataset.Prompt{Text: "x", TokenIDs: []int{1, 2}, OutputTokens: 5},
			`{"model":"m","prompt":[1,2],"max_tokens":5,"stream":true,"stream_options":{"include_usage":true}}`},
		{"no stream, no stream options", "vllm", Config{Model: "m"}, dataset.Prompt{Text: "a", OutputTokens: 5},
			`{"model":"m","prompt":"a","max_tokens":5,"stream":false}`},
		{"sampling, then ignore_eos, then extra", "vllm",
			Config{Model: "m", IgnoreEOS: true, Logprobs: new(2), Sampling: map[string]any{"top_p": 0.5, "temperature": 0.0}, ExtraBody: map[string]json.RawMessage{"min_tokens": json.RawMessage("3")}},
			dataset.Prompt{Text: "a", OutputTokens: 5},
			`{"model":"m","prompt":"a","max_tokens":5,"logprobs":2,"stream":false,"temperature":0,"top_p":0.5,"ignore_eos":true,"min_tokens":3}`},
		{"extra body wins over flags, the prompt's own fields over both", "vllm",
			Config{Model: "m", Sampling: map[string]any{"temperature": 0.1}, ExtraBody: map[string]json.RawMessage{"temperature": json.RawMessage("0.2"), "max_tokens": json.RawMessage("7")}},
			dataset.Prompt{Text: "a", OutputTokens: 5, Body: map[string]json.RawMessage{"temperature": json.RawMessage("0.3")}},
			`{"model":"m","prompt":"a","max_tokens":7,"stream":false,"temperature":0.3}`},
		{"chat of a text", "openai-chat", Config{Model: "m", Stream: true}, dataset.Prompt{Text: "hi", OutputTokens: 5},
			`{"model":"m","messages":[{"role":"user","content":"hi"}],"max_completion_tokens":5,"stream":true,"stream_options":{"include_usage":true}}`},
		{"chat of messages", "openai-chat", Config{Model: "m"}, dataset.Prompt{Text: "hi", Messages: []dataset.Message{{Role: "system", Content: "s"}, {Role: "user", Content: "u"}}, OutputTokens: 5},
			`{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"u"}],"max_completion_tokens":5,"stream":false}`},
	} {
		b, err := Lookup(c.backend)
		if err != nil {
			t.Fatal(err)
		}
		got, err := b.Protocol.Body(&c.config, &c.prompt)
		if err != nil || string(got) != c.want {
			t.Errorf("%s:\n got %s (%v)\nwant %s", c.name, got, err, c.want)
		}
	}
}

func TestLookup(t *testing.T) {
	_, err := Lookup("nope")
	if err == nil || !strings.Contains(err.Error(), "vllm, openai, openai-chat") {
		t.Errorf("got %v, want the known backends named", err)
	}
}

func TestErrorText(t *testing.T) {
	for body, want := range map[string]string{
		`{"error":{"message":"m","code":null}}`: "m",
		`{"error":"m"}`:                         "m",
		`{"object":"error","message":"m"}`:      "m",
		`{"detail":"Not Found"}`:                "Not Found",
		`{"a":1}`:                               `{"a":1}`,
		" Not Found\n":                          "Not Found",
		"\xff\xfe":                              "?",
		"":                                      "",
		strings.Repeat("x", 600):                strings.Repeat("x", 500) + "...",
	} {
		if got := ErrorText([]byte(body)); got != want {
			t.Errorf("%q gives %q, want %q", body, got, want)
		}
	}
}

// Whatever a server sends, a reader says what it is or why it cannot be read, and takes no harm for the next event.
func FuzzReaders(f *testing.F) {
	for _, seed := range []string{"null", "[DONE]", " [DONE] ", `{"choices":[]}`, `{"choices":null}`, `{"choices":[{"delta":null}]}`, `{"choices":[1]}`,
		`{"error":null,"choices":[{"text":"a"}]}`, `{"usage":{"completion_tokens":-1}}`, `{"choices":[{"text":"\ud800"}]}`, `[]`, `"x"`} {
		f.Add(seed)
	}
	const good = `{"choices":[{"index":0,"text":"a","delta":{"content":"a"},"finish_reason":null}]}`
	f.Fuzz(func(t *testing.T, data string) {
		for _, b := range registry {
			reader := b.Protocol.Reader()
			var d Delta
			err := reader.Event(Event{Data: []byte(data)}, &d)
			if err != nil && d.Choice {
				t.Errorf("%s: an event that cannot be read became a chunk", b.Name)
			}
			d.Reset()
			if err := reader.Event(Event{Data: []byte(good)}, &d); err != nil || !d.Choice || d.Kind != store.KindText || string(d.Text) != "a" {
				t.Errorf("%s: after %q the reader gives %+v, %v", b.Name, data, d, err)
			}
		}
	})
}

func BenchmarkReader(b *testing.B) {
	event := Event{Data: []byte(`{"id":"cmpl-6a2cf64a5bdc594f9dc6","object":"text_completion","created":1795459282,"model":"Qwen2.5-72B-Instruct","choices":[{"index":0,"text":" token","logprobs":null,"finish_reason":null,"stop_reason":null}],"usage":null}`)}
	reader := completions{}.Reader()
	var d Delta
	b.ReportAllocs()
	for b.Loop() {
		d.Reset()
		if err := reader.Event(event, &d); err != nil {
			b.Fatal(err)
		}
	}
}
