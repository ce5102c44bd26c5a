package collect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"

	"llmbench/collect/wire"
	"llmbench/store"
)

// wireCarrier carries requests over sockets of our own.
type wireCarrier struct {
	client *wire.Client
	// head is that of every request up to the fields of its own.
	head  []byte
	uncut func() bool
}

var _ carrier = (*wireCarrier)(nil)

var errCancelled = &statusError{store.StatusCancelled, "cancelled"}

// plainCarrier speaks HTTP/1.1 over package wire.
func (e *Engine) plainCarrier(ctx context.Context) (carrier, error) {
	return newWireCarrier(ctx, e.config.Target, e.config.Timeouts, e.config.media(), e.nowNS)
}

func newWireCarrier(ctx context.Context, t Target, timeouts Timeouts, m media, nowNS func() int64) (*wireCarrier, error) {
	u, err := url.Parse(t.URL())
	if err != nil {
		return nil, err
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), "80")
	}
	dialer := &net.Dialer{Timeout: timeouts.Connect}
	client, err := wire.NewClient(wire.Config{
		Dial:   func(ctx context.Context) (net.Conn, error) { return dialer.DialContext(ctx, "tcp", host) },
		NowNS:  nowNS,
		Limits: wire.Limits{FirstByte: timeouts.FirstByte, Idle: timeouts.Idle, Total: timeouts.Total},
	})
	if err != nil {
		return nil, err
	}
	uncut := context.AfterFunc(ctx, func() { client.Cut(errCancelled) })
	return &wireCarrier{client: client, head: requestHead(u, t.Header, m), uncut: uncut}, nil
}

// requestHead builds the part of a head that is equal for all requests.
func requestHead(u *url.URL, header http.Header, m media) []byte {
	fields := header.Clone()
	if fields == nil {
		fields = http.Header{}
	}
	fields.Set("Content-Type", m.sent)
	fields.Set("Accept", m.accepted)
	host := u.Host
	if own := fields.Get("Host"); own != "" {
		host = own
	}
	for _, name := range []string{"Host", "X-Request-Id"} { // written once, below and by send
		fields.Del(name)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: llmbench\r\n", u.RequestURI(), host)
	_ = fields.Write(&b) // a buffer takes everything
	return b.Bytes()
}

// warm leaves a failure to the requests, whose rows can tell it.
func (c *wireCarrier) warm(n int) { _ = c.client.Warm(n) }

func (c *wireCarrier) send(_ context.Context, x *exchange, body []byte, requestID string, ended func()) {
	a := &x.carried
	a.x, a.ended, a.buffer = x, ended, requestBuffers.Get().(*[]byte)
	const ownFields = 64 // and their values
	data := append(slices.Grow((*a.buffer)[:0], len(c.head)+len(requestID)+ownFields+len(body)), c.head...)
	data = append(append(data, "X-Request-Id: "...), requestID...)
	data = strconv.AppendInt(append(data, "\r\nContent-Length: "...), int64(len(body)), 10)
	data = append(append(data, "\r\n\r\n"...), body...)
	a.request = wire.Request{Data: data, Answer: a}
	c.client.Send(&a.request)
}

func (c *wireCarrier) close() error {
	c.uncut()
	return c.client.Close()
}

// requestBuffers are shared by all requests, for each needs one only until its answer begins: of ten thousand streams a few
// are being sent.
var requestBuffers = sync.Pool{New: func() any { return new([]byte) }}

// carried is a request on the wire, which feeds its exchange.
type carried struct {
	x       *exchange
	ended   func()
	request wire.Request
	buffer  *[]byte // of the request's data; nil when it has been given back
}

var _ wire.Answer = (*carried)(nil)

func (a *carried) Sent(atNS int64, reused bool) { a.x.sentAt(atNS, reused) }
func (a *carried) Again()                       { a.x.rec.ConnectionReused = store.NullBool{V: false, Valid: true} }
func (a *carried) Wrote(atNS int64)             { a.x.rec.WroteNS = store.Int(atNS) }

// Spent gives the buffer back.
func (a *carried) Spent() {
	if a.buffer == nil {
		return
	}
	*a.buffer, a.request.Data = a.request.Data[:0], nil
	requestBuffers.Put(a.buffer)
	a.buffer = nil
}

func (a *carried) Head(h wire.Head, atNS int64) {
	a.x.rec.FirstByteNS = store.Int(atNS)
	a.x.retryAfter = h.RetryAfter
	a.x.head(h.Status, h.ContentType, h.Location)
}

func (a *carried) Body(p []byte, atNS int64) error { return a.x.body(p, atNS) }

func (a *carried) End(err error, atNS int64) {
	a.Spent()
	a.x.end(wireStatus(err), atNS)
	a.ended()
}

// limitStatus is the status of each limit.
var limitStatus = map[string]string{
	wire.LimitFirstByte: store.StatusFirstByteTimeout,
	wire.LimitIdle:      store.StatusIdleTimeout,
	wire.LimitTotal:     store.StatusTotalTimeout,
}

// wireStatus gives an error of package wire the status its request gets.
func wireStatus(err error) error {
	if limit, ok := errors.AsType[*wire.LimitError](err); ok {
		return &statusError{limitStatus[limit.Limit], limit.Error()}
	}
	if dial, ok := errors.AsType[*wire.DialError](err); ok {
		if n, ok := errors.AsType[net.Error](dial.Err); ok && n.Timeout() {
			return &statusError{store.StatusConnectTimeout, dial.Error()}
		}
		return &statusError{store.StatusConnectError, dial.Error()}
	}
	switch {
	case errors.Is(err, wire.ErrNoAnswer), errors.Is(err, wire.ErrNotHTTP):
		return &statusError{store.StatusConnectError, err.Error()}
	case errors.Is(err, wire.ErrBrokenOff):
		return &statusError{store.StatusTruncated, err.Error()}
	}
	return err
}
