package collect

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"llmbench/collect/protocol"
	"llmbench/store"
)

// carriers are the ways a request can travel; every test of an answer runs over each.
var carriers = []string{"net/http", "wire"}

// atOnce is a limit that is over as soon as anybody looks: no test waits for one to pass. How long limits last is tested
// in virtual time.
const atOnce = time.Nanosecond

// sendTo sends one request to a real server and gives its record.
func sendTo(t *testing.T, by, url string, timeouts Timeouts, stream bool) *store.Record {
	t.Helper()
	return sendAs(t, "vllm", by, url, []byte(`{}`), timeouts, stream)
}

// sendAs sends a body to a real server as a backend does and gives its record.
func sendAs(t *testing.T, name, by, url string, body []byte, timeouts Timeouts, stream bool) *store.Record {
	t.Helper()
	backend, err := protocol.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	e := New(Config{Target: Target{BaseURL: url, Endpoint: backend.Endpoint, Header: http.Header{"X-Extra": {"1"}}}, Backend: backend,
		Protocol: protocol.Config{Stream: stream}, Timeouts: timeouts}, prompts(1), nil)
	var c carrier = e.newHTTPCarrier()
	if by == "wire" {
		if c, err = e.plainCarrier(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	x := newExchange(new(store.Record), &backend, stream, true)
	ended := make(chan struct{})
	c.send(t.Context(), x, body, "id-1", func() { close(ended) })
	<-ended
	if err := c.close(); err != nil {
		t.Error(err)
	}
	return x.rec
}

// overEach runs a test over every carrier.
func overEach(t *testing.T, test func(t *testing.T, by string)) {
	t.Helper()
	for _, by := range carriers {
		t.Run(by, func(t *testing.T) { t.Parallel(); test(t, by) })
	}
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// answer is a handler that sends a fixed answer.
func answer(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func TestSendStatuses(t *testing.T) {
	t.Parallel()
	good := completion("a", "stop", "") + doneEvent
	for _, c := range []struct {
		name   string
		serve  http.HandlerFunc
		status string
		http   int64
		says   string
	}{
		{"ok", answer(200, "text/event-stream", good), "ok", 200, ""},
		{"ok with a charset", answer(200, "text/event-stream; charset=utf-8", good), "ok", 200, ""},
		{"a stream that calls itself text", answer(200, "text/plain", good), "ok", 200, ""},
		{"404 with a message", answer(404, "application/json", `{"error":{"message":"The model nope does not exist.","code":404}}`), "http_error", 404, "The model nope does not exist."},
		{"400 of an older vLLM", answer(400, "application/json", `{"object":"error","message":"too long"}`), "http_error", 400, "too long"},
		{"FastAPI's 422", answer(422, "application/json", `{"detail":[{"msg":"field required"}]}`), "http_error", 422, "field required"},
		{"500 as text", answer(500, "text/plain", "Internal Server Error"), "http_error", 500, "Internal Server Error"},
		{"503 without a body", answer(503, "", ""), "http_error", 503, "Service Unavailable"},
		{"HTML", answer(200, "text/html", "<html>login</html>"), "stream_error", 200, "not an event stream"},
		{"error as JSON with status 200", answer(200, "application/json", `{"error":{"message":"overloaded"}}`), "stream_error", 200, "overloaded"},
		{"a whole answer where a stream was asked for", answer(200, "application/json", `{"choices":[{"text":"a","finish_reason":"stop"}]}`), "stream_error", 200, "asked for an event stream"},
		{"broken JSON", answer(200, "application/json", `{`), "stream_error", 200, "not JSON"},
		{"empty", answer(200, "text/event-stream", ""), "truncated", 200, "empty"},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, "http_error", 307, "/elsewhere"},
	} {
		overEach(t, func(t *testing.T, by string) {
			rec := sendTo(t, by, serve(t, c.serve), Timeouts{}, true)
			if rec.Status != c.status || rec.HTTPStatus != store.Int(c.http) || !strings.Contains(rec.Error.V, c.says) {
				t.Errorf(c.name+": status %s, HTTP %v, error %q; want %s, %d, %q", rec.Status, rec.HTTPStatus, rec.Error.V, c.status, c.http, c.says)
			}
			if !rec.SentNS.Valid || !rec.DoneNS.Valid || !rec.WroteNS.Valid || !rec.FirstByteNS.Valid {
				t.Errorf("times missing: %+v", rec.Request)
			}
		})
	}
}

func TestSendHeaders(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, by string) {
		header := make(chan http.Header, 1)
		url := serve(t, func(w http.ResponseWriter, r *http.Request) {
			header <- r.Header.Clone()
			answer(200, "text/event-stream", completion("a", "stop", ""))(w, r)
		})
		sendTo(t, by, url, Timeouts{}, true)
		got := <-header
		for key, want := range map[string]string{"Accept": "text/event-stream", "Content-Type": "application/json", "X-Request-Id": "id-1", "X-Extra": "1", "Accept-Encoding": "", "X-Idempotency-Key": "", "Content-Length": "2"} {
			if got.Get(key) != want {
				t.Errorf("header %s is %q, want %q", key, got.Get(key), want)
			}
		}
	})
}

// An answer that was not streamed has an end but no first token.
func TestSendWhole(t *testing.T) {
	t.Parallel()
	url := serve(t, answer(200, "application/json", `{"id":"w","choices":[{"text":"abc","finish_reason":"length"}],"usage":{"prompt_tokens":2,"completion_tokens":3}}`))
	overEach(t, func(t *testing.T, by string) {
		rec := sendTo(t, by, url, Timeouts{}, false)
		if rec.Status != "ok" || rec.FirstTokenNS.Valid || !rec.LastTokenNS.Valid || rec.OutputTokens != store.Int(3) || rec.OutputText != store.String("abc") || len(rec.TNS) != 0 {
			t.Errorf("%+v", rec)
		}
	})
}

func TestSendUnreachable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	overEach(t, func(t *testing.T, by string) {
		if rec := sendTo(t, by, url, Timeouts{}, true); rec.Status != store.StatusConnectError || !strings.Contains(rec.Error.V, "refused") {
			t.Errorf("%s: %s", rec.Status, rec.Error.V)
		}
	})
}

// raw serves connections by hand: what a well-behaved server library would not send.
func raw(t *testing.T, serve func(net.Conn, *bufio.Reader)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				serve(conn, bufio.NewReader(conn))
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}

const streamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

func httpChunk(data string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(data), data) }

func TestSendBrokenConnections(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, send, status, says string
		chunks                   int
	}{
		{"closed without an answer", "", "connect_error", "closed the connection", 0},
		{"closed in the middle of the stream", streamHead + httpChunk(completion("a", "null", "")), "truncated", "middle of the answer", 1},
		{"closed after [DONE] without the last HTTP chunk", streamHead + httpChunk(completion("a", "stop", "")+doneEvent), "truncated", "middle of the answer", 1},
		{"not HTTP", "SSH-2.0-OpenSSH_9\r\n", "connect_error", "malformed HTTP", 0},
		{"regular", streamHead + httpChunk(completion("a", "stop", "")+doneEvent) + "0\r\n\r\n", "ok", "", 1},
	} {
		overEach(t, func(t *testing.T, by string) {
			url := raw(t, func(conn net.Conn, r *bufio.Reader) {
				if _, err := http.ReadRequest(r); err == nil {
					fmt.Fprint(conn, c.send)
				}
			})
			rec := sendTo(t, by, url, Timeouts{}, true)
			if rec.Status != c.status || !strings.Contains(rec.Error.V, c.says) || len(rec.TNS) != c.chunks {
				t.Errorf("%s: %s (%s) with %d chunks, want %s saying %q with %d", c.name, rec.Status, rec.Error.V, len(rec.TNS), c.status, c.says, c.chunks)
			}
		})
	}
}

// A reset is told from a regular end, before the answer and within it.
func TestSendReset(t *testing.T) {
	t.Parallel()
	for send, status := range map[string]string{"": store.StatusConnectError, streamHead + httpChunk(completion("a", "null", "")): store.StatusTruncated} {
		overEach(t, func(t *testing.T, by string) {
			url := raw(t, func(conn net.Conn, r *bufio.Reader) {
				req, err := http.ReadRequest(r)
				if err != nil {
					return
				}
				_, _ = r.Discard(int(req.ContentLength))
				fmt.Fprint(conn, send)
				_ = conn.(*net.TCPConn).SetLinger(0)
			})
			if rec := sendTo(t, by, url, Timeouts{}, true); rec.Status != status {
				t.Errorf("%s (%s), want %s", rec.Status, rec.Error.V, status)
			}
		})
	}
}

// A server that keeps the connection open in words but closes it after each stream (llama.cpp) costs no request.
func TestSendOverClosedConnections(t *testing.T) {
	t.Parallel()
	url := raw(t, func(conn net.Conn, r *bufio.Reader) {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		_, _ = r.Discard(int(req.ContentLength))
		fmt.Fprint(conn, strings.Replace(streamHead, "\r\n\r\n", "\r\nKeep-Alive: timeout=5, max=100\r\n\r\n", 1)+httpChunk(completion("a", "stop", "")+doneEvent)+"0\r\n\r\n")
	})
	backend, err := protocol.Lookup("vllm")
	if err != nil {
		t.Fatal(err)
	}
	overEach(t, func(t *testing.T, by string) {
		e := New(Config{Target: Target{BaseURL: url, Endpoint: "/"}, Backend: backend, Protocol: protocol.Config{Stream: true},
			Arrivals: Arrivals{Rate: 2000, Burstiness: 1}, MaxConcurrency: 4}, prompts(200), &kept{})
		if by == "net/http" {
			e.transport = NewTransport(e.config.Target, 4, Timeouts{})
		}
		o, err := e.Run(t.Context())
		if err != nil || o.Completed != 200 {
			t.Errorf("outcome %+v, error %v: want 200 completed", o, err)
		}
	})
}

func TestSendFirstByteTimeout(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	url := raw(t, func(net.Conn, *bufio.Reader) { <-release })
	t.Cleanup(func() { close(release) })
	overEach(t, func(t *testing.T, by string) {
		rec := sendTo(t, by, url, Timeouts{FirstByte: atOnce}, true)
		if rec.Status != store.StatusFirstByteTimeout {
			t.Errorf("%s: %s", rec.Status, rec.Error.V)
		}
	})
}
