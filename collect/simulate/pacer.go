package simulate

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// grain is the grid on which a pacer wakes once deadlines come closer together than that: below it, waking this thread and
// the reader's costs as much as writing the chunks. A stream keeps its place on the grid, so its gaps stay exact where the
// ITL is a multiple of the grain; a chunk is at most a grain late.
const grain = 500 * time.Microsecond

// pacers share the sequences of fixed timing among a few goroutines, so that writing to thousands of sockets is not bound
// to one processor.
type pacers struct {
	each []*pacer
	next atomic.Uint64
}

var _ scheduler = (*pacers)(nil)

// newPacers takes one pacer for every four processors: the reader of the streams needs the others, on the same host.
func newPacers(c *Config) *pacers {
	p := &pacers{}
	for range max(1, min(8, runtime.GOMAXPROCS(0)/4)) {
		p.each = append(p.each, newPacer(*c.Fixed, c.TokensPerChunk, newWaiter(c.CoarseTimer)))
	}
	return p
}

func (p *pacers) submit(s *sequence) error {
	s.pacer = p.each[p.next.Add(1)%uint64(len(p.each))]
	s.pacer.submit(s)
	return nil
}

func (p *pacers) cancel(s *sequence) { s.pacer.cancel(s) }

func (p *pacers) load() load {
	var l load
	for _, e := range p.each {
		l.running += int(e.running.Load())
		l.context += int(e.context.Load())
	}
	return l
}

func (p *pacers) run(ctx context.Context) {
	var all sync.WaitGroup
	for _, e := range p.each {
		all.Go(func() { e.run(ctx) })
	}
	all.Wait()
}

// pacer gives every sequence fixed timing, whatever the load: one goroutine with the deadlines in a heap. At 256 streams of
// 10 ms it writes a chunk 0.2 ms after its deadline in the median; goroutines that sleep and write each for itself are 0.5
// to 1 ms late, for about the same CPU time, most of which is the kernel's.
type pacer struct {
	timing         FixedTiming
	tokensPerChunk int
	began          time.Time
	wait           waiter

	running, context atomic.Int64

	mu      sync.Mutex
	arrived []*sequence
}

func newPacer(t FixedTiming, tokensPerChunk int, w waiter) *pacer {
	return &pacer{timing: t, tokensPerChunk: tokensPerChunk, began: time.Now(), wait: w}
}

func (p *pacer) submit(s *sequence) {
	s.started = s.received
	p.running.Add(1)
	p.context.Add(int64(s.prompt))
	p.mu.Lock()
	p.arrived = append(p.arrived, s)
	p.mu.Unlock()
	p.wait.wake()
}

// cancel leaves the deadline of s in the heap: it goes when it is due.
func (p *pacer) cancel(s *sequence) {
	if s.gone.CompareAndSwap(false, true) {
		p.running.Add(-1)
		p.context.Add(-int64(s.prompt))
	}
}

func (p *pacer) run(ctx context.Context) {
	p.wait.begin()
	defer p.wait.end()
	defer context.AfterFunc(ctx, p.wait.wake)()
	var h deadlines
	var woke time.Duration
	for ctx.Err() == nil {
		p.take(&h)
		if len(h) == 0 {
			p.wait.until(time.Time{})
			continue
		}
		now := time.Since(p.began)
		due := h[0].due
		if due > now && due-woke < grain {
			due = (due + grain - 1).Truncate(grain)
		}
		if due > now {
			p.wait.until(p.began.Add(due))
			continue
		}
		woke = now
		p.emit(&h, now)
	}
}

// take moves new sequences to the heap.
func (p *pacer) take(h *deadlines) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.arrived {
		h.push(deadline{s.received.Add(p.timing.TTFT).Sub(p.began), s, 0})
	}
	clear(p.arrived)
	p.arrived = p.arrived[:0]
}

// emit sends a chunk of the streams that are due by now. It comes back after as many as there are streams, due or not, so
// that new ones get their turn beside streams without gaps.
func (p *pacer) emit(h *deadlines, now time.Duration) {
	for range len(*h) {
		if len(*h) == 0 || (*h)[0].due > now {
			return
		}
		d := &(*h)[0]
		s := d.to
		if s.gone.Load() {
			h.pop()
			continue
		}
		tokens := 1
		if d.chunk > 0 {
			tokens = min(p.tokensPerChunk, s.output-s.sent)
		}
		s.sent += tokens
		if last := s.sent == s.output; last {
			h.pop()
			p.cancel(s)
			s.out.Emit(tokens, last)
			continue
		}
		s.out.Emit(tokens, false)
		d.chunk++
		d.due = s.received.Add(p.timing.TTFT + time.Duration(d.chunk)*p.timing.ITL).Sub(p.began)
		h.down()
	}
}

// deadline is when a sequence's next chunk is due, counted from the pacer's beginning.
type deadline struct {
	due   time.Duration
	to    *sequence
	chunk int
}

// deadlines is a binary heap, earliest first; at one instant the stream that has had fewer chunks. container/heap would
// box every element.
type deadlines []deadline

func (h deadlines) less(i, j int) bool {
	if h[i].due != h[j].due {
		return h[i].due < h[j].due
	}
	return h[i].chunk < h[j].chunk
}

func (h *deadlines) push(d deadline) {
	*h = append(*h, d)
	a := *h
	for i := len(a) - 1; i > 0; {
		up := (i - 1) / 2
		if !a.less(i, up) {
			break
		}
		a[up], a[i] = a[i], a[up]
		i = up
	}
}

// down restores the order after the head's deadline has moved on.
func (h deadlines) down() {
	for i := 0; ; {
		low := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(h); c++ {
			if h.less(c, low) {
				low = c
			}
		}
		if low == i {
			return
		}
		h[i], h[low] = h[low], h[i]
		i = low
	}
}

func (h *deadlines) pop() {
	a := *h
	n := len(a) - 1
	a[0], a[n] = a[n], deadline{}
	*h = a[:n]
	h.down()
}
