package protocol

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"llmbench/collect/dataset"
)

func raw(v string) json.RawMessage { return json.RawMessage(v) }

var (
	text     = dataset.Prompt{Text: "a <b> & é", OutputTokens: 5}
	ids      = dataset.Prompt{Text: "x", TokenIDs: []int{1, 2}, OutputTokens: 5}
	talk     = dataset.Prompt{Text: "hi", Messages: []dataset.Message{{Role: "system", Content: "s"}, {Role: "user", Content: "u"}}, OutputTokens: 5}
	sampling = map[string]any{"top_p": 0.5, "temperature": 0.0}
	// illustrates is a question about a picture.
	illustrates = dataset.Prompt{OutputTokens: 5, Messages: []dataset.Message{{Role: "user", Parts: []dataset.Part{{Text: "q"}, {Kind: dataset.PartImage, URL: "data:image/png;base64,aQ=="}}}}}
	all         = Config{Model: "m", IgnoreEOS: true, Logprobs: new(2), Sampling: sampling, ExtraBody: map[string]json.RawMessage{"x": raw("3")}}
)

var bodyCases = []struct {
	name, backend string
	config        Config
	prompt        dataset.Prompt
	want          string
}{
	{"completions", "openai", Config{Model: "m", Stream: true}, text,
		`{"model":"m","prompt":"a <b> & é","max_tokens":5,"stream":true,"stream_options":{"include_usage":true}}`},
	{"vLLM's own fields", "vllm", Config{Model: "m", Stream: true}, text,
		`{"model":"m","prompt":"a <b> & é","repetition_penalty":1,"max_tokens":5,"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true}}`},
	{"token ids", "openai", Config{Model: "m", Stream: true}, ids,
		`{"model":"m","prompt":[1,2],"max_tokens":5,"stream":true,"stream_options":{"include_usage":true}}`},
	{"token ids to a server that takes text", "lmdeploy", Config{Model: "m"}, ids,
		`{"model":"m","prompt":"x","repetition_penalty":1,"max_tokens":5,"stream":false}`},
	{"no stream, no stream options", "openai", Config{Model: "m"}, dataset.Prompt{Text: "a", OutputTokens: 5},
		`{"model":"m","prompt":"a","max_tokens":5,"stream":false}`},
	{"sampling, then ignore_eos, then extra", "openai", all, ids,
		`{"model":"m","prompt":[1,2],"max_tokens":5,"logprobs":2,"stream":false,"temperature":0,"top_p":0.5,"ignore_eos":true,"x":3}`},
	{"extra body wins over flags, the prompt's own fields over both", "openai",
		Config{Model: "m", Sampling: map[string]any{"temperature": 0.1}, ExtraBody: map[string]json.RawMessage{"temperature": raw("0.2"), "max_tokens": raw("7")}},
		dataset.Prompt{Text: "a", OutputTokens: 5, Body: map[string]json.RawMessage{"temperature": raw("0.3")}},
		`{"model":"m","prompt":"a","max_tokens":7,"stream":false,"temperature":0.3}`},
	{"a flag wins over the backend's own field", "vllm", Config{Model: "m", Sampling: map[string]any{"repetition_penalty": 1.1}}, dataset.Prompt{Text: "a", OutputTokens: 5},
		`{"model":"m","prompt":"a","repetition_penalty":1.1,"max_tokens":5,"stream":false}`},
	{"an object is merged into an object", "vllm",
		Config{Model: "m", Stream: true, ExtraBody: map[string]json.RawMessage{"stream_options": raw(`{"continuous_usage_stats":false,"x":1}`)}}, dataset.Prompt{Text: "a", OutputTokens: 5},
		`{"model":"m","prompt":"a","repetition_penalty":1,"max_tokens":5,"stream":true,"stream_options":{"continuous_usage_stats":false,"include_usage":true,"x":1}}`},
	{"null is no object", "vllm",
		Config{Model: "m", Stream: true, ExtraBody: map[string]json.RawMessage{"stream_options": raw(`null`)}}, dataset.Prompt{Text: "a", OutputTokens: 5},
		`{"model":"m","prompt":"a","repetition_penalty":1,"max_tokens":5,"stream":true,"stream_options":null}`},
	{"chat of a text", "openai-chat", Config{Model: "m", Stream: true}, dataset.Prompt{Text: "hi", OutputTokens: 5},
		`{"model":"m","messages":[{"role":"user","content":"hi"}],"max_completion_tokens":5,"stream":true,"stream_options":{"include_usage":true}}`},
	{"chat of messages", "openai-chat", all, talk,
		`{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"u"}],"max_completion_tokens":5,"logprobs":true,"top_logprobs":2,"stream":false,"temperature":0,"top_p":0.5,"ignore_eos":true,"x":3}`},
	{"responses of messages", "openai-responses", all, talk,
		`{"model":"m","input":[{"role":"system","content":"s"},{"role":"user","content":"u"}],"max_output_tokens":5,"include":["message.output_text.logprobs"],"top_logprobs":2,"stream":false,"temperature":0,"top_p":0.5,"ignore_eos":true,"x":3}`},
	{"SGLang's parameters are nested", "sglang", all, ids,
		`{"input_ids":[1,2],"sampling_params":{"max_new_tokens":5,"temperature":0,"top_p":0.5,"ignore_eos":true},"return_logprob":true,"top_logprobs_num":2,"stream":false,"x":3}`},
	{"one more parameter", "sglang", Config{Stream: true, ExtraBody: map[string]json.RawMessage{"sampling_params": raw(`{"min_new_tokens":2}`)}}, text,
		`{"text":"a <b> & é","sampling_params":{"max_new_tokens":5,"min_new_tokens":2},"stream":true}`},
	{"llama.cpp does not reuse a prompt", "llama.cpp-native", all, ids,
		`{"prompt":[1,2],"cache_prompt":false,"n_predict":5,"n_probs":2,"stream":false,"temperature":0,"top_p":0.5,"ignore_eos":true,"x":3}`},
	{"ollama's options", "ollama", all, text,
		`{"model":"m","prompt":"a <b> & é","raw":true,"stream":false,"truncate":false,"shift":false,"logprobs":true,"top_logprobs":2,"options":{"num_predict":5,"temperature":0,"top_p":0.5},"x":3}`},
	{"ollama's chat", "ollama-chat", Config{Model: "m", Stream: true}, talk,
		`{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"u"}],"stream":true,"truncate":false,"shift":false,"options":{"num_predict":5}}`},
	{"TGI, greedy", "tgi", all, text,
		`{"inputs":"a <b> & é","parameters":{"max_new_tokens":5,"details":true,"top_n_tokens":2,"do_sample":false,"top_p":0.5},"x":3}`},
	{"TGI, sampled, with values that turn off elsewhere", "tgi", Config{Sampling: map[string]any{"temperature": 1, "top_p": 1.0, "top_k": -1, "seed": 7}}, text,
		`{"inputs":"a <b> & é","parameters":{"max_new_tokens":5,"details":true,"do_sample":true,"seed":7,"temperature":1}}`},
	{"Triton has no end of sequence to ignore, but a least length", "tensorrt-llm", all, text,
		`{"text_input":"a <b> & é","max_tokens":5,"stream":false,"accumulate_tokens":true,"exclude_input_in_output":true,"return_num_input_tokens":true,"return_num_output_tokens":true,"return_log_probs":true,"temperature":0,"top_p":0.5,"min_tokens":5,"min_length":5,"x":3}`},
	{"MII", "deepspeed-mii", all, text,
		`{"model":"m","prompt":"a <b> & é","max_tokens":5,"logprobs":2,"stream":false,"temperature":0,"top_p":0.5,"x":3}`},
	{"a batch to embed", "openai-embeddings", all, dataset.Prompt{Text: "a", Batch: []string{"b", "c"}}, `{"model":"m","input":["b","c"],"x":3}`},
	{"ids to embed", "vllm-pooling", Config{Model: "m"}, ids, `{"model":"m","input":[1,2],"truncate_prompt_tokens":-1}`},
	{"a chat to embed", "openai-embeddings-chat", Config{Model: "m"}, illustrates, `{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"q"},{"image_url":{"url":"data:image/png;base64,aQ=="},"type":"image_url"}]}],"truncate_prompt_tokens":-1}`},
	{"CLIP embeds a picture", "openai-embeddings-clip", Config{Model: "m"}, illustrates, `{"model":"m","messages":[{"role":"user","content":[{"image_url":{"url":"data:image/png;base64,aQ=="},"type":"image_url"}]}],"truncate_prompt_tokens":-1}`},
	{"CLIP embeds a text", "openai-embeddings-clip", Config{Model: "m"}, text, `{"model":"m","messages":[{"role":"user","content":"a <b> & é"}],"truncate_prompt_tokens":-1}`},
	{"VLM2Vec is told what to embed of a picture", "openai-embeddings-vlm2vec", Config{Model: "m"}, illustrates,
		`{"model":"m","messages":[{"role":"user","content":[{"image_url":{"url":"data:image/png;base64,aQ=="},"type":"image_url"},{"type":"text","text":"Represent the given image with the following question: q"}]}],"truncate_prompt_tokens":-1}`},
	{"infinity embeds a text", "infinity-embeddings", Config{Model: "m"}, illustrates, `{"model":"m","input":"q"}`},
	{"infinity embeds a picture", "infinity-embeddings-clip", Config{Model: "m"}, illustrates, `{"model":"m","input":"data:image/png;base64,aQ==","modality":"image"}`},
	{"a query and its documents in the prompt's fields", "vllm-rerank", Config{Model: "m"},
		dataset.Prompt{Body: map[string]json.RawMessage{"query": raw(`"q"`), "documents": raw(`["d"]`)}}, `{"model":"m","truncate_prompt_tokens":-1,"documents":["d"],"query":"q"}`},
}

func TestBody(t *testing.T) {
	for _, c := range bodyCases {
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

// A prompt a backend cannot send is refused before the run, with what to do.
func TestBodyRefuses(t *testing.T) {
	onlyIDs := dataset.Prompt{TokenIDs: []int{1}, OutputTokens: 5}
	for _, c := range []struct {
		backend string
		prompt  dataset.Prompt
		says    string
	}{
		{"lmdeploy", onlyIDs, "token ids alone"}, {"scalellm", onlyIDs, "token ids alone"}, {"openai-chat", onlyIDs, "token ids alone"},
		{"openai-responses", onlyIDs, "token ids alone"}, {"tgi", onlyIDs, "token ids alone"}, {"tensorrt-llm", onlyIDs, "token ids alone"},
		{"deepspeed-mii", onlyIDs, "token ids alone"}, {"ollama", onlyIDs, "token ids alone"}, {"ollama-chat", onlyIDs, "token ids alone"},
		{"vllm", dataset.Prompt{Batch: []string{"a"}}, "a batch of texts"},
		{"ollama", dataset.Prompt{Text: "a"}, "at least 1 token"},
		{"vllm-rerank", dataset.Prompt{Text: "a"}, "a query and at least one document"},
		{"openai-audio", dataset.Prompt{Text: "a"}, "no sound"},
		{"vllm-audio", dataset.Prompt{Audio: []byte("x" + formBoundary)}, "boundary"},
	} {
		b, err := Lookup(c.backend)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := b.Protocol.Body(&Config{}, &c.prompt); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %s, %v; want an error saying %q", c.backend, body, err, c.says)
		}
	}
}

// A form is what a server's own reader of forms takes it for.
func TestAudioForm(t *testing.T) {
	sound := []byte("fLaC\x00\r\n--\xff")
	config := Config{Model: "m", Stream: true, ExtraBody: map[string]json.RawMessage{"language": json.RawMessage(`"d\u00e9"`), "stream_include_usage": json.RawMessage("null"), "vllm_xargs": json.RawMessage(`{"a":1}`)}}
	body, err := audio{vllm: true}.Body(&config, &dataset.Prompt{Audio: sound, AudioName: "/data/Ünterricht \"1\".FLAC", OutputTokens: 9})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/", bytes.NewReader(body))
	r.Header.Set("Content-Type", ContentType(audio{}))
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{"model": {"m"}, "language": {"dé"}, "stream": {"true"}, "max_completion_tokens": {"9"}, "stream_continuous_usage_stats": {"true"}, "vllm_xargs": {`{"a":1}`}}
	if !reflect.DeepEqual(map[string][]string(r.MultipartForm.Value), want) {
		t.Errorf("fields %v, want %v", r.MultipartForm.Value, want)
	}
	file, header, err := r.FormFile("file")
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(file)
	if err != nil || !bytes.Equal(got, sound) || header.Header.Get("Content-Type") != "audio/flac" || header.Filename != `Ünterricht "1".FLAC` {
		t.Errorf("file %q of type %s with %q (%v)", header.Filename, header.Header.Get("Content-Type"), got, err)
	}
}
