package tokenizer

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// fakeServer answers /tokenize and /detokenize with a tokenizer, in the dialect of an engine.
type fakeServer struct {
	tok      Any
	bos      []int
	dialect  string
	decodes  bool
	vocab    int    // n_vocab of /v1/models
	key      string // asked for in Authorization
	path     string // of /tokenize
	chats    bool   // counts chats, where the dialect has another path for them
	requests atomic.Int64
}

func (f *fakeServer) handler(t *testing.T) http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, h func(body map[string]json.RawMessage) (any, int)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			f.requests.Add(1)
			if f.key != "" && r.Header.Get("Authorization") != "Bearer "+f.key {
				http.Error(w, `{"error":{"message":"Invalid API Key"}}`, http.StatusUnauthorized)
				return
			}
			body := map[string]json.RawMessage{}
			if r.Method == http.MethodPost && json.NewDecoder(r.Body).Decode(&body) != nil {
				http.Error(w, "bad JSON", http.StatusBadRequest)
				return
			}
			answer, status := h(body)
			w.WriteHeader(status)
			if err := json.NewEncoder(w).Encode(answer); err != nil {
				t.Error(err)
			}
		})
	}
	path := f.path
	if path == "" {
		path = "/tokenize"
	}
	handle("POST "+path, func(body map[string]json.RawMessage) (any, int) { return f.tokenize(t, body) })
	if f.decodes {
		handle("POST "+strings.Replace(path, "tokenize", "detokenize", 1), func(body map[string]json.RawMessage) (any, int) {
			return f.detokenize(t, body)
		})
	}
	if f.chats {
		f.handleChats(t, handle)
	}
	if f.vocab > 0 {
		handle("GET /v1/models", func(map[string]json.RawMessage) (any, int) {
			return map[string]any{"data": []any{map[string]any{"meta": map[string]any{"n_vocab": f.vocab}}}}, http.StatusOK
		})
	}
	return mux
}

// tokenize answers as the servers do, down to what they answer to another's question.
func (f *fakeServer) tokenize(t *testing.T, body map[string]json.RawMessage) (any, int) {
	field := map[string]string{"vllm": "prompt", "sglang": "prompt", "llama.cpp": "content", "llama.cpp pieces": "content", "tgi": "inputs"}[f.dialect]
	var text string
	if raw, ok := body[field]; ok {
		unmarshal(t, raw, &text)
	} else if f.chats && f.dialect == "vllm" && body["messages"] != nil {
		text = renderChat(t, body)
	} else if strings.HasPrefix(f.dialect, "llama.cpp") {
		return map[string]any{"tokens": []int{}}, http.StatusOK
	} else {
		return map[string]any{"detail": "Field required"}, http.StatusUnprocessableEntity
	}
	ids, err := f.tok.Encode(text)
	if err != nil {
		t.Error(err)
	}
	special := string(body["add_special_tokens"]) == "true" || string(body["add_special"]) == "true"
	if special {
		ids = append(slices.Clone(f.bos), ids...)
	}
	switch f.dialect {
	case "llama.cpp pieces":
		var tokens []any
		for _, id := range ids {
			tokens = append(tokens, map[string]any{"id": id, "piece": "?"})
		}
		return map[string]any{"tokens": tokens}, http.StatusOK
	case "tgi":
		tokens := []any{}
		for _, id := range f.bos {
			tokens = append(tokens, map[string]any{"id": id, "text": "", "start": 0, "stop": 0})
		}
		for i, id := range ids {
			tokens = append(tokens, map[string]any{"id": id, "text": "?", "start": i, "stop": i + 1})
		}
		return tokens, http.StatusOK
	}
	return map[string]any{"tokens": ids, "count": len(ids), "max_model_len": 4096}, http.StatusOK
}

// renderChat puts a word before and after the message.
func renderChat(t *testing.T, body map[string]json.RawMessage) string {
	var messages []struct{ Role, Content string }
	unmarshal(t, body["messages"], &messages)
	return "user " + messages[0].Content + " the"
}

func (f *fakeServer) handleChats(t *testing.T, handle func(string, func(map[string]json.RawMessage) (any, int))) {
	handle("POST /apply-template", func(body map[string]json.RawMessage) (any, int) {
		return map[string]any{"prompt": renderChat(t, body)}, http.StatusOK
	})
	handle("POST /chat_tokenize", func(body map[string]json.RawMessage) (any, int) {
		tokens, status := f.tokenize(t, map[string]json.RawMessage{"inputs": marshal(t, renderChat(t, body))})
		return map[string]any{"tokenize_response": tokens, "templated_text": renderChat(t, body)}, status
	})
}

func (f *fakeServer) detokenize(t *testing.T, body map[string]json.RawMessage) (any, int) {
	var ids []int
	unmarshal(t, body["tokens"], &ids)
	text, err := f.tok.Decode(ids)
	if err != nil {
		return map[string]any{"error": err.Error()}, http.StatusBadRequest
	}
	field := map[string]string{"vllm": "prompt", "sglang": "text"}[f.dialect]
	if field == "" {
		field = "content"
	}
	return map[string]any{field: text}, http.StatusOK
}

func start(t *testing.T, f *fakeServer) string {
	t.Helper()
	server := httptest.NewServer(f.handler(t))
	t.Cleanup(server.Close)
	return server.URL
}

func TestServer(t *testing.T) {
	t.Parallel()
	words, pieces := wordModel(t, " ", ""), wordModel(t, spaceMark, spaceMark)
	for _, c := range []struct {
		name        string
		fake        *fakeServer
		suffix      string
		wantName    string
		wantSpecial int
		wantSize    int
		decodes     bool
	}{
		{"vllm", &fakeServer{tok: words, dialect: "vllm", bos: []int{1}, decodes: true}, "/v1/", "vllm", 1, words.VocabSize(), true},
		{"sglang", &fakeServer{tok: words, dialect: "sglang", path: "/v1/tokenize", decodes: true}, "", "vllm", 0, words.VocabSize(), true},
		{"llama.cpp", &fakeServer{tok: pieces, dialect: "llama.cpp", bos: []int{1}, decodes: true, vocab: 5000}, "/", "llama.cpp", 1, 5000, true},
		{"llama.cpp with pieces", &fakeServer{tok: words, dialect: "llama.cpp pieces", decodes: true}, "", "llama.cpp", 0, words.VocabSize(), true},
		{"tgi", &fakeServer{tok: words, dialect: "tgi", bos: []int{1, 2}}, "", "tgi", 2, words.VocabSize(), false},
		{"without detokenize", &fakeServer{tok: pieces, dialect: "vllm"}, "", "vllm", 0, pieces.VocabSize(), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			base := start(t, c.fake)
			s, err := NewServer(t.Context(), http.DefaultClient, base+c.suffix, "m", nil)
			if err != nil {
				t.Fatal(err)
			}
			if s.Name() != "server ("+c.wantName+" /tokenize)" || s.NumSpecialToAdd() != c.wantSpecial {
				t.Errorf("%s adds %d, want %s adding %d", s.Name(), s.NumSpecialToAdd(), c.wantName, c.wantSpecial)
			}
			checkServerText(t, s, c.fake.tok, c.decodes)
			if got := s.VocabSize(); got != c.wantSize {
				t.Errorf("VocabSize = %d, want %d (%v)", got, c.wantSize, s.Learn())
			}
			checkServerPrompts(t, s)
			if n := c.fake.requests.Load(); n > 400 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

func TestCountPrompt(t *testing.T) {
	t.Parallel()
	words := wordModel(t, " ", "")
	for _, c := range []struct {
		name        string
		fake        *fakeServer
		plain, chat int
		err         string
	}{
		{"vllm", &fakeServer{tok: words, dialect: "vllm", bos: []int{1}, chats: true}, 3, 4, ""},
		{"vllm of old", &fakeServer{tok: words, dialect: "vllm", bos: []int{1}}, 3, 0, "does not tell the tokens of a chat"},
		{"llama.cpp", &fakeServer{tok: words, dialect: "llama.cpp", bos: []int{1}, chats: true}, 3, 5, ""},
		{"llama.cpp of old", &fakeServer{tok: words, dialect: "llama.cpp"}, 2, 0, "does not tell the tokens of a chat"},
		{"tgi", &fakeServer{tok: words, dialect: "tgi", bos: []int{1, 2}, chats: true}, 4, 6, ""},
	} {
		s, err := NewServer(t.Context(), http.DefaultClient, start(t, c.fake), "m", nil)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := s.CountPrompt("about above", false); err != nil || n != c.plain {
			t.Errorf("%s: CountPrompt = %d, %v, want %d", c.name, n, err, c.plain)
		}
		n, err := s.CountPrompt("about above", true)
		if c.err != "" {
			if !errors.Is(err, ErrNoChatCount) || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: CountPrompt of a chat = %v, want %q", c.name, err, c.err)
			}
			continue
		}
		if err != nil || n != c.chat {
			t.Errorf("%s: CountPrompt of a chat = %d, %v, want %d", c.name, n, err, c.chat)
		}
	}
}

// checkServerText compares what the server says with its tokenizer.
func checkServerText(t *testing.T, s *Server, tok Any, decodes bool) {
	t.Helper()
	const text = "the server answers, extraordinarily, with words"
	want, err := tok.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := s.Encode(text)
	if err != nil || !slices.Equal(ids, want) {
		t.Errorf("Encode = %v, %v, want %v", ids, err, want)
	}
	if n, err := s.Count(text); err != nil || n != len(want) {
		t.Errorf("Count = %d, %v, want %d", n, err, len(want))
	}
	if n, err := s.Count(""); err != nil || n != 0 {
		t.Errorf("Count of nothing = %d, %v", n, err)
	}
	got, err := s.Decode(want)
	if decodes && (err != nil || got != text) {
		t.Errorf("Decode = %q, %v, want %q", got, err, text)
	}
	if !decodes && (err == nil || !strings.Contains(err.Error(), "no /detokenize")) {
		t.Errorf("Decode = %q, %v, want an error", got, err)
	}
}

// checkServerPrompts: random prompts have exactly as many tokens as were asked for.
func checkServerPrompts(t *testing.T, s *Server) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 30} {
		ids := randomPrompt(r, s, n)
		text, err := s.Decode(ids)
		if err != nil {
			t.Fatal(err)
		}
		again, err := s.Encode(text)
		if err != nil || !slices.Equal(again, ids) {
			t.Errorf("%v come back as %v (%v): %q", ids, again, err, text)
		}
	}
	if !s.IsSpecial(-1) || !s.IsSpecial(1<<40) {
		t.Error("ids beyond the vocabulary must be special")
	}
}

// wordModel is a tokenizer whose tokens are the characters and most of the common words, each with the mark for a blank
// before it. lead is put before every text.
func wordModel(t *testing.T, blank, lead string) *Tokenizer {
	t.Helper()
	vocab := map[string]int{}
	var merges [][2]string
	for _, c := range " abcdefghijklmnopqrstuvwxyz.,\u2581" {
		vocab[string(c)] = len(vocab)
	}
	add := func(left, right string) {
		if _, ok := vocab[left+right]; !ok {
			vocab[left+right] = len(vocab)
			merges = append(merges, [2]string{left, right})
		}
	}
	for i, w := range commonWords {
		if i%50 == 7 {
			continue
		}
		for i := 1; i < len(w); i++ {
			add(w[:i], w[i:i+1])
		}
		add(blank, w)
	}
	file := map[string]any{
		"model":         map[string]any{"type": "BPE", "vocab": vocab, "merges": merges, "ignore_merges": true},
		"pre_tokenizer": map[string]any{"type": "Split", "pattern": map[string]any{"Regex": `[ \x{2581}]?[^ \x{2581}]+|.`}, "behavior": "Isolated"},
		"decoder":       map[string]any{"type": "Fuse"},
	}
	if lead != "" {
		file["normalizer"] = map[string]any{"type": "Sequence", "normalizers": []any{
			map[string]any{"type": "Prepend", "prepend": lead},
			map[string]any{"type": "Replace", "pattern": map[string]any{"String": " "}, "content": blank},
		}}
		file["decoder"] = map[string]any{"type": "Sequence", "decoders": []any{
			map[string]any{"type": "Fuse"},
			map[string]any{"type": "Replace", "pattern": map[string]any{"String": blank}, "content": " "},
			map[string]any{"type": "Strip", "content": " ", "start": 1, "stop": 0},
		}}
	}
	tok, err := parse(marshal(t, file))
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

func TestServerRefuses(t *testing.T) {
	t.Parallel()
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			if _, err := w.Write([]byte(body)); err != nil {
				t.Error(err)
			}
		}
	}
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		want    string
	}{
		{"none", answer(404, "Not Found"), "offers no usable /tokenize: /tokenize: HTTP 404: Not Found"},
		{"no body", answer(404, ""), "HTTP 404: Not Found"},
		{"key", answer(401, `{"error":"Invalid API Key"}`), "Invalid API Key\"}; check the API key"},
		{"forbidden", answer(403, "no"), "check the API key"},
		{"not JSON", answer(200, "<html>"), "no tokens in a known form"},
		{"something else", answer(200, `{"ok":true}`), "no tokens in a known form"},
		{"tokens of no kind", answer(200, `{"tokens":[{"x":1}]}`), "no tokens in a known form"},
		{"always empty", answer(200, `{"tokens":[]}`), "no tokens in a known form"},
		{"broken", answer(500, "boom "+strings.Repeat("x", 500)), "HTTP 500: boom xxx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(c.handler)
			defer server.Close()
			_, err := NewServer(t.Context(), server.Client(), server.URL, "", nil)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), server.URL) {
				t.Errorf("NewServer = %v, want %q", err, c.want)
			}
			if err != nil && len(err.Error()) > 1200 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

func TestServerHeader(t *testing.T) {
	t.Parallel()
	base := start(t, &fakeServer{tok: wordModel(t, " ", ""), dialect: "vllm", key: "secret"})
	if _, err := NewServer(t.Context(), http.DefaultClient, base, "", nil); err == nil {
		t.Error("NewServer without a key: no error")
	}
	header := http.Header{"Authorization": {"Bearer secret"}}
	if _, err := NewServer(t.Context(), http.DefaultClient, base, "", header); err != nil {
		t.Error(err)
	}
	if len(header) != 1 {
		t.Errorf("the caller's header was changed: %v", header)
	}
}

func TestServerHashFollowsTokenizer(t *testing.T) {
	t.Parallel()
	words, pieces := wordModel(t, " ", ""), wordModel(t, spaceMark, spaceMark)
	var hashes []string
	for _, f := range []*fakeServer{{tok: words, dialect: "vllm"}, {tok: words, dialect: "llama.cpp"}, {tok: pieces, dialect: "vllm"}} {
		s, err := NewServer(t.Context(), http.DefaultClient, start(t, f), "", nil)
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, s.Hash())
	}
	if hashes[0] != hashes[1] || hashes[0] == hashes[2] {
		t.Errorf("hashes %v: want the first two equal, the third not", hashes)
	}
}

// TestServerLearnFails: a tokenizer that knows no common word.
func TestServerLearnFails(t *testing.T) {
	t.Parallel()
	tok, err := parse([]byte(`{"model":{"type":"BPE","vocab":{"a":0,"b":1,"l":2,"e":3," ":4},"merges":[]}}`))
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewServer(t.Context(), http.DefaultClient, start(t, &fakeServer{tok: tok, dialect: "vllm"}), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Learn(); err == nil || s.VocabSize() != 0 || !s.IsSpecial(0) {
		t.Errorf("Learn = %v, VocabSize %d", err, s.VocabSize())
	}
}

func TestServerEndsWithContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s, err := NewServer(ctx, http.DefaultClient, start(t, &fakeServer{tok: wordModel(t, " ", ""), dialect: "vllm"}), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := s.Encode("a"); err == nil || !strings.Contains(err.Error(), context.Canceled.Error()) {
		t.Errorf("Encode after cancel = %v", err)
	}
}

// hashedIDs has numbers for ids that are no places in a vocabulary, as a simulator has.
type hashedIDs struct{ Any }

func (h hashedIDs) Encode(text string) ([]int, error) {
	ids, err := h.Any.Encode(text)
	for i := range ids {
		ids[i] = 1<<30 + 7*ids[i]
	}
	return ids, err
}

// TestServerOfHashes: who goes through all ids up to VocabSize must come to an end.
func TestServerOfHashes(t *testing.T) {
	t.Parallel()
	tok := hashedIDs{wordModel(t, " ", "")}
	s, err := NewServer(t.Context(), http.DefaultClient, start(t, &fakeServer{tok: tok, dialect: "vllm"}), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Learn(); err == nil || s.VocabSize() != 0 || !strings.Contains(err.Error(), "no places in a vocabulary") {
		t.Errorf("Learn = %v, VocabSize %d", err, s.VocabSize())
	}
	if n, err := s.Count("the server"); err != nil || n == 0 {
		t.Errorf("Count = %d, %v: it must work all the same", n, err)
	}
}
