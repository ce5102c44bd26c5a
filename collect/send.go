package collect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"

	"llmbench/store"
)

// sender sends one request at a time per goroutine over net/http and feeds the answer to an exchange.
type sender struct {
	transport http.RoundTripper
	target    Target
	timeouts  Timeouts
	media     media
	nowNS     func() int64
}

// buffers of the size of a socket read; large enough that a burst of events is one read.
var readBuffers = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// send does one request from the first byte to the last and leaves everything in x. It never fails: what goes wrong is
// the request's status.
func (s *sender) send(ctx context.Context, x *exchange, body []byte, requestID string) {
	ctx, watch := newWatchdog(ctx, s.timeouts)
	defer watch.stop()
	trace := &requestTrace{nowNS: s.nowNS}
	req, err := s.request(httptrace.WithClientTrace(ctx, trace.hooks()), body, requestID)
	x.begin(x.rec, s.nowNS())
	if err != nil {
		x.end(&statusError{store.StatusConnectError, err.Error()}, s.nowNS())
		return
	}
	resp, err := s.transport.RoundTrip(req)
	trace.into(x.rec)
	if err != nil {
		x.end(sendError(ctx, err), s.nowNS())
		return
	}
	defer resp.Body.Close()
	watch.answered()
	s.read(ctx, watch, resp, x)
}

func (s *sender) request(ctx context.Context, body []byte, requestID string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.target.URL(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make a request to %s: %w", s.target.URL(), err)
	}
	for key, values := range s.target.Header {
		req.Header[key] = values
	}
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
	}
	req.Header.Set("Content-Type", s.media.sent)
	req.Header.Set("Accept", s.media.accepted)
	req.Header.Set("X-Request-Id", requestID)
	// An empty key is not sent, but lets the transport dial again when a kept connection turns out to be closed before
	// a byte of the answer came: llama.cpp closes after every stream without saying so.
	req.Header["X-Idempotency-Key"] = []string{}
	return req, nil
}

// read takes the answer to the end of its body, so that the connection can be used again. Each read is stamped before
// anything is decoded.
func (s *sender) read(ctx context.Context, watch *watchdog, resp *http.Response, x *exchange) {
	x.retryAfter = resp.Header.Get("Retry-After")
	x.head(resp.StatusCode, resp.Header.Get("Content-Type"), resp.Header.Get("Location"))
	buffer := readBuffers.Get().(*[32 << 10]byte)
	defer readBuffers.Put(buffer)
	for {
		n, err := resp.Body.Read(buffer[:])
		atNS := s.nowNS()
		if n > 0 {
			watch.read()
			if bodyErr := x.body(buffer[:n], atNS); bodyErr != nil {
				x.end(bodyErr, atNS)
				return
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			x.end(nil, atNS)
			return
		default:
			x.end(readError(ctx, err), atNS)
			return
		}
	}
}

// sendError is the status of a request that got no answer.
func sendError(ctx context.Context, err error) error {
	if cause := contextStatus(ctx); cause != nil {
		return cause
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" && op.Timeout() {
		return &statusError{store.StatusConnectTimeout, err.Error()}
	}
	return &statusError{store.StatusConnectError, connectText(err)}
}

func connectText(err error) string {
	if errors.Is(err, io.EOF) {
		return "the server closed the connection without an answer"
	}
	return err.Error()
}

// readError is the status of an answer that broke off.
func readError(ctx context.Context, err error) error {
	if cause := contextStatus(ctx); cause != nil {
		return cause
	}
	text := err.Error()
	if errors.Is(err, io.ErrUnexpectedEOF) {
		text = "the connection was closed in the middle of the answer"
	}
	return &statusError{store.StatusTruncated, text}
}

// contextStatus is why the request's context ended: a timeout of the watchdog, or the user's Ctrl-C.
func contextStatus(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	if e, ok := errors.AsType[*statusError](context.Cause(ctx)); ok {
		return e
	}
	return &statusError{store.StatusCancelled, "cancelled"}
}

// requestTrace notes the moments net/http tells of. Its hooks run on the transport's goroutines and may run twice or
// late (a second dial, an abandoned one), so all is atomic and the last one counts.
type requestTrace struct {
	nowNS            func() int64
	wrote, firstByte atomic.Int64
	reused, got      atomic.Bool
}

func (t *requestTrace) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			t.reused.Store(info.Reused)
			t.got.Store(true)
		},
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err == nil {
				t.wrote.Store(t.nowNS())
			}
		},
		GotFirstResponseByte: func() { t.firstByte.Store(t.nowNS()) },
	}
}

func (t *requestTrace) into(rec *store.Record) {
	known := func(v *atomic.Int64) store.NullInt { n := v.Load(); return store.NullInt{V: n, Valid: n != 0} }
	rec.WroteNS, rec.FirstByteNS = known(&t.wrote), known(&t.firstByte)
	rec.ConnectionReused = store.NullBool{V: t.reused.Load(), Valid: t.got.Load()}
}

// watchdog ends a request whose time is up: one timer, moved along.
type watchdog struct {
	cancel   context.CancelCauseFunc
	timeouts Timeouts
	total    *time.Timer
	wait     *time.Timer
}

func newWatchdog(ctx context.Context, t Timeouts) (context.Context, *watchdog) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watchdog{cancel: cancel, timeouts: t}
	w.total = w.after(t.Total, store.StatusTotalTimeout, "the request was not complete")
	w.wait = w.after(t.FirstByte, store.StatusFirstByteTimeout, "no answer came")
	return ctx, w
}

func (w *watchdog) after(d time.Duration, status, what string) *time.Timer {
	if d <= 0 {
		return nil
	}
	return time.AfterFunc(d, func() { w.cancel(timeoutError(status, what, d)) })
}

// answered turns the wait for the first byte into the wait between reads.
func (w *watchdog) answered() {
	if w.wait != nil {
		w.wait.Stop()
	}
	w.wait = w.after(w.timeouts.Idle, store.StatusIdleTimeout, "nothing came")
}

func (w *watchdog) read() {
	if w.wait != nil {
		w.wait.Reset(w.timeouts.Idle)
	}
}

func (w *watchdog) stop() {
	for _, t := range []*time.Timer{w.total, w.wait} {
		if t != nil {
			t.Stop()
		}
	}
	w.cancel(nil)
}
