package simulate

import (
	"context"
	"sync"
	"time"
)

// scheduler decides when a request's tokens come. submit and cancel may be called at any time; cancel also of a sequence
// that has ended. After cancel a sink may still be called once more: it must not mind.
type scheduler interface {
	submit(*sequence) error
	cancel(*sequence)
	load() load
	// run works until ctx ends.
	run(ctx context.Context)
}

func newScheduler(c *Config) scheduler {
	switch {
	case c.Flood:
		return &flood{tokensPerChunk: c.TokensPerChunk}
	case c.Fixed != nil:
		return newPacers(c)
	}
	return &batcher{batch: newBatch(c), wait: newWaiter(c.CoarseTimer)}
}

// batcher runs a batch in real time.
type batcher struct {
	wait waiter

	mu    sync.Mutex
	batch batch
	idle  bool
}

var _ scheduler = (*batcher)(nil)

func (e *batcher) submit(s *sequence) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.batch.add(s); err != nil {
		return err
	}
	if e.idle {
		e.idle = false
		e.wait.wake()
	}
	return nil
}

func (e *batcher) cancel(s *sequence) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.batch.remove(s)
}

func (e *batcher) load() load {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.batch.load()
}

// maxLag is how far steps may fall behind the clock and still be caught up with. A host that stalled for longer has
// stopped the engine, as it would have stopped a real one; the truth log shows it.
const maxLag = 100 * time.Millisecond

// run makes steps end at absolute times, each counted from the end of the one before, so that waking late costs the
// tokens of one step a little and the rate nothing.
func (e *batcher) run(ctx context.Context) {
	e.wait.begin()
	defer e.wait.end()
	defer context.AfterFunc(ctx, e.wait.wake)()
	end := time.Now()
	for ctx.Err() == nil {
		step, ok := e.begin(&end)
		if !ok {
			e.wait.until(time.Time{})
			continue
		}
		end = end.Add(step)
		for time.Now().Before(end) && ctx.Err() == nil {
			e.wait.until(end)
		}
		e.finish()
		if now := time.Now(); now.Sub(end) > maxLag {
			end = now
		}
	}
}

// begin plans the step that follows at. An engine that was idle starts when the first request came, not when it noticed.
func (e *batcher) begin(at *time.Time) (time.Duration, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.batch.running) == 0 && len(e.batch.waiting) > 0 {
		if first := e.batch.waiting[0].received; first.After(*at) {
			*at = first
		}
	}
	step, ok := e.batch.begin(*at)
	e.idle = !ok
	return step, ok
}

// finish ends the step. The sinks are called without the lock: writing to many sockets must not hold up new requests.
func (e *batcher) finish() {
	e.mu.Lock()
	due := e.batch.end()
	e.mu.Unlock()
	for _, d := range due {
		d.to.out.Emit(d.tokens, d.last)
	}
	clear(due)
}

// flood has no clock: each request's tokens come one after the other from a goroutine of its own, as fast as the sink
// takes them. Its sinks may block.
type flood struct {
	tokensPerChunk int

	mu      sync.Mutex
	running map[*sequence]context.CancelFunc
	context int
	workers sync.WaitGroup
}

var _ scheduler = (*flood)(nil)

func (f *flood) submit(s *sequence) error {
	ctx, cancel := context.WithCancel(context.Background())
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.running == nil {
		f.running = map[*sequence]context.CancelFunc{}
	}
	f.running[s] = cancel
	f.context += s.prompt
	s.started = s.received
	f.workers.Go(func() {
		defer f.cancel(s)
		for tokens := 1; ctx.Err() == nil && s.sent < s.output; tokens = min(f.tokensPerChunk, s.output-s.sent) {
			s.sent += tokens
			s.out.Emit(tokens, s.sent == s.output)
		}
	})
	return nil
}

func (f *flood) cancel(s *sequence) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if cancel, ok := f.running[s]; ok {
		cancel()
		delete(f.running, s)
		f.context -= s.prompt
	}
}

func (f *flood) load() load {
	f.mu.Lock()
	defer f.mu.Unlock()
	return load{running: len(f.running), context: f.context}
}

func (f *flood) run(ctx context.Context) {
	<-ctx.Done()
	f.mu.Lock()
	for _, cancel := range f.running {
		cancel()
	}
	f.mu.Unlock()
	f.workers.Wait()
}
