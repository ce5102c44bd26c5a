//go:build unix

package simulate

import "syscall"

// directWriter writes to a socket without ever waiting for it. The zero value, of connections that are no sockets, takes
// nothing.
type directWriter struct {
	raw syscall.RawConn

	// The arguments and results of once. They live here so that a write allocates nothing.
	b    []byte
	n    int
	err  error
	once func(fd uintptr) bool
}

func (d *directWriter) usable() bool { return d.raw != nil }

// write takes as much of b as the socket does at once: n < len(b) with no error when its buffer is full.
func (d *directWriter) write(b []byte) (n int, err error) {
	if d.once == nil {
		d.once = func(fd uintptr) bool {
			d.n, d.err = syscall.Write(int(fd), d.b)
			return true
		}
	}
	d.b = b
	err = d.raw.Write(d.once)
	d.b = nil
	if err != nil {
		return 0, err
	}
	if d.err == syscall.EAGAIN || d.err == syscall.EINTR {
		return 0, nil
	}
	return max(d.n, 0), d.err
}
