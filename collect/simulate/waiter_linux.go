package simulate

import (
	"encoding/binary"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// pollWaiter sleeps in ppoll on a thread of its own, with nanosecond timeouts and the timer slack turned off: tens of
// microseconds late where the runtime's timers are half a millisecond late. An event descriptor wakes it. A timer
// descriptor read through the runtime's poller was tried: as precise, and dearer.
type pollWaiter struct {
	event *os.File
	fds   []unix.PollFd
}

var _ waiter = (*pollWaiter)(nil)

// newPreciseWaiter gives nil when there is no descriptor to be had or no second processor.
func newPreciseWaiter() waiter {
	if runtime.GOMAXPROCS(0) < 2 {
		return nil
	}
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		return nil
	}
	return &pollWaiter{event: os.NewFile(uintptr(fd), "eventfd"), fds: []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}}
}

// begin never unlocks the thread: it ends with the goroutine, and its timer slack with it.
func (w *pollWaiter) begin() {
	runtime.LockOSThread()
	// Without this the kernel adds up to 50 us of slack: later, not wrong.
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
}

func (w *pollWaiter) end() { w.event.Close() }

func (w *pollWaiter) until(t time.Time) {
	var limit *unix.Timespec
	if !t.IsZero() {
		d := time.Until(t)
		if d <= 0 {
			return
		}
		ts := unix.NsecToTimespec(int64(d))
		limit = &ts
	}
	if n, err := unix.Ppoll(w.fds, limit, nil); err == nil && n > 0 {
		var count [8]byte
		w.event.Read(count[:])
	}
}

// wake fails only once the descriptor is closed, when nobody sleeps any more.
func (w *pollWaiter) wake() {
	var one [8]byte
	binary.NativeEndian.PutUint64(one[:], 1)
	w.event.Write(one[:])
}
