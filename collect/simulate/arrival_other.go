//go:build !linux

package simulate

import (
	"syscall"
	"time"
)

// arrivals tell nothing here: requests count from when they were read.
type arrivals struct{}

func (a *arrivals) watch(syscall.RawConn)          {}
func (a *arrivals) usable() bool                   { return false }
func (a *arrivals) read([]byte) (n int, err error) { return 0, syscall.ENOSYS }
func (a *arrivals) latest() time.Time              { return time.Time{} }
