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

	mu    sync.Mutex
	byFD  map[int32]*connection
	ready []unix.EpollEvent
	reads []read
	arena []byte
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
		byFD: map[int32]*connection{}, ready: make([]unix.EpollEvent, roundEvents), arena: make([]byte, roundEvents*readBytes)}
	go p.run()
	return p, nil
}

func (p *poller) add(k *connection) error {
	if err := unix.SetNonblock(k.fd, true); err != nil {
		return err
	}
	p.mu.Lock()
	p.byFD[int32(k.fd)] = k
	p.mu.Unlock()
	return unix.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, k.fd, &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP, Fd: int32(k.fd)})
}

func (p *poller) wantWrite(k *connection, want bool) {
	events := uint32(unix.EPOLLIN | unix.EPOLLRDHUP)
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

func (p *poller) connection(fd int32) *connection {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.byFD[fd]
}

// run serves sockets until the poller is closed. It waits in the system call itself: through the runtime's own poller
// every wake-up costs a second one, of the goroutine, and a search for other work before the thread sleeps again.
func (p *poller) run() {
	defer close(p.ended)
	timeout := -1
	tick := p.client.tick()
	if tick > 0 {
		timeout = int(tick.Milliseconds())
	}
	next := time.Now().Add(tick)
	for {
		n, err := unix.EpollWait(p.epoll, p.ready, timeout)
		if p.closing.Load() {
			return
		}
		if err == nil {
			p.round(n)
		}
		if tick > 0 && !time.Now().Before(next) {
			p.expire()
			next = time.Now().Add(tick)
		}
	}
}

// round reads what is ready, then hands it on. What one read leaves the next round finds.
func (p *poller) round(n int) {
	p.reads = p.reads[:0]
	for i, event := range p.ready[:n] {
		k := p.connection(event.Fd)
		if k == nil {
			continue
		}
		if event.Events&unix.EPOLLOUT != 0 {
			k.writable()
		}
		if event.Events&^unix.EPOLLOUT != 0 {
			p.read(k, p.arena[i*readBytes:(i+1)*readBytes])
		}
	}
	for i := range p.reads {
		r := &p.reads[i]
		r.conn.received(r.data, r.err, r.atNS)
		r.conn = nil
	}
}

// read keeps what a socket has for the second half of the round.
func (p *poller) read(k *connection, buffer []byte) {
	n, open, err := k.read(buffer)
	atNS := p.client.config.NowNS()
	if open && !errors.Is(err, unix.EAGAIN) {
		p.reads = append(p.reads, read{k, buffer[:n], err, atNS})
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
