package collect

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"sync"
	"time"

	"llmbench/collect/protocol"
	"llmbench/store"
)

// carrier sends requests and feeds their answers to exchanges.
type carrier interface {
	// warm opens up to n connections before the load. It may fail in part: requests then open their own.
	warm(n int)
	// send starts a request. ended is called once, when the exchange has ended, on any goroutine.
	send(ctx context.Context, x *exchange, body []byte, requestID string, ended func())
	// close lets go of all connections; no request may be under way.
	close() error
}

// newCarrier chooses how requests travel: by package wire where the target can be reached so, else by net/http. When ctx
// ends, requests under way are cut.
func (e *Engine) newCarrier(ctx context.Context) (carrier, error) {
	if e.transport == nil && e.config.Target.plain() {
		return e.plainCarrier(ctx)
	}
	return e.newHTTPCarrier(), nil
}

func (e *Engine) newHTTPCarrier() *httpCarrier {
	c, transport := &e.config, e.transport
	if transport == nil {
		transport = NewTransport(c.Target, e.connections(), c.Timeouts)
	}
	return &httpCarrier{
		sender:   sender{transport: transport, target: c.Target, timeouts: c.Timeouts, media: c.media(), nowNS: e.nowNS},
		warmable: e.transport == nil,
	}
}

// media are the media types of all requests of a load: of the bodies sent, and of the answers asked for.
type media struct{ sent, accepted string }

func (c *Config) media() media {
	framing := c.Backend.Framing
	if !c.Protocol.Stream {
		framing = protocol.FramingNone
	}
	return media{sent: protocol.ContentType(c.Backend.Protocol), accepted: framing.Accept()}
}

// connections is how many the load is likely to need at once: the concurrency limit, all requests when all go at once,
// or four seconds' worth of arrivals, which for recorded ones is not known. Bounded, for some servers hold a thread for every idle connection.
func (e *Engine) connections() int {
	const mostIdle, mostAtOnce, seconds = 256, 4096, 4
	n := e.Units() + e.config.Warmups
	rate := e.config.Arrivals.peak()
	switch {
	case e.config.MaxConcurrency > 0:
		return min(n, e.config.MaxConcurrency)
	case e.config.SelfTimed:
		return min(n, mostIdle)
	case math.IsInf(rate, 1):
		return min(n, mostAtOnce)
	}
	return min(n, mostIdle, int(math.Ceil(rate*seconds)))
}

// plain reports whether the target is reached by plain HTTP without a proxy, which package wire speaks.
func (t Target) plain() bool {
	u, err := url.Parse(t.URL())
	if err != nil || u.Scheme != "http" || t.HTTP2 {
		return false
	}
	proxy, err := t.proxy(u)
	return err == nil && proxy == nil
}

// httpCarrier carries requests with net/http, a goroutine each.
type httpCarrier struct {
	sender
	// warmable is false for a transport that has no connections to open.
	warmable bool
}

var _ carrier = (*httpCarrier)(nil)

// warmPatience bounds the opening of connections ahead of the load.
const warmPatience = 10 * time.Second

// warm asks for the list of models n times at once: net/http has no other way to open a connection, and each of them
// waits for one of its own. HTTP/2 has one connection for all.
func (c *httpCarrier) warm(n int) {
	if !c.warmable {
		return
	}
	if c.target.HTTP2 {
		n = min(n, 1)
	}
	ctx, cancel := context.WithTimeout(context.Background(), warmPatience)
	defer cancel()
	client := &http.Client{Transport: c.transport}
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			// A failure is left to the requests, whose rows can tell it.
			_, _, _ = get(ctx, client, c.target, "/v1/models")
		})
	}
	wg.Wait()
}

func (c *httpCarrier) send(ctx context.Context, x *exchange, body []byte, requestID string, ended func()) {
	go func() {
		c.sender.send(ctx, x, body, requestID)
		ended()
	}()
}

func (c *httpCarrier) close() error {
	if t, ok := c.transport.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
	return nil
}

// sentAt notes the first moment of a request.
func (x *exchange) sentAt(atNS int64, reused bool) {
	x.begin(x.rec, atNS)
	x.rec.ConnectionReused = store.NullBool{V: reused, Valid: true}
}
