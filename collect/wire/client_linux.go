package wire

import (
	"context"
	"net"
	"runtime"
	"sync"
	"time"
)

// Answer gets what becomes of one request. The calls come one at a time: Sent first, End last and exactly once. Bytes
// are valid during the call; an error from Body ends the request and comes back through End.
type Answer interface {
	// Sent is the moment before the first byte is handed to the kernel, or before the dial where a connection had to be
	// opened.
	Sent(atNS int64, reused bool)
	// Again says that the kept connection turned out to be closed before the server had read anything: the request goes
	// over a new one. It was sent when Sent said so.
	Again()
	// Wrote is the moment the kernel had the last byte.
	Wrote(atNS int64)
	// Spent says that the request's Data will not be read again, at the latest when the answer begins; it may come more than
	// once, and does not before an End without an answer.
	Spent()
	Head(h Head, atNS int64)
	Body(p []byte, atNS int64) error
	// End comes when the answer is complete (err nil) or will not be.
	End(err error, atNS int64)
}

// Request is one request: its bytes, head and body, and who gets the answer.
type Request struct {
	Data   []byte
	Answer Answer

	sent   bool
	again  bool
	sentNS int64
}

// DialError is an error of opening a connection.
type DialError struct{ Err error }

// Error is that of Err.
func (e *DialError) Error() string { return e.Err.Error() }

// Unwrap gives Err.
func (e *DialError) Unwrap() error { return e.Err }

// Config of a client.
type Config struct {
	// Dial opens a connection; its context ends when the client is cut.
	Dial   func(ctx context.Context) (net.Conn, error)
	NowNS  func() int64
	Limits Limits
}

// Client sends requests to one server over connections it keeps.
type Client struct {
	config  Config
	poller  *poller
	dialing context.Context
	undial  context.CancelFunc

	mu     sync.Mutex
	idle   []*connection // the one used last comes first: few connections stay warm
	all    map[*connection]struct{}
	cutErr error
	dials  sync.WaitGroup
}

// NewClient starts a client; Close ends it. In between the runtime has one processor more than it should: the poller keeps
// one while it sleeps under load, which the other goroutines would miss.
func NewClient(config Config) (*Client, error) {
	c := &Client{config: config, all: map[*connection]struct{}{}}
	c.dialing, c.undial = context.WithCancel(context.Background())
	var err error
	if c.poller, err = newPoller(c); err != nil {
		return nil, err
	}
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	return c, nil
}

// Warm opens up to n connections, so that the first requests need not wait for theirs. An error is that of the last one
// that could not be opened; requests then try again.
func (c *Client) Warm(n int) error {
	const together = 32
	var wg sync.WaitGroup
	var mu sync.Mutex
	var last error
	turn := make(chan struct{}, together)
	for range n {
		if turn <- struct{}{}; c.cut() != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-turn }()
			k, err := c.open()
			if err != nil {
				mu.Lock()
				last = err
				mu.Unlock()
				return
			}
			if c.track(k) == nil {
				c.release(k)
			}
		})
	}
	wg.Wait()
	return last
}

// track takes a new connection in, so that a cut reaches it. Once the client is cut it closes the connection instead.
func (c *Client) track(k *connection) error {
	c.mu.Lock()
	err := c.cutErr
	if err == nil {
		c.all[k] = struct{}{}
	}
	c.mu.Unlock()
	if err != nil {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.close()
	}
	return err
}

// Send sends a request and returns at once; everything else goes to its Answer. With a connection at hand the request is
// with the kernel when Send returns.
func (c *Client) Send(r *Request) {
	if k := c.take(); k != nil {
		k.begin(r)
		return
	}
	c.dials.Go(func() { c.dial(r) })
}

// dial opens a connection for one request. Its time counts: the request is sent when the dial begins.
func (c *Client) dial(r *Request) {
	nowNS := c.config.NowNS()
	if !r.sent {
		r.sent, r.sentNS = true, nowNS
		r.Answer.Sent(nowNS, false)
	}
	k, err := c.open()
	if err != nil {
		err = &DialError{err}
	} else {
		err = c.track(k)
	}
	if cut := c.cut(); cut != nil { // why a dial was given up, too
		err = cut
	}
	if err != nil {
		r.Answer.End(err, c.config.NowNS())
		return
	}
	k.begin(r)
}

// again sends a request over a new connection after a kept one turned out to be closed.
func (c *Client) again(r *Request, cause error) {
	if r.again {
		r.Answer.End(cause, c.config.NowNS())
		return
	}
	r.again = true
	if r.sent {
		r.Answer.Again()
	}
	c.dials.Go(func() { c.dial(r) })
}

func (c *Client) take() *connection {
	c.mu.Lock()
	defer c.mu.Unlock()
	last := len(c.idle) - 1
	if last < 0 || c.cutErr != nil {
		return nil
	}
	k := c.idle[last]
	c.idle[last] = nil
	c.idle = c.idle[:last]
	return k
}

func (c *Client) release(k *connection) {
	k.kept = true
	c.mu.Lock()
	c.idle = append(c.idle, k)
	c.mu.Unlock()
}

// forget drops a closed connection.
func (c *Client) forget(k *connection) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.all, k)
	for i, other := range c.idle {
		if other == k {
			c.idle = append(c.idle[:i], c.idle[i+1:]...)
			return
		}
	}
}

func (c *Client) cut() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cutErr
}

// Cut ends every request under way with err, and every later one.
func (c *Client) Cut(err error) {
	c.mu.Lock()
	c.cutErr = err
	c.undial()
	under := make([]*connection, 0, len(c.all))
	for k := range c.all {
		under = append(under, k)
	}
	c.mu.Unlock()
	for _, k := range under {
		k.cut(err)
	}
}

// Close ends the poller and all connections. No request may be under way.
func (c *Client) Close() error {
	c.undial()
	c.dials.Wait()
	defer runtime.SetDefaultGOMAXPROCS()
	return c.poller.close()
}

// tick is how often limits are looked at: a tenth of the shortest, between 1 ms and 1 s.
func (c *Client) tick() time.Duration {
	shortest := c.config.Limits.shortest()
	if shortest == 0 {
		return -1
	}
	return min(max(shortest/10, time.Millisecond), time.Second)
}
