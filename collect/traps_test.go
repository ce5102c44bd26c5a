package collect

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llmbench/collect/protocol"
	"llmbench/store"
)

// answering is a raw server that reads a request to its end and then answers by hand.
func answering(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	return raw(t, func(conn net.Conn, r *bufio.Reader) {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		_, _ = r.Discard(int(req.ContentLength))
		serve(conn)
	})
}

// A head is no token: it may come when the request gets its slot, long before anything is generated.
func TestHeadAlone(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	url := answering(t, func(conn net.Conn) {
		fmt.Fprint(conn, streamHead)
		<-release
	})
	t.Cleanup(func() { close(release) })
	overEach(t, func(t *testing.T, by string) {
		rec := sendTo(t, by, url, Timeouts{FirstByte: time.Hour, Idle: atOnce}, true)
		if rec.Status != store.StatusIdleTimeout || !rec.FirstByteNS.Valid || rec.FirstTokenNS.Valid || rec.LastTokenNS.Valid {
			t.Errorf("%s (%s): first byte %v, first token %v; want an idle timeout after a first byte without a token", rec.Status, rec.Error.V, rec.FirstByteNS, rec.FirstTokenNS)
		}
	})
}

// The first token is stamped when it comes, not when the head, a comment, a role or a progress report did.
func TestHeadLongBeforeToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := time.Now()
		server := func(conn net.Conn) {
			defer conn.Close()
			if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
				return
			}
			for i, part := range []string{streamHead, httpChunk(": ping\n\n"), httpChunk(delta(`{"role":"assistant","content":null}`, "null")),
				httpChunk(delta(`{"content":"a"}`, "null")), httpChunk(delta(`{}`, "stop") + doneEvent), "0\r\n\r\n"} {
				if i > 0 {
					time.Sleep(time.Second)
				}
				fmt.Fprint(conn, part)
			}
		}
		transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			client, far := net.Pipe()
			go server(far)
			return client, nil
		}}
		backend, err := protocol.Lookup("openai-chat")
		if err != nil {
			t.Fatal(err)
		}
		s := &sender{transport: transport, target: Target{BaseURL: "http://server", Endpoint: "/"}, nowNS: func() int64 { return 1 + int64(time.Since(base)) }}
		x := newExchange(new(store.Record), &backend, true, true)
		s.send(t.Context(), x, []byte("{}"), "id-1")
		const second = int64(time.Second)
		if rec := x.rec; rec.Status != "ok" || rec.FirstByteNS != store.Int(1) || rec.FirstTokenNS != store.Int(3*second+1) || rec.LastTokenNS != store.Int(4*second+1) || len(rec.TNS) != 3 {
			t.Errorf("%s (%s): first byte %v, first token %v, last %v, chunks at %v", rec.Status, rec.Error.V, rec.FirstByteNS, rec.FirstTokenNS, rec.LastTokenNS, rec.TNS)
		}
		transport.CloseIdleConnections()
	})
}

// One byte a packet, and so inside a rune, inside an event and inside the framing of HTTP; then all in one.
func TestSendCutAnywhere(t *testing.T) {
	t.Parallel()
	stream := streamHead + httpChunk("data: null\n\n"+completion("世", "null", "")) + httpChunk(": ping\n\n") +
		httpChunk(completion("界", "null", "")[:40]) + httpChunk(completion("界", "null", "")[40:]+completion("", "length", `{"prompt_tokens":2,"completion_tokens":2}`)+doneEvent) + "0\r\n\r\n"
	for _, step := range []int{1, len(stream)} {
		url := answering(t, func(conn net.Conn) {
			for i := 0; i < len(stream); i += step {
				if _, err := conn.Write([]byte(stream[i:min(i+step, len(stream))])); err != nil {
					return
				}
			}
		})
		overEach(t, func(t *testing.T, by string) {
			rec := sendTo(t, by, url, Timeouts{}, true)
			if rec.Status != "ok" || rec.OutputText != store.String("世界") || len(rec.TNS) != 3 || rec.OutputTokens != store.Int(2) {
				t.Errorf("in steps of %d: %s (%s), text %q, %d chunks, %v tokens", step, rec.Status, rec.Error.V, rec.OutputText.V, len(rec.TNS), rec.OutputTokens)
			}
		})
	}
}

// A stream without an end is bounded by the limit on the whole request; what came is kept.
func TestSendEndlessStream(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ backend, token, head string }{
		{"vllm", completion("x", "null", ""), streamHead},
		{"ollama", `{"response":"x","done":false}` + "\n", strings.Replace(streamHead, "text/event-stream", "application/x-ndjson", 1)},
	} {
		url := answering(t, func(conn net.Conn) {
			for _, err := fmt.Fprint(conn, c.head); err == nil; {
				_, err = fmt.Fprint(conn, httpChunk(c.token))
			}
		})
		overEach(t, func(t *testing.T, by string) {
			rec := sendAs(t, c.backend, by, url, []byte("{}"), Timeouts{Total: atOnce}, true)
			if came := rec.Bytes > 0; rec.Status != store.StatusTotalTimeout || came != (len(rec.TNS) > 0) || came != rec.FirstTokenNS.Valid || rec.FinishReason.Valid {
				t.Errorf("%s: %s (%s) with %d bytes in %d chunks, want a total timeout with what came", c.backend, rec.Status, rec.Error.V, rec.Bytes, len(rec.TNS))
			}
		})
	}
}

// A megabyte in one event is one chunk; an event that never ends is an error, not memory.
func TestSendLargeEvents(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("y", 1<<20)
	url := answering(t, func(conn net.Conn) {
		fmt.Fprint(conn, streamHead, httpChunk(completion(large, "null", "")), httpChunk(completion("z", "stop", "")+doneEvent), "0\r\n\r\n")
	})
	endless := answering(t, func(conn net.Conn) {
		for _, err := fmt.Fprint(conn, streamHead+httpChunk("data: ")); err == nil; {
			_, err = fmt.Fprint(conn, httpChunk(large))
		}
	})
	overEach(t, func(t *testing.T, by string) {
		rec := sendTo(t, by, url, Timeouts{}, true)
		if rec.Status != "ok" || len(rec.TNS) != 2 || rec.OutputText.V != large+"z" {
			t.Errorf("%s (%s) with %d chunks and %d bytes of text", rec.Status, rec.Error.V, len(rec.TNS), len(rec.OutputText.V))
		}
		rec = sendTo(t, by, endless, Timeouts{}, true)
		if rec.Status != store.StatusStreamError || rec.Error.V != errEventTooLarge.Error() || rec.Bytes > maxEventBytes+2<<20 {
			t.Errorf("an endless event: %s (%s) after %d bytes", rec.Status, rec.Error.V, rec.Bytes)
		}
	})
}

// Answers of a server that is right about HTTP and wrong about its stream, over each carrier.
func TestSendOddStreams(t *testing.T) {
	t.Parallel()
	one := completion("a", "null", "")
	for _, c := range []struct {
		name, backend, contentType, body, status, says string
		chunks                                         int
	}{
		{"no [DONE], no finish reason", "vllm", "text/event-stream", one, "truncated", "without a finish reason", 1},
		{"no [DONE] but a finish reason", "vllm", "text/event-stream", one + completion("", "stop", ""), "ok", "", 2},
		{"an error and [DONE] with status 200", "openai", "text/event-stream", "data: {\"error\":{\"message\":\"queue is full\",\"code\":429}}\n\n" + doneEvent, "stream_error", "queue is full", 0},
		{"an error in the middle", "openai-chat", "text/event-stream", delta(`{"content":"a"}`, "null") + "data: {\"error\":{\"message\":\"out of memory\"}}\n\n" + doneEvent, "stream_error", "out of memory", 1},
		{"an error without framing", "openai", "text/event-stream", one + `{"error":{"message":"out of blocks"}}`, "stream_error", "out of blocks", 1},
		{"an error as JSON that calls itself a stream", "openai", "text/event-stream", `{"error":{"message":"overloaded"}}`, "stream_error", "overloaded", 0},
		{"given up by the server", "vllm", "text/event-stream", one + completion("", "abort", "") + doneEvent, "stream_error", "gave the request up", 2},
		{"comments and nulls alone", "vllm", "text/event-stream", ": a\n\ndata: null\n\n:\n\n", "truncated", "without a finish reason", 0},
		{"lines where events are due", "vllm", "application/x-ndjson", `{"response":"a","done":true}` + "\n", "truncated", "without a finish reason", 0},
		{"events where lines are due", "ollama", "text/event-stream", one, "stream_error", "not JSON", 0},
		{"lines without an end", "ollama", "application/x-ndjson", `{"response":"a","done":false}`, "truncated", "without a finish reason", 1},
		{"a stream with no mark of its end", "tensorrt-llm", "text/event-stream", "data: {\"text_output\":\"a\"}\n\n", "ok", "", 1},
		{"no stream at all", "tensorrt-llm", "text/event-stream", "", "truncated", "empty", 0},
		{"nothing that is a token", "tensorrt-llm", "text/event-stream", "data: {}\n\n", "truncated", "without a finish reason", 0},
		{"an embedding without one", "openai-embeddings", "application/json", `{}`, "truncated", "without a finish reason", 0},
		{"an error in place of an embedding", "openai-embeddings", "application/json", `{"error":"no"}`, "stream_error", "no", 0},
	} {
		url := serve(t, answer(200, c.contentType, c.body))
		overEach(t, func(t *testing.T, by string) {
			rec := sendAs(t, c.backend, by, url, []byte("{}"), Timeouts{}, true)
			if rec.Status != c.status || !strings.Contains(rec.Error.V, c.says) || rec.Error.Valid != (c.status != "ok") || len(rec.TNS) != c.chunks {
				t.Errorf("%s: %s (%s) with %d chunks, want %s saying %q with %d", c.name, rec.Status, rec.Error.V, len(rec.TNS), c.status, c.says, c.chunks)
			}
		})
	}
}
