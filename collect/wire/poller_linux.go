package wire

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// poller waits for all sockets of a client on one goroutine and the thread it blocks; one wake-up serves every socket
// that is ready.
type poller struct {
	client  *Client
	epoll   int
	wake    int // an event descriptor that ends the wait
	closing atomic.Bool
	ended   chan struct{}

	mu   sync.Mutex
	byFD map[int32]*connection

	receiver receiver
	clock    clock
	woke     time.Time // when the last round began; of the last that took all there was
	busy     bool      // the last round came soon after the one before
	stamped  bool      // the kernel tells when segments come
	ready    []unix.EpollEvent
	due      []due
	rest     []due // sockets that may have more than the last round took
	reads    []read
	arena    []byte
}

// due is a socket to be served and what is known of it.
type due struct {
	conn   *connection
	events uint32
}

// read is what one socket had.
type read struct {
	conn *connection
	data []byte
	err  error
	atNS int64
}

// A round takes up to roundEvents sockets and up to readBytes from each: all are read and stamped before any of it is
// looked at, so that no stream's time depends on what another one brought.
const (
	roundEvents = 256
	readBytes   = 16 << 10
)

func newPoller(c *Client) (*poller, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("make an epoll descriptor: %w", err)
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err == nil {
		err = unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, wake, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(wake)})
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make an event descriptor: %w", err), unix.Close(epoll))
	}
	p := &poller{client: c, epoll: epoll, wake: wake, ended: make(chan struct{}),
		byFD: map[int32]*connection{}, woke: time.Now(), ready: make([]unix.EpollEvent, roundEvents), arena: make([]byte, roundEvents*readBytes)}
	go p.run()
	return p, nil
}

// watched is what is asked of a socket: each change once (edge-triggered), for a socket that was emptied need not be looked
// at again.
const watched = unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLET

func (p *poller) add(k *connection) error {
	if err := unix.SetNonblock(k.fd, true); err != nil {
		return err
	}
	stampSegments(k.fd)
	p.mu.Lock()
	p.byFD[int32(k.fd)] = k
	p.mu.Unlock()
	return unix.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, k.fd, &unix.EpollEvent{Events: watched, Fd: int32(k.fd)})
}

func (p *poller) wantWrite(k *connection, want bool) {
	events := uint32(watched)
	if want {
		events |= unix.EPOLLOUT
	}
	// The descriptor is open and watched: the call cannot fail.
	_ = unix.EpollCtl(p.epoll, unix.EPOLL_CTL_MOD, k.fd, &unix.EpollEvent{Events: events, Fd: int32(k.fd)})
}

// remove forgets a connection and closes its socket, which also takes it out of the epoll set.
func (p *poller) remove(k *connection) {
	p.mu.Lock()
	delete(p.byFD, int32(k.fd))
	p.mu.Unlock()
	_ = unix.Close(k.fd)
}

// run serves sockets until the poller is closed. It waits in the system call itself: through the runtime's own poller
// every wake-up costs a second one, of the goroutine, and a search for other work before the thread sleeps again.
func (p *poller) run() {
	defer close(p.ended)
	tick := p.client.tick() // below 0 for none
	next := time.Now().Add(tick)
	for {
		n, err := p.wait(tick)
		if p.closing.Load() {
			return
		}
		if err == nil && n+len(p.rest) > 0 {
			p.round(n)
		}
		if tick > 0 && !time.Now().Before(next) {
			p.expire()
			next = time.Now().Add(tick)
		}
	}
}

// gatherFor is how long sockets that become ready in quick succession are left to gather, rounds less than soon apart.
// Their times are the kernel's, so all that comes later is the next request of a user who waits for this one's end: half
// of it on average.
const (
	gatherFor = 250 * time.Microsecond
	soon      = 2 * time.Millisecond
)

// holdFor is how long after the last arrival the poller waits without letting its processor go, holdStep at a time. A
// processor let go and asked for again wakes the runtime's monitor, which then looks around every 20 us: at 16 streams
// that was more than all the rest. The runtime has one more for it; see NewClient. A collection's signal ends the wait.
const (
	holdFor  = time.Second
	holdStep = 8 * time.Millisecond
)

// wait gives how many sockets are ready. Under load waking for each of them would cost more than reading it.
func (p *poller) wait(timeout time.Duration) (int, error) {
	room := p.ready[:roundEvents-len(p.rest)]
	if len(p.rest) > 0 {
		return epollHeld(p.epoll, room, 0)
	}
	since := time.Since(p.woke)
	if p.stamped && p.busy && since < gatherFor {
		nap(gatherFor - since)
	}
	switch {
	case since >= holdFor && timeout < 0:
		return unix.EpollWait(p.epoll, room, -1)
	case since >= holdFor:
		return unix.EpollWait(p.epoll, room, int(timeout.Milliseconds()))
	case timeout < 0 || timeout > holdStep:
		timeout = holdStep
	}
	return epollHeld(p.epoll, room, timeout)
}

// round reads what is ready, then hands it on. What one read leaves the next round finds.
func (p *poller) round(n int) {
	p.begin(n)
	p.gather(n)
	p.reads = p.reads[:0]
	for i, d := range p.due {
		if d.events&unix.EPOLLOUT != 0 {
			d.conn.writable()
		}
		if d.events&^unix.EPOLLOUT != 0 {
			p.read(d, p.arena[i*readBytes:(i+1)*readBytes])
		}
	}
	for i := range p.reads {
		r := &p.reads[i]
		r.conn.received(r.data, r.err, r.atNS)
		r.conn = nil
	}
}

// begin reads the clocks. A full round may leave others for the next, ready for as long as its own.
func (p *poller) begin(n int) {
	var now time.Time
	p.clock, now = readClock(p.client.config.NowNS, p.woke)
	p.busy = now.Sub(p.woke) < soon
	if n+len(p.rest) < roundEvents {
		p.woke = now
	}
}

// gather collects the sockets to be served.
func (p *poller) gather(n int) {
	p.due, p.rest = append(p.due[:0], p.rest...), p.rest[:0]
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, event := range p.ready[:n] {
		if k := p.byFD[event.Fd]; k != nil {
			p.due = append(p.due, due{k, event.Events})
		}
	}
}

// read keeps what a socket has for the second half of the round.
func (p *poller) read(d due, buffer []byte) {
	n, wallNS, open, err := d.conn.read(&p.receiver, buffer)
	if !open || errors.Is(err, unix.EAGAIN) {
		return
	}
	atNS, told := p.clock.at(wallNS)
	if p.stamped = p.stamped || told; !told {
		atNS = p.client.config.NowNS()
	}
	p.reads = append(p.reads, read{d.conn, buffer[:n], err, atNS})
	if ends := d.events&^(unix.EPOLLIN|unix.EPOLLOUT) != 0; err == nil && n > 0 && (n == len(buffer) || ends) {
		p.rest = append(p.rest, due{d.conn, d.events &^ unix.EPOLLOUT})
	}
}

func (p *poller) expire() {
	nowNS := p.client.config.NowNS()
	p.mu.Lock()
	under := make([]*connection, 0, len(p.byFD))
	for _, k := range p.byFD {
		under = append(under, k)
	}
	p.mu.Unlock()
	for _, k := range under {
		k.expired(nowNS, p.client.config.Limits)
	}
}

func (p *poller) close() error {
	p.closing.Store(true)
	_, err := unix.Write(p.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	if err != nil {
		return fmt.Errorf("wake the poller: %w", err)
	}
	<-p.ended
	p.mu.Lock()
	defer p.mu.Unlock()
	for fd := range p.byFD {
		err = errors.Join(err, unix.Close(int(fd)))
	}
	clear(p.byFD)
	return errors.Join(err, unix.Close(p.wake), unix.Close(p.epoll))
}
