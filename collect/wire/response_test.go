package wire

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// answer is what a parser made of a connection's bytes.
type answer struct {
	head  Head
	heads int
	body  string
	done  bool
	keep  bool
	err   error
}

// parse feeds s in pieces of n bytes, then the end of the connection.
func parse(s string, n int) answer {
	var a answer
	var r response
	r.reset()
	r.head = func(h Head, _ int64) { a.head = h; a.heads++ }
	r.body = func(p []byte, _ int64) error { a.body += string(p); return nil }
	for i := 0; i < len(s) && a.err == nil && r.state != complete; i += n {
		a.err = r.feed([]byte(s[i:min(i+n, len(s))]), int64(i))
	}
	a.done = r.state == complete
	if a.err == nil && !a.done {
		a.err = r.end()
	}
	a.keep = r.keep
	return a
}

var answers = []struct {
	name, wire string
	want       answer
	fails      error
}{
	{"length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", answer{head: Head{Status: 200}, body: "abc", done: true, keep: true}, nil},
	{"LF alone", "HTTP/1.1 200 OK\nContent-Length: 3\n\nabc", answer{head: Head{Status: 200}, body: "abc", done: true, keep: true}, nil},
	{"no body", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", answer{head: Head{Status: 503}, done: true, keep: true}, nil},
	{"no reason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", answer{head: Head{Status: 200}, done: true, keep: true}, nil},
	{"chunks", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
		answer{head: Head{Status: 200, ContentType: "text/event-stream"}, body: "abc0123456789", done: true, keep: true}, nil},
	{"trailer", "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n1\r\na\r\n0\r\nX-T: 1\r\n\r\n", answer{head: Head{Status: 200}, body: "a", done: true, keep: true}, nil},
	{"to the end of the connection", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\nabc", answer{head: Head{Status: 200, ContentType: "text/event-stream; charset=utf-8"}, body: "abc"}, nil},
	{"close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na", answer{head: Head{Status: 200}, body: "a", done: true}, nil},
	{"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", answer{head: Head{Status: 200}, body: "a", done: true}, nil},
	{"continue first", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", answer{head: Head{Status: 200}, body: "a", done: true, keep: true}, nil},
	{"204", "HTTP/1.1 204 No Content\r\n\r\n", answer{head: Head{Status: 204}, done: true, keep: true}, nil},
	{"redirect", "HTTP/1.1 307 T\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", answer{head: Head{Status: 307, Location: "/x"}, done: true, keep: true}, nil},
	{"refused for a while", "HTTP/1.1 429 T\r\nretry-after: 3\r\nContent-Length: 0\r\n\r\n", answer{head: Head{Status: 429, RetryAfter: "3"}, done: true, keep: true}, nil},
	{"a header that looks like the last chunk", "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5, max=100\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", answer{head: Head{Status: 200}, body: "a", done: true, keep: true}, nil},
	{"nothing", "", answer{}, ErrNoAnswer},
	{"half a head", "HTTP/1.1 200 OK\r\nContent-", answer{}, ErrBrokenOff},
	{"short of its length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", answer{head: Head{Status: 200}, body: "abc"}, ErrBrokenOff},
	{"no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", answer{head: Head{Status: 200}, body: "a"}, ErrBrokenOff},
	{"another protocol", "SSH-2.0-OpenSSH_9\r\n", answer{}, ErrNotHTTP},
	{"HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", answer{}, ErrNotHTTP},
	{"bad size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", answer{head: Head{Status: 200}}, ErrNotHTTP},
	{"no end of chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", answer{head: Head{Status: 200}, body: "a"}, ErrNotHTTP},
	{"bad length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", answer{}, ErrNotHTTP},
	{"bad field", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", answer{}, ErrNotHTTP},
}

func TestResponse(t *testing.T) {
	t.Parallel()
	for _, c := range answers {
		for n := 1; n <= len(c.wire)+1; n++ {
			got := parse(c.wire, n)
			ok := errors.Is(got.err, c.fails) && got.head == c.want.head && got.body == c.want.body
			if c.fails == nil {
				ok = ok && got.err == nil && got.done == c.want.done && got.keep == c.want.keep && got.heads == 1
			}
			if !ok {
				t.Errorf("%s in pieces of %d: %+v, want %+v failing with %v", c.name, n, got, c.want, c.fails)
				break
			}
		}
	}
}

func TestResponseHeadTooLarge(t *testing.T) {
	t.Parallel()
	if a := parse("HTTP/1.1 200 OK\r\n"+strings.Repeat("X: y\r\n", 20000), 4096); !errors.Is(a.err, ErrNotHTTP) {
		t.Errorf("an endless head gives %v", a.err)
	}
}

// However an answer is cut into reads, it is the same; and where net/http and this parser both take it, they agree.
func FuzzResponse(f *testing.F) {
	for _, c := range answers {
		f.Add(c.wire, 3)
	}
	f.Fuzz(func(t *testing.T, wire string, n int) {
		if n < 1 || n > 1<<16 {
			n = 1
		}
		whole, pieces := parse(wire, len(wire)+1), parse(wire, n)
		if whole.head != pieces.head || whole.body != pieces.body || (whole.err == nil) != (pieces.err == nil) {
			t.Errorf("in pieces of %d: %+v, whole: %+v", n, pieces, whole)
		}
		resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(wire)), nil)
		if err != nil || whole.err != nil || !resp.ProtoAtLeast(1, 1) || resp.StatusCode < 200 || resp.StatusCode == 204 || resp.StatusCode == 304 {
			return
		}
		body, err := io.ReadAll(resp.Body)
		if err == nil && (resp.StatusCode != whole.head.Status || !bytes.Equal(body, []byte(whole.body))) {
			t.Errorf("status %d and body %q, net/http has %d and %q", whole.head.Status, whole.body, resp.StatusCode, body)
		}
	})
}

func BenchmarkResponseChunk(b *testing.B) {
	var r response
	r.reset()
	r.head = func(Head, int64) {}
	r.body = func([]byte, int64) error { return nil }
	if err := r.feed([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), 0); err != nil {
		b.Fatal(err)
	}
	chunk := []byte("c8\r\n" + strings.Repeat("x", 200) + "\r\n")
	b.ReportAllocs()
	for b.Loop() {
		if err := r.feed(chunk, 1); err != nil {
			b.Fatal(err)
		}
	}
}
