//go:build !unix

package simulate

import "syscall"

// directWriter is of no use here: all writes go by the backlog.
type directWriter struct{ raw syscall.RawConn }

func (d *directWriter) usable() bool { return false }

func (d *directWriter) write([]byte) (int, error) { return 0, nil }
