package collect

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Progress is a moment of a run, for the line a person watches.
type Progress struct {
	Elapsed  time.Duration
	Total    int
	Sent     int64
	InFlight int64
	Done     int64
	Failed   int64
	// Chunks so far: tokens as far as they are known while streams run.
	Chunks int64
	// TTFT is the median of the last hundred requests, 0 while there is none.
	TTFT time.Duration
}

// liveCounters are written by every request and read a few times a second; they take part in no measurement.
type liveCounters struct {
	sent, done, failed atomic.Int64
	// shards spreads the one count that rises with every chunk over cache lines.
	shards [16]struct {
		chunks atomic.Int64
		_      [56]byte
	}
	next atomic.Uint32

	mu    sync.Mutex
	ttfts [100]int64
	seen  int
}

// chunkCounter counts the chunks of one request.
type chunkCounter struct{ n *atomic.Int64 }

func (c *chunkCounter) chunk() {
	if c.n != nil {
		c.n.Add(1)
	}
}

func (l *liveCounters) counter() chunkCounter {
	shard := l.next.Add(1) % uint32(len(l.shards))
	return chunkCounter{&l.shards[shard].chunks}
}

// ended notes a finished request. ttftNS is negative when there was no first token.
func (l *liveCounters) ended(ok bool, ttftNS int64) {
	l.done.Add(1)
	if !ok {
		l.failed.Add(1)
	}
	if ttftNS < 0 {
		return
	}
	l.mu.Lock()
	l.ttfts[l.seen%len(l.ttfts)] = ttftNS
	l.seen++
	l.mu.Unlock()
}

func (l *liveCounters) progress(total int, elapsed time.Duration) Progress {
	p := Progress{Elapsed: elapsed, Total: total, Done: l.done.Load(), Failed: l.failed.Load(), Sent: l.sent.Load()}
	p.InFlight = max(0, p.Sent-p.Done)
	for i := range l.shards {
		p.Chunks += l.shards[i].chunks.Load()
	}
	l.mu.Lock()
	recent := slices.Clone(l.ttfts[:min(l.seen, len(l.ttfts))])
	l.mu.Unlock()
	if len(recent) > 0 {
		slices.Sort(recent)
		p.TTFT = time.Duration(recent[len(recent)/2])
	}
	return p
}
