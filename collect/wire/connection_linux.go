package wire

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// connection is one socket and the request that runs on it, if any. The poller and the sender of the next request may
// meet on it; mu keeps them apart.
type connection struct {
	client *Client
	fd     int

	mu       sync.Mutex
	response response
	request  *Request // nil while idle
	pending  []byte   // what the socket would not take yet
	reused   bool     // this request is not the connection's first
	kept     bool     // the connection stood idle before this request
	heard    bool     // a byte of the answer has come
	closed   bool
	lastNS   int64 // when the request was sent, then when something last came
}

// open dials and takes the socket over from package net, whose poller must not be woken by it.
func (c *Client) open() (*connection, error) {
	conn, err := c.config.Dial(c.dialing)
	if err != nil {
		return nil, err
	}
	fd, err := takeOver(conn)
	if err != nil {
		return nil, fmt.Errorf("take over the socket: %w", err)
	}
	k := &connection{client: c, fd: fd}
	k.response.head, k.response.body = k.onHead, k.onBody
	if err := c.poller.add(k); err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("watch the socket: %w", err)
	}
	return k, nil
}

// takeOver duplicates the descriptor and closes the original, which takes it out of the runtime's poller.
func takeOver(conn net.Conn) (fd int, err error) {
	defer conn.Close()
	raw, ok := conn.(syscall.Conn)
	if !ok {
		return -1, errors.New("not a socket")
	}
	control, err := raw.SyscallConn()
	if err != nil {
		return -1, err
	}
	var dupErr error
	if err := control.Control(func(old uintptr) {
		fd, dupErr = unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0)
	}); err != nil {
		return -1, err
	}
	return fd, dupErr
}

// begin sends a request: stamped just before its first byte is handed to the kernel.
func (k *connection) begin(r *Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed { // the server closed it between the choice and now
		k.client.again(r, ErrNoAnswer)
		return
	}
	k.request, k.heard = r, false
	k.response.reset()
	k.lastNS = k.client.config.NowNS()
	if !r.sent {
		r.sent, r.sentNS = true, k.lastNS
		r.Answer.Sent(k.lastNS, k.reused)
	}
	k.pending = r.Data
	k.write()
}

// write hands over as much as the socket takes. mu is held.
func (k *connection) write() {
	for len(k.pending) > 0 {
		n, err := unix.Write(k.fd, k.pending)
		switch {
		case err == nil:
			k.pending = k.pending[n:]
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN):
			k.client.poller.wantWrite(k, true)
			return
		default:
			k.fail(k.broken(err), k.client.config.NowNS())
			return
		}
	}
	k.pending = nil // its array is the owner's to use again
	k.request.Answer.Wrote(k.client.config.NowNS())
	if k.heard || !k.stale(k.request) {
		k.request.Answer.Spent()
	}
}

// writable goes on with a write the socket could not take at once.
func (k *connection) writable() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed || k.request == nil || len(k.pending) == 0 {
		return
	}
	k.client.poller.wantWrite(k, false)
	k.write()
}

// read takes what the socket has into buffer, and when the last of it came. A closed connection is not read: its
// descriptor may be another's by now.
func (k *connection) read(r *receiver, buffer []byte) (n int, wallNS int64, open bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return 0, 0, false, nil
	}
	n, wallNS, err = r.receive(k.fd, buffer)
	return n, wallNS, true, err
}

// received takes what one read brought; n is 0 at the end of the connection.
func (k *connection) received(p []byte, err error, atNS int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	atNS = max(atNS, k.lastNS) // two clocks may differ by less than they can tell
	switch {
	case k.closed:
	case err != nil:
		k.fail(k.broken(err), atNS)
	case k.request == nil: // bytes, or the end, that nobody waits for
		k.close()
	case len(p) == 0:
		k.ended(atNS)
	default:
		k.take(p, atNS)
	}
}

func (k *connection) take(p []byte, atNS int64) {
	if !k.heard && len(k.pending) == 0 {
		k.request.Answer.Spent()
	}
	k.heard, k.lastNS = true, atNS
	if err := k.response.feed(p, atNS); err != nil {
		k.finish(err, atNS)
		return
	}
	if k.response.state == complete {
		k.finish(nil, atNS)
	}
}

// broken tells what an error of the socket means for the request.
func (k *connection) broken(err error) error {
	if k.heard {
		return fmt.Errorf("%w: %w", ErrBrokenOff, err)
	}
	return fmt.Errorf("%w: %w", ErrNoAnswer, err)
}

func (k *connection) onHead(h Head, atNS int64)         { k.request.Answer.Head(h, atNS) }
func (k *connection) onBody(p []byte, atNS int64) error { return k.request.Answer.Body(p, atNS) }

// ended is the regular end of the connection, which may come in the middle of an answer.
func (k *connection) ended(atNS int64) {
	if err := k.response.end(); err != nil {
		k.fail(err, atNS)
		return
	}
	k.finish(nil, atNS)
}

// fail ends the connection. A kept connection that the server had closed before it read the request is no failure of the
// request: it is sent again over a new one, once.
func (k *connection) fail(err error, atNS int64) {
	r := k.request
	if r == nil || !k.stale(r) {
		k.finish(err, atNS)
		return
	}
	k.request = nil
	k.close()
	k.client.again(r, err)
}

// stale reports whether a failure now would mean that the server had closed the kept connection before it read the request.
func (k *connection) stale(r *Request) bool { return k.kept && !k.heard && !r.again }

// finish ends the request and frees the connection, or closes it when it cannot be used again.
func (k *connection) finish(err error, atNS int64) {
	r := k.request
	if r == nil {
		k.close()
		return
	}
	k.request = nil
	if err == nil && k.response.keep && len(k.pending) == 0 {
		k.reused = true
		k.client.release(k)
	} else {
		k.close()
	}
	r.Answer.End(err, atNS)
}

func (k *connection) close() {
	if k.closed {
		return
	}
	k.closed = true
	k.client.forget(k)
	k.client.poller.remove(k)
}

// expired ends the request when its time is up.
func (k *connection) expired(nowNS int64, limits Limits) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed || k.request == nil {
		return
	}
	if err := limits.exceeded(k.heard, k.lastNS, k.request.sentNS, nowNS); err != nil {
		k.finish(err, nowNS)
	}
}

// cut ends the request because the run ends.
func (k *connection) cut(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.closed {
		k.finish(err, k.client.config.NowNS())
	}
}
