package protocol

import (
	"bytes"
	"strings"
	"testing"

	"llmbench/store"
)

func TestLookup(t *testing.T) {
	_, err := Lookup("nope")
	if err == nil || !strings.Contains(err.Error(), "vllm, vllm-chat, openai, openai-chat") {
		t.Errorf("got %v, want the known backends named", err)
	}
}

// The endpoint a user gives chooses among the forms of one server, and never another server.
func TestAt(t *testing.T) {
	for _, c := range []struct{ backend, endpoint, want string }{
		{"sglang", "/generate", "sglang"},
		{"sglang", "/v1/completions", "sglang-oai"},
		{"sglang", "/v1/chat/completions", "sglang-oai-chat"},
		{"sglang-oai", "/generate", "sglang-oai"},
		{"vllm", "/v1/chat/completions", "vllm-chat"},
		{"vllm", "/rerank", "vllm-rerank"},
		{"openai", "/openai/chat/completions/", "openai-chat"},
		{"openai", "/v1/embeddings", "openai-embeddings"},
		{"openai-chat", "/v2/chat/completions", "openai-chat"},
		{"llama.cpp", "/completion", "llama.cpp-native"},
		{"ollama", "/api/chat", "ollama-chat"},
		{"tensorrt-llm", "/v2/models/my_model/generate_stream", "tensorrt-llm"},
		{"tensorrt-llm", "/v1/completions", "tensorrt-llm-oai"},
		{"tgi", "/", "tgi"},
		{"tgi", "", "tgi"},
	} {
		b, err := Lookup(c.backend)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.At(c.endpoint); got.Name != c.want || got.Endpoint != c.endpoint {
			t.Errorf("%s at %s is %s at %s, want %s", c.backend, c.endpoint, got.Name, got.Endpoint, c.want)
		}
	}
}

func TestGrowingText(t *testing.T) {
	for _, c := range []struct {
		name        string
		texts, want []string
	}{
		{"grows", []string{"a", "ab", "ab", "abc"}, []string{"a", "b", "", "c"}},
		{"parts", []string{"a", "b", "a", "a"}, []string{"a", "b", "a", "a"}},
		{"a rune that changes", []string{"a\ufffd", "a世", "c"}, []string{"a\ufffd", "a世", "c"}},
		{"empty first", []string{"", "a", "ab"}, []string{"", "a", "b"}},
	} {
		var g growingText
		for i, text := range c.texts {
			if got := g.grow([]byte(text)); string(got) != c.want[i] {
				t.Errorf("%s: text %d gives %q, want %q", c.name, i, got, c.want[i])
			}
		}
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

// tokenEvents has for each backend the first event of its transcripts that is a chunk of text. Of the family that answers
// with numbers it is an answer.
func tokenEvents(tb testing.TB) map[string]Event {
	tb.Helper()
	found := map[string]Event{}
	for _, b := range registry {
		if b.Framing == FramingNone {
			found[b.Name] = Event{Data: []byte(`{"id":"p","data":[{"index":0,"data":[0.5]}],"results":[],"usage":{"prompt_tokens":5}}`)}
		}
	}
	for _, tr := range transcripts(tb) {
		b, err := Lookup(tr.fields["backend"])
		if _, known := found[b.Name]; err != nil || known {
			continue
		}
		for _, ev := range tr.events() {
			var d Delta
			if err := b.Protocol.Reader().Event(ev, &d); err == nil && d.Kind == store.KindText && len(d.Text) > 0 && d.Finish == "" {
				found[b.Name] = Event{Name: ev.Name, Data: bytes.Clone(ev.Data)}
				break
			}
		}
	}
	return found
}

// Whatever a server sends, a reader says what it is or why it cannot be read, and takes no harm for the next event.
func FuzzReaders(f *testing.F) {
	for _, seed := range []string{"null", "[DONE]", " [DONE] ", `{"choices":[]}`, `{"choices":null}`, `{"choices":[{"delta":null}]}`, `{"choices":[1]}`,
		`{"error":null,"choices":[{"text":"a"}]}`, `{"usage":{"completion_tokens":-1}}`, `{"choices":[{"text":"\ud800"}]}`, `[]`, `"x"`,
		`{"error":""}`, `{"error":{}}`, `{"text":[]}`, `{"meta_info":1}`, `{"token":[],"details":1}`, `{"message":null,"done":true}`, `{"type":"response.completed"}`,
		`{"text_output":["a","b"]}`, `{"content":1,"stop":1}`, `{"data":1}`, `{"choices":[{"index":-1}]}`} {
		f.Add(seed)
	}
	for _, tr := range transcripts(f) {
		for _, ev := range tr.events() {
			f.Add(string(ev.Data))
		}
	}
	tokens := tokenEvents(f)
	f.Fuzz(func(t *testing.T, data string) {
		for _, b := range registry {
			reader := b.Protocol.Reader()
			var d Delta
			if err := reader.Event(Event{Data: []byte(data)}, &d); err != nil && (d.Choice || d.Done || d.Err != "") {
				t.Errorf("%s: an event that cannot be read became %+v", b.Name, d)
			}
			d.Reset()
			if err := b.Protocol.Reader().Whole([]byte(data), &d); err != nil && d.Choice {
				t.Errorf("%s: an answer that cannot be read became a choice", b.Name)
			}
			d.Reset()
			if err := reader.Event(tokens[b.Name], &d); err != nil || !d.Choice {
				t.Errorf("%s: after %q the reader gives %+v, %v", b.Name, data, d, err)
			}
		}
	})
}

// Every backend has a transcript with a token in it, and reads that without an allocation.
func TestReadersAllocateNothing(t *testing.T) {
	tokens := tokenEvents(t)
	for _, b := range registry {
		ev, reader := tokens[b.Name], b.Protocol.Reader()
		if ev.Data == nil {
			t.Errorf("%s: no event of its transcripts is a chunk of text", b.Name)
			continue
		}
		var d Delta
		read := func() {
			d.Reset()
			if err := reader.Event(ev, &d); err != nil {
				t.Fatal(err)
			}
		}
		read()
		if text := b.Framing != FramingNone; !d.Choice || text != (d.Kind == store.KindText) || text != (len(d.Text) > 0) {
			t.Errorf("%s: the event is %+v, want a chunk of text", b.Name, d)
		}
		if n := testing.AllocsPerRun(100, read); n > 0 && b.Framing != FramingNone {
			t.Errorf("%s: %g allocations per event", b.Name, n)
		}
	}
}

func BenchmarkReader(b *testing.B) {
	tokens := tokenEvents(b)
	for _, backend := range registry {
		b.Run(backend.Name, func(b *testing.B) {
			ev, reader := tokens[backend.Name], backend.Protocol.Reader()
			var d Delta
			b.SetBytes(int64(len(ev.Data)))
			b.ReportAllocs()
			for b.Loop() {
				d.Reset()
				if err := reader.Event(ev, &d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
