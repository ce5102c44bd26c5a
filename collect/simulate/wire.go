package simulate

import (
	"context"
	"net"
	"syscall"
	"time"
)

// wire is a connection whose writes the engine can take over. net/http frames the header of a stream; from then on the
// scheduler's goroutine writes the chunks straight to the socket, and net/http adds the end of the body when the handler
// returns. So no goroutine is woken per chunk, the header travels with the first event, a fault can cut a chunk anywhere,
// and a client that does not read holds up nobody: none of which a ResponseWriter allows.
type wire struct {
	net.Conn
	direct   directWriter
	arrivals arrivals

	// While holding, what net/http writes is kept in held. Only the handler's goroutine touches these.
	holding bool
	held    []byte
}

func newWire(c net.Conn) *wire {
	w := &wire{Conn: c}
	if sc, ok := c.(syscall.Conn); ok {
		if raw, err := sc.SyscallConn(); err == nil {
			w.direct.raw = raw
			w.arrivals.watch(raw)
		}
	}
	return w
}

// Read is what net/http calls. It reads from one goroutine at a time.
func (w *wire) Read(b []byte) (int, error) {
	if w.arrivals.usable() {
		return w.arrivals.read(b)
	}
	return w.Conn.Read(b)
}

// received is when the bytes read last arrived; called before anything follows them.
func (w *wire) received() time.Time {
	if at := w.arrivals.latest(); !at.IsZero() {
		return at
	}
	return time.Now()
}

// Write is what net/http calls.
func (w *wire) Write(b []byte) (int, error) {
	if w.holding {
		w.held = append(w.held, b...)
		return len(b), nil
	}
	return w.Conn.Write(b)
}

// release ends holding and gives what was held.
func (w *wire) release() []byte {
	w.holding = false
	held := w.held
	w.held = nil
	return held
}

// reset makes the close that follows a reset (RST) instead of an orderly end.
func (w *wire) reset() {
	if t, ok := w.Conn.(*net.TCPConn); ok {
		// Where it fails the client sees an end of file, which serves as well.
		_ = t.SetLinger(0)
	}
}

// wireListener hands net/http wires.
type wireListener struct {
	net.Listener
}

func (l wireListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return newWire(c), nil
}

type wireKey struct{}

// withWire lets a handler find its connection.
func withWire(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, wireKey{}, c)
}

func wireOf(ctx context.Context) *wire { return ctx.Value(wireKey{}).(*wire) }
