package tokenizer

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

// exchanged is a question to a server, as it takes it, and what it answers: the fields of the question, where it is asked, and
// the answer as it stands on the wire.
type exchanged struct {
	path   string
	field  string // that makes the question one of this form; any other is refused
	status int
	answer string
}

// The bodies are those of the servers' sources: vLLM 0.33 (entrypoints/serve/tokenize), SGLang's serving_tokenize, and
// text-generation-inference's router.
var transcripts = map[string]struct {
	exchanges []exchanged
	refusal   string // of a question in another form
	refused   int
	name      string
	special   int
	chat      int // tokens of a chat; 0 where the server does not count them
	decoded   string
}{
	"vllm": {
		exchanges: []exchanged{
			{"/tokenize", "messages", 200, `{"count":5,"max_model_len":4096,"tokens":[1,9,7,8,2],"token_strs":null}`},
			{"/tokenize", "add_special_tokens:true", 200, `{"count":3,"max_model_len":4096,"tokens":[1,7,8],"token_strs":null}`},
			{"/tokenize", "prompt", 200, `{"count":2,"max_model_len":4096,"tokens":[7,8],"token_strs":null}`},
			{"/detokenize", "tokens", 200, `{"prompt":"two words"}`},
		},
		refusal: `{"error":{"message":"[{'type': 'missing', 'loc': ('body', 'TokenizeCompletionRequest', 'prompt'), 'msg': 'Field required'}]","type":"Bad Request","param":null,"code":400}}`,
		refused: 400, name: "server (vllm /tokenize)", special: 1, chat: 5, decoded: "two words",
	},
	"sglang": {
		exchanges: []exchanged{
			{"/v1/tokenize", "add_special_tokens:true", 200, `{"tokens":[1,7,8],"count":3,"max_model_len":1000000000000000019884624838656}`},
			{"/v1/tokenize", "prompt", 200, `{"tokens":[7,8],"count":2,"max_model_len":1000000000000000019884624838656}`},
			{"/v1/detokenize", "tokens", 200, `{"text":"two words"}`},
		},
		refusal: `{"object":"error","message":"1 validation error:\n  {'type': 'missing', 'loc': ('body', 'prompt'), 'msg': 'Field required'}","type":"Bad Request","param":null,"code":400}`,
		refused: 400, name: "server (vllm /tokenize)", special: 1, decoded: "two words",
	},
	"tgi": {
		exchanges: []exchanged{
			{"/tokenize", "inputs", 200, `[{"id":1,"text":"","start":0,"stop":0},{"id":7,"text":"two","start":0,"stop":3},{"id":8,"text":" words","start":3,"stop":9}]`},
			{"/chat_tokenize", "messages", 200, `{"tokenize_response":[{"id":1,"text":"","start":0,"stop":0},{"id":7,"text":"two","start":0,"stop":3},{"id":8,"text":" words","start":3,"stop":9},{"id":2,"text":"</s>","start":9,"stop":13}],"templated_text":"two words</s>"}`},
		},
		refusal: "Failed to deserialize the JSON body into the target type: missing field `inputs` at line 1 column 20",
		refused: 422, name: "server (tgi /tokenize)", special: 1, chat: 4,
	},
}

// serve answers by the transcript: the first exchange of the path whose field the question has.
func serve(t *testing.T, name string) *httptest.Server {
	script := transcripts[name]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		body := map[string]any{}
		if err != nil || r.Method == http.MethodPost && json.Unmarshal(data, &body) != nil {
			t.Errorf("%s: %q, %v", r.URL, data, err)
		}
		there := false
		for _, e := range script.exchanges {
			field, value, valued := strings.Cut(e.field, ":")
			there = there || e.path == r.URL.Path
			if v, has := body[field]; e.path == r.URL.Path && has && (!valued || v == (value == "true")) {
				w.WriteHeader(e.status)
				_, _ = io.WriteString(w, e.answer)
				return
			}
		}
		if !there {
			http.NotFound(w, r)
			return
		}
		w.WriteHeader(script.refused)
		_, _ = io.WriteString(w, script.refusal)
	}))
	t.Cleanup(server.Close)
	return server
}

func TestServerTranscripts(t *testing.T) {
	t.Parallel()
	for name, want := range transcripts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := NewServer(t.Context(), http.DefaultClient, serve(t, name).URL, "m", nil)
			if err != nil {
				t.Fatal(err)
			}
			ids, err := s.Encode("two words")
			if err != nil || !reflect.DeepEqual(ids, []int{7, 8}) || s.NumSpecialToAdd() != want.special || s.Name() != want.name {
				t.Errorf("%s: ids %v, %v, %d special", s.Name(), ids, err, s.NumSpecialToAdd())
			}
			if n, err := s.CountPrompt("two words", false); err != nil || n != 3 {
				t.Errorf("a prompt has %d tokens, %v", n, err)
			}
			if n, err := s.CountPrompt("two words", true); n != want.chat || (err == nil) != (want.chat > 0) {
				t.Errorf("a chat has %d tokens, %v; want %d", n, err, want.chat)
			}
			if text, err := s.Decode([]int{7, 8}); text != want.decoded || (err == nil) != (want.decoded != "") {
				t.Errorf("decoded %q, %v", text, err)
			}
		})
	}
}
