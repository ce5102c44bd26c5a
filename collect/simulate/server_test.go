package simulate

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const (
	completions = "/v1/completions"
	chats       = "/v1/chat/completions"
)

var inForm = []string{"Content-Type: multipart/form-data; boundary=b"}

// sound is a form with these fields and a sound of two tokens.
func sound(fields ...string) string {
	var b strings.Builder
	for i := 0; i < len(fields); i += 2 {
		fmt.Fprintf(&b, "--b\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", fields[i], fields[i+1])
	}
	return b.String() + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n" + strings.Repeat("x", 2*soundToken) + "\r\n--b--\r\n"
}

// The whole answers, header and framing included, byte for byte. Time stands at the beginning of 2000.
func TestAnswers(t *testing.T) {
	t.Parallel()
	plain := func(*Config) {}
	cached := func(c *Config) { c.PrefixCacheShare = 0.5 }
	for _, test := range []struct {
		name         string
		change       func(*Config)
		method, path string
		body         string
		headers      []string
	}{
		{"completion-stream", plain, "POST", completions, `{"model":"simulated","prompt":" the of","max_tokens":3,"ignore_eos":true,"stream":true}`, nil},
		{"completion-stream-usage", cached, "POST", completions, `{"prompt":" the of and to","max_tokens":2,"ignore_eos":true,"stream":true,"stream_options":{"include_usage":true}}`, nil},
		{"completion-stream-continuous", plain, "POST", completions, `{"prompt":" the of","max_tokens":2,"ignore_eos":true,"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true}}`, nil},
		{"completion-stream-stop", func(c *Config) { c.MeanOutputTokens = 1 }, "POST", completions, `{"prompt":" the of","max_tokens":3,"min_tokens":2,"stream":true}`, nil},
		{"completion-stream-speculative", func(c *Config) { c.TokensPerChunk = 3 }, "POST", completions, `{"prompt":" the of","max_tokens":6,"ignore_eos":true,"stream":true}`, nil},
		{"completion-stream-request-id", plain, "POST", completions, `{"prompt":[932,933],"max_tokens":1,"ignore_eos":true,"stream":true}`, []string{"X-Request-Id: run-7"}},
		{"completion", plain, "POST", completions, `{"prompt":[" the of"],"max_tokens":3,"ignore_eos":true}`, nil},
		{"completion-default-16", func(c *Config) { c.MeanOutputTokens = 0 }, "POST", completions, `{"prompt":[[932,933]]}`, nil},
		{"chat-stream", plain, "POST", chats, `{"messages":[{"role":"user","content":" the of"}],"max_completion_tokens":2,"ignore_eos":true,"stream":true,"stream_options":{"include_usage":true}}`, nil},
		{"chat-stream-continuous", plain, "POST", chats, `{"messages":[{"role":"user","content":[{"type":"text","text":" the of"}]}],"max_tokens":2,"ignore_eos":true,"stream":true,"stream_options":{"continuous_usage_stats":true}}`, nil},
		{"chat", cached, "POST", chats, `{"messages":[{"role":"system","content":" be"},{"role":"user","content":null}],"max_tokens":3,"ignore_eos":true}`, nil},
		{"embeddings", plain, "POST", "/v1/embeddings", `{"model":"simulated","input":[" the of"," and"]}`, nil},
		{"embeddings-text", plain, "POST", "/v1/embeddings", `{"input":" the of"}`, nil},
		{"embeddings-ids", plain, "POST", "/v1/embeddings", `{"input":[[932,933],[934]]}`, nil},
		{"embeddings-chat", plain, "POST", "/v1/embeddings", `{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}},{"type":"text","text":" the"}]}]}`, nil},
		{"response-stream", cached, "POST", "/v1/responses", `{"input":" the of","max_output_tokens":2,"ignore_eos":true,"stream":true}`, nil},
		{"response-stream-stop", func(c *Config) { c.MeanOutputTokens = 1 }, "POST", "/v1/responses", `{"input":[{"role":"user","content":" the"}],"max_output_tokens":3,"min_tokens":2,"stream":true}`, nil},
		{"response", plain, "POST", "/v1/responses", `{"input":" the of","max_output_tokens":2,"ignore_eos":true}`, nil},
		{"transcription-stream", plain, "POST", "/v1/audio/transcriptions", sound("stream", "True", "stream_include_usage", "True", "max_completion_tokens", "2"), inForm},
		{"transcription", plain, "POST", "/v1/audio/transcriptions", sound("model", "simulated", "max_completion_tokens", "1"), inForm},
		{"error-response-input", plain, "POST", "/v1/responses", `{"input":7}`, nil},
		{"error-transcription-form", plain, "POST", "/v1/audio/transcriptions", `{}`, nil},
		{"error-transcription-file", plain, "POST", "/v1/audio/transcriptions", "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nsimulated\r\n--b--\r\n", inForm},
		{"error-transcription-length", plain, "POST", "/v1/audio/transcriptions", sound("max_completion_tokens", "many"), inForm},
		{"pooling", plain, "POST", "/pooling", `{"input":[932,933],"truncate_prompt_tokens":-1}`, nil},
		{"rerank", plain, "POST", "/rerank", `{"query":" the of","documents":[" and"," to in"]}`, nil},
		{"error-embeddings-empty", plain, "POST", "/v1/embeddings", `{"input":[" the",""]}`, nil},
		{"error-embeddings-missing", plain, "POST", "/v1/embeddings", `{}`, nil},
		{"error-rerank-missing", plain, "POST", "/rerank", `{"query":"x"}`, nil},
		{"error-embeddings-long", func(c *Config) { c.MaxModelLen = 2 }, "POST", "/v1/embeddings", `{"input":[" the of and"]}`, nil},
		{"models", func(c *Config) { c.Models = []string{"a", "b"} }, "GET", "/v1/models", "", nil},
		{"health", plain, "GET", "/health", "", nil},
		{"version", plain, "GET", "/version", "", nil},
		{"metrics", func(c *Config) { c.TokensPerChunk = 3; c.Cards = 2; c.Models = []string{`a "b"`} }, "GET", "/metrics", "", nil},
		{"tokenize", plain, "POST", "/tokenize", `{"model":"simulated","prompt":" the größe","add_special_tokens":false,"return_token_strs":true}`, nil},
		{"tokenize-empty", plain, "POST", "/tokenize", `{"prompt":""}`, nil},
		{"tokenize-chat", plain, "POST", "/tokenize", `{"messages":[{"role":"user","content":" the"}]}`, nil},
		{"detokenize", plain, "POST", "/detokenize", `{"model":"simulated","tokens":[932,933]}`, nil},
		{"detokenize-unknown-id", plain, "POST", "/detokenize", `{"tokens":[99999]}`, nil},
		{"reset-prefix-cache", plain, "POST", "/reset_prefix_cache", "", nil},
		{"start-profile", plain, "POST", "/start_profile", "", nil},
		{"error-model", plain, "POST", completions, `{"model":"nope","prompt":"x"}`, nil},
		{"error-json", plain, "POST", completions, `{"prompt":`, nil},
		{"error-type", plain, "POST", completions, `{"prompt":"x","max_tokens":"many"}`, nil},
		{"error-prompt-empty", plain, "POST", completions, `{"prompt":""}`, nil},
		{"error-prompt-missing", plain, "POST", completions, `{}`, nil},
		{"error-prompts", plain, "POST", completions, `{"prompt":["a","b"]}`, nil},
		{"error-token-id", plain, "POST", completions, `{"prompt":[1,5000]}`, nil},
		{"error-messages", plain, "POST", chats, `{"messages":[]}`, nil},
		{"error-content", plain, "POST", chats, `{"messages":[{"role":"user","content":7}]}`, nil},
		{"error-n", plain, "POST", completions, `{"prompt":"x","n":2}`, nil},
		{"error-max-tokens", plain, "POST", completions, `{"prompt":"x","max_tokens":0}`, nil},
		{"error-min-tokens", plain, "POST", completions, `{"prompt":"x","max_tokens":2,"min_tokens":3}`, nil},
		{"error-too-long", func(c *Config) { c.MaxModelLen = 4 }, "POST", completions, `{"prompt":" the of and to"}`, nil},
		{"error-too-much", func(c *Config) { c.MaxModelLen = 4 }, "POST", completions, `{"prompt":" the of","max_tokens":3}`, nil},
		{"error-stream-options", plain, "POST", completions, `{"prompt":"x","stream_options":{"include_usage":true}}`, nil},
		{"error-path", plain, "POST", "/v2/completions", `{}`, nil},
		{"error-method", plain, "GET", completions, "", nil},
		{"error-fault", plain, "POST", completions, `{"prompt":"x"}`, []string{"X-Simulate-Fault: no-such"}},
		{"error-no-key", func(c *Config) { c.APIKey = "secret" }, "POST", completions, `{"prompt":"x"}`, nil},
		{"error-wrong-key", func(c *Config) { c.APIKey = "secret" }, "GET", "/v1/models", "", []string{"Authorization: Bearer other"}},
		{"key", func(c *Config) { c.APIKey = "secret" }, "GET", "/v1/models", "", []string{"Authorization: Bearer secret"}},
		{"key-open-health", func(c *Config) { c.APIKey = "secret" }, "GET", "/health", "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := exactConfig()
				test.change(&c)
				b := inBubble(t, c)
				golden(t, "answers/"+test.name+".http", []byte(b.ask(t, test.method, test.path, test.body, test.headers...)))
				b.stop(t)
			})
		})
	}
}

// A client of HTTP/1.0 gets no chunks and the end of the connection.
func TestHTTP10(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := inBubble(t, exactConfig())
		conn := b.pipes.dial()
		go io.WriteString(conn, rawRequest("POST", completions, "1.0", `{"prompt":" the","max_tokens":2,"ignore_eos":true,"stream":true}`))
		got, err := io.ReadAll(conn)
		if err != nil {
			t.Error(err)
		}
		golden(t, "answers/http10.http", got)
		b.stop(t)
	})
}

// One connection serves one request after another, streamed or not.
func TestKeepAlive(t *testing.T) {
	t.Parallel()
	s := start(t, fixedConfig(0, 0))
	dials := 0
	client := &http.Client{Transport: countDials(&dials)}
	for i := range 6 {
		body := fmt.Sprintf(`{"prompt":" the","max_tokens":5,"ignore_eos":true,"stream":%v}`, i%2 == 0)
		r, err := client.Post(s.URL()+completions, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(r.Body); err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
	}
	client.CloseIdleConnections()
	s.stop(t)
	if dials != 1 {
		t.Errorf("%d connections for 6 requests", dials)
	}
}

// A queue with a bound answers 429, to streams too, and the metrics tell how it stands.
func TestQueueFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := exactConfig()
		c.Slots, c.MaxQueue = 1, 1
		b := inBubble(t, c)
		const body = `{"prompt":" the","max_tokens":9,"ignore_eos":true,"stream":true}`
		answers := make(chan string, 2)
		for range 2 {
			go func() { answers <- b.ask(t, "POST", completions, body) }()
			synctest.Wait()
		}
		time.Sleep(30 * time.Millisecond) // The second token is out.
		golden(t, "answers/error-queue-full.http", []byte(b.ask(t, "POST", completions, body)))
		golden(t, "answers/metrics-busy.http", []byte(b.ask(t, "GET", "/metrics", "")))
		for range 2 {
			if a := <-answers; !strings.HasPrefix(a, "HTTP/1.1 200 OK") || strings.Count(a, "data: ") != 10 {
				t.Errorf("a queued request got %q", a)
			}
		}
		golden(t, "answers/metrics-done.http", []byte(b.ask(t, "GET", "/metrics", "")))
		b.stop(t)
	})
}

// A client that leaves gives up its slot at once, streamed or not.
func TestDisconnectFreesTheSlot(t *testing.T) {
	t.Parallel()
	for _, stream := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			c := exactConfig()
			c.Slots = 1
			b := inBubble(t, c)
			conn := b.pipes.dial()
			go io.WriteString(conn, rawRequest("POST", completions, "1.1", fmt.Sprintf(`{"prompt":" the","max_tokens":1000,"ignore_eos":true,"stream":%v}`, stream)))
			go io.Copy(io.Discard, conn)
			time.Sleep(40 * time.Millisecond)
			if l := b.scheduler.load(); l.running != 1 {
				t.Errorf("load %+v", l)
			}
			conn.Close()
			synctest.Wait()
			if l := b.scheduler.load(); l != (load{}) {
				t.Errorf("stream=%v: load %+v after the client has left", stream, l)
			}
			b.stop(t)
			r := readTruth(t, b.truth.Bytes())
			if len(r) != 1 || !r[0].Cancelled || r[0].FinishReason != "" {
				t.Errorf("stream=%v: truth %+v", stream, r)
			}
			if stream && r[0].OutputTokens != 3 {
				t.Errorf("%d tokens sent in 40 ms, want 3", r[0].OutputTokens)
			}
		})
	}
}

// A server told to stop lets a stream finish, within the limit; afterwards it cuts it.
func TestDrain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		tokens, limit time.Duration
		whole         bool
	}{
		{tokens: 50, limit: time.Second, whole: true},
		{tokens: 500, limit: time.Second, whole: false},
		{tokens: 50, limit: 0, whole: false},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := exactConfig()
			c.DrainLimit = test.limit
			b := inBubble(t, c)
			answer := make(chan string)
			go func() {
				answer <- b.ask(t, "POST", completions, fmt.Sprintf(`{"prompt":" the","max_tokens":%d,"ignore_eos":true,"stream":true}`, test.tokens))
			}()
			time.Sleep(100 * time.Millisecond)
			began := time.Now()
			b.cancel()
			got := <-answer
			if err := <-b.done; err != nil {
				t.Error(err)
			}
			if whole := strings.HasSuffix(got, "data: [DONE]\n\n\r\n0\r\n\r\n"); whole != test.whole {
				t.Errorf("%+v: the stream ended in %q", test, got[max(0, len(got)-60):])
			}
			if took := time.Since(began); took > test.limit+600*time.Millisecond {
				t.Errorf("%+v: stopping took %v", test, took)
			}
			r := readTruth(t, b.truth.Bytes())
			if len(r) != 1 || r[0].Cancelled == test.whole {
				t.Errorf("%+v: truth %+v", test, r)
			}
		})
	}
}

func TestServesOnlyOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := inBubble(t, exactConfig())
		synctest.Wait()
		if err := b.Serve(t.Context(), newPipes()); err == nil {
			t.Error("a server served twice")
		}
		b.stop(t)
	})
}

// A listener that fails ends Serve with its error, and the truth log is whole.
func TestListenerFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := inBubble(t, exactConfig())
		synctest.Wait()
		b.pipes.Close()
		if err := <-b.done; err == nil || !strings.Contains(err.Error(), "serve http://pipe") {
			t.Errorf("got %v", err)
		}
	})
}

// A prompt that was served before is cached, until the cache is reset; the usage, the metrics and the TTFT all say so.
func TestPrefixCache(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := exactConfig()
		c.PrefixCacheTokens = 1 << 10
		b := inBubble(t, c)
		body := fmt.Sprintf(`{"prompt":"%s","max_tokens":1,"ignore_eos":true,"stream":true,"stream_options":{"include_usage":true}}`, strings.Repeat(" the", 100))
		ask := func(wantCached int) {
			t.Helper()
			began := time.Now()
			got := b.ask(t, "POST", completions, body)
			if want := fmt.Sprintf(`"prompt_tokens":100,"total_tokens":101,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":%d}`, wantCached); !strings.Contains(got, want) {
				t.Errorf("no %s in %q", want, got)
			}
			if took, want := time.Since(began), 10*ms+time.Duration(100-wantCached)*ms; took != want {
				t.Errorf("took %v, want %v", took, want)
			}
		}
		ask(0)
		ask(96)
		b.ask(t, "POST", "/reset_prefix_cache", "")
		ask(0)
		if m := b.ask(t, "GET", "/metrics", ""); !strings.Contains(m, `vllm:prefix_cache_queries_total{engine="0",model_name="simulated"} 300`) ||
			!strings.Contains(m, `vllm:prefix_cache_hits_total{engine="0",model_name="simulated"} 96`) {
			t.Errorf("metrics: %s", m)
		}
		b.stop(t)
	})
}

// The text depends on the prompt and the seeds, not on when or how it was asked for.
func TestOutputIsRepeatable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := inBubble(t, exactConfig())
		text := func(prompt string, seed int) string {
			answer := b.ask(t, "POST", completions, fmt.Sprintf(`{"prompt":%q,"seed":%d,"max_tokens":200}`, prompt, seed))
			_, text, _ := strings.Cut(answer, `"text":`)
			text, _, _ = strings.Cut(text, `,"logprobs"`)
			return text
		}
		first := text(" the", 0)
		if again := text(" the", 0); again != first {
			t.Errorf("%q and %q", first, again)
		}
		if text(" of", 0) == first || text(" the", 1) == first {
			t.Error("another prompt or seed gave the same text")
		}
		b.stop(t)
	})
}
