package wire

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// poller waits for all sockets of a client on one goroutine. Its epoll descriptor is itself watched by the Go runtime:
// the goroutine parks there like any other and blocks no thread, and one wake-up serves every socket that is ready.
type poller struct {
	client *Client
	epoll  int
	file   *os.File // the epoll descriptor, as the runtime's poller sees it
	ended  chan struct{}

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
	// A file of a non-blocking descriptor is one the runtime polls.
	if err := unix.SetNonblock(epoll, true); err != nil {
		return nil, errors.Join(fmt.Errorf("make the epoll descriptor non-blocking: %w", err), unix.Close(epoll))
	}
	p := &poller{client: c, epoll: epoll, file: os.NewFile(uintptr(epoll), "epoll"), ended: make(chan struct{}),
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

// run serves sockets until the poller is closed.
func (p *poller) run() {
	defer close(p.ended)
	raw, err := p.file.SyscallConn()
	if err != nil {
		return
	}
	tick := p.client.tick()
	for {
		if tick > 0 {
			_ = p.file.SetReadDeadline(time.Now().Add(tick))
		}
		err := raw.Read(p.serve)
		if !errors.Is(err, os.ErrDeadlineExceeded) { // closed
			return
		}
		p.expire()
	}
}

// serve takes all that is ready. It never says that it is done, so that the runtime goes on waiting without a look at the
// descriptor in between: a socket that became ready meanwhile has told the runtime.
func (p *poller) serve(uintptr) bool {
	for p.round(p.wait()) {
	}
	return false
}

// wait gives how many sockets are ready, without blocking.
func (p *poller) wait() int {
	for {
		n, err := unix.EpollWait(p.epoll, p.ready, 0)
		if err == nil {
			return n
		}
		if !errors.Is(err, unix.EINTR) {
			return 0
		}
	}
}

// round reads what is ready, then hands it on. It reports whether more may be ready already, of which nobody would tell.
func (p *poller) round(n int) (more bool) {
	more = n == len(p.ready)
	p.reads = p.reads[:0]
	for i, event := range p.ready[:n] {
		k := p.connection(event.Fd)
		if k == nil {
			continue
		}
		// The end of a connection may have come with its last bytes: the next read gives it.
		more = more || event.Events&(unix.EPOLLRDHUP|unix.EPOLLHUP|unix.EPOLLERR) != 0
		if event.Events&unix.EPOLLOUT != 0 {
			k.writable()
		}
		if event.Events&^unix.EPOLLOUT != 0 {
			p.read(k, p.arena[i*readBytes:(i+1)*readBytes])
		}
	}
	for i := range p.reads {
		r := &p.reads[i]
		more = more || len(r.data) == readBytes
		r.conn.received(r.data, r.err, r.atNS)
		r.conn = nil
	}
	return more
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
	err := p.file.Close()
	<-p.ended
	p.mu.Lock()
	defer p.mu.Unlock()
	for fd := range p.byFD {
		err = errors.Join(err, unix.Close(int(fd)))
	}
	clear(p.byFD)
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.EBADF) {
		return nil
	}
	return err
}
