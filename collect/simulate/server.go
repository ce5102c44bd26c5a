package simulate

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// Server is one engine behind one listener.
type Server struct {
	config    Config
	tokenizer Tokenizer
	words     vocabulary
	fault     *Fault
	scheduler scheduler
	cache     *prefixCache // nil: none
	metrics   metrics
	clock     clock

	requests atomic.Int64 // so far, to name them
	faults   struct {
		sync.Mutex
		rng *rand.Rand
	}

	log      *truthLog
	handlers struct { // of generation requests
		sync.Mutex
		sync.WaitGroup
		closed bool
	}
	serving chan struct{} // closed once url is set
	began   atomic.Bool
	url     string
}

// New checks the configuration and builds an engine that stands still until Serve.
func New(c Config) (*Server, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	s := &Server{config: c, tokenizer: c.Tokenizer, clock: newClock(), serving: make(chan struct{})}
	if s.tokenizer == nil {
		s.tokenizer = NewWordTokenizer()
	}
	var err error
	if s.words, err = newVocabulary(s.tokenizer, c.Seed); err != nil {
		return nil, err
	}
	if s.fault, err = ParseFault(c.Fault); err != nil {
		return nil, err
	}
	if c.PrefixCacheTokens > 0 {
		s.cache = newPrefixCache(c.PrefixCacheTokens)
	}
	s.faults.rng = rand.New(rand.NewPCG(c.Seed, streamFault))
	s.scheduler = newScheduler(&s.config)
	return s, nil
}

// URL is http:// and the listener's address; it waits until Serve has begun.
func (s *Server) URL() string {
	<-s.serving
	return s.url
}

// Serve answers on ln until ctx ends. Then it closes ln, lets requests under way finish for at most Config.DrainLimit,
// cuts off the rest, completes the truth log and returns: nil, or what went wrong with ln or the log. A server serves once.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	if !s.began.CompareAndSwap(false, true) {
		return errors.New("serve: a simulated engine serves only once")
	}
	s.log = newTruthLog(s.config.Truth)
	s.url = "http://" + ln.Addr().String()
	close(s.serving)

	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var engine sync.WaitGroup
	engine.Go(func() { s.scheduler.run(running) })

	server := &http.Server{Handler: s.routes(), ConnContext: withWire}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(wireListener{ln}) }()
	var err error
	select {
	case err = <-failed:
		err = fmt.Errorf("serve %s: %w", s.url, err)
	case <-ctx.Done():
		s.drain(server)
		<-failed
	}
	s.leave()
	stop()
	engine.Wait()
	return errors.Join(err, s.log.close())
}

// enter admits a handler, whose Done must follow, unless the server has been drained: a request can come from a connection
// just before it is cut.
func (s *Server) enter() bool {
	s.handlers.Lock()
	defer s.handlers.Unlock()
	if !s.handlers.closed {
		s.handlers.Add(1)
	}
	return !s.handlers.closed
}

// leave waits for the handlers and lets no more in.
func (s *Server) leave() {
	s.handlers.Lock()
	s.handlers.closed = true
	s.handlers.Unlock()
	s.handlers.Wait()
}

// drain ends an HTTP server in two steps.
func (s *Server) drain(server *http.Server) {
	limit, cancel := context.WithTimeout(context.Background(), s.config.DrainLimit)
	defer cancel()
	if server.Shutdown(limit) != nil {
		// The streams that are left are cut; their connections' own errors say nothing new.
		_ = server.Close()
	}
}

// requestID is the client's x-request-id, or else one of our own.
func (s *Server) requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); id != "" {
		return id
	}
	return fmt.Sprintf("sim-%x-%d", s.clock.unixNS, s.requests.Add(1))
}

func (s *Server) drawFault() float64 {
	s.faults.Lock()
	defer s.faults.Unlock()
	return s.faults.rng.Float64()
}

// caches reports whether usage says what was cached.
func (s *Server) caches() bool { return s.cache != nil || s.config.PrefixCacheShare > 0 }
