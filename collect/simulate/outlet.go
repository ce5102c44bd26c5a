package simulate

import (
	"errors"
	"strconv"
	"sync"
	"time"
)

// outlet is the writing end of a stream: it frames events as HTTP chunks, stamps them, and gets them to the socket without
// making the scheduler wait. What the socket does not take at once goes to a backlog with a goroutine, as the send buffer
// of a real server would hold it; so do the pieces of a fault that takes time, and everything on connections that are no
// sockets.
type outlet struct {
	wire     *wire
	chunked  bool
	blocking bool // write and wait: the caller's goroutine is the stream's own
	fault    *Fault
	clock    clock

	pending []byte // framed, not written
	joined  []byte // events of one HTTP chunk to be
	events  int    // in pending and joined

	mu       sync.Mutex
	sent     []sentEvent // and those to be sent, without their times
	stamped  int         // events that have their times
	headerNS int64
	backlog  []piece
	behind   int // bytes in the backlog
	working  bool
	idle     sync.Cond // working has become false
	left     chan struct{}
	err      error
}

// piece is one write of the backlog.
type piece struct {
	b      []byte
	events int           // that begin in it: stamped when it is written
	pause  time.Duration // afterwards
}

func newOutlet(w *wire, chunked bool, f *Fault, events int, c clock) *outlet {
	o := &outlet{wire: w, chunked: chunked, fault: f, clock: c, sent: make([]sentEvent, 0, events), left: make(chan struct{})}
	o.idle.L = &o.mu
	return o
}

// floodBytes is how much a flood gathers for one write.
const floodBytes = 16 << 10

// put sends one event, or keeps it when several go into one write.
func (o *outlet) put(event []byte, what kind, tokens int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sent = append(o.sent, sentEvent{0, int32(tokens), what})
	o.events++
	if o.fault != nil {
		event = o.fault.dress(event, len(o.sent) == 1)
		if o.fault.batch > 0 {
			o.joined = append(o.joined, event...)
			if o.events >= o.fault.batch {
				o.write()
			}
			return
		}
	}
	o.frame(event)
	if !o.blocking || len(o.pending) >= floodBytes {
		o.write()
	}
}

func (o *outlet) frame(b []byte) {
	if !o.chunked {
		o.pending = append(o.pending, b...)
		return
	}
	o.pending = strconv.AppendUint(o.pending, uint64(len(b)), 16)
	o.pending = append(o.pending, "\r\n"...)
	o.pending = append(o.pending, b...)
	o.pending = append(o.pending, "\r\n"...)
}

// flush writes all that is kept.
func (o *outlet) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.write()
}

func (o *outlet) write() {
	if len(o.joined) > 0 {
		o.frame(o.joined)
		o.joined = o.joined[:0]
	}
	if len(o.pending) == 0 {
		return
	}
	split := o.fault != nil && o.fault.split > 0
	switch {
	case o.err != nil:
	case o.working || split || !o.blocking && !o.wire.direct.usable():
		o.enqueue(split)
	case o.blocking:
		o.stamp(o.events)
		_, o.err = o.wire.Conn.Write(o.pending)
	default:
		o.stamp(o.events)
		var n int
		if n, o.err = o.wire.direct.write(o.pending); o.err == nil && n < len(o.pending) {
			o.push(piece{b: append([]byte(nil), o.pending[n:]...)})
		}
	}
	o.pending = o.pending[:0]
	o.events = 0
}

// stamp notes the time for the next n events, all of one write.
func (o *outlet) stamp(n int) {
	now := o.clock.now()
	if o.headerNS == 0 {
		o.headerNS = now
	}
	for i := o.stamped; i < o.stamped+n; i++ {
		o.sent[i].ns = now
	}
	o.stamped += n
}

// enqueue gives what is pending to the backlog, in small pieces if so wanted.
func (o *outlet) enqueue(split bool) {
	b := append([]byte(nil), o.pending...)
	if !split {
		o.push(piece{b: b, events: o.events})
		return
	}
	events := o.events
	for len(b) > 0 {
		n := min(o.fault.split, len(b))
		o.push(piece{b: b[:n:n], events: events, pause: splitPause})
		b, events = b[n:], 0
	}
}

// pause makes the stream silent for a while; what comes meanwhile waits.
func (o *outlet) pause(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.push(piece{pause: d})
}

// maxBehind bounds what is kept for a client that does not read; then the stream breaks.
const maxBehind = 256 << 20

func (o *outlet) push(p piece) {
	if o.behind += len(p.b); o.behind > maxBehind {
		o.err = errBehind
		return
	}
	o.backlog = append(o.backlog, p)
	if !o.working {
		o.working = true
		go o.work()
	}
}

// work writes the backlog until it is empty.
func (o *outlet) work() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.backlog) > 0 && o.err == nil {
		p := o.backlog[0]
		o.backlog = o.backlog[1:]
		o.behind -= len(p.b)
		if len(p.b) > 0 {
			o.stamp(p.events)
		}
		o.mu.Unlock()
		err := o.carry(p)
		o.mu.Lock()
		o.err = errors.Join(o.err, err)
	}
	o.backlog = nil
	o.working = false
	o.idle.Broadcast()
}

func (o *outlet) carry(p piece) error {
	if len(p.b) > 0 {
		if _, err := o.wire.Conn.Write(p.b); err != nil {
			return err
		}
	}
	if p.pause <= 0 {
		return nil
	}
	t := time.NewTimer(p.pause)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-o.left:
		return errLeft
	}
}

var (
	errLeft   = errors.New("the client has left")
	errBehind = errors.New("the client does not read")
)

// broken reports whether writing has failed.
func (o *outlet) broken() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err != nil
}

// leave drops what is still to write: the client has left, or has closed its half and does not read.
func (o *outlet) leave() {
	close(o.left)
	// Ends the write under way. A connection that knows no deadlines does so when it is closed.
	_ = o.wire.SetWriteDeadline(time.Unix(1, 0))
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.backlog) > 0 {
		o.backlog = nil
		o.err = errors.Join(o.err, errLeft)
	}
}

// drain waits for the backlog, and gives the time of the header and the events that were written.
func (o *outlet) drain() (headerNS int64, events []sentEvent) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.working {
		o.idle.Wait()
	}
	return o.headerNS, o.sent[:o.stamped]
}
