package collect

import (
	"context"
	"syscall"
	"time"
)

// pausePrecisely waits for d, or until ctx ends.
//
// The Go runtime sleeps in epoll_wait, whose timeout is whole milliseconds rounded up: a timer is about 0.7 ms late.
// nanosleep is about 0.1 ms late but holds a thread and cannot be cancelled, so only the last stretch is slept that way.
func pausePrecisely(ctx context.Context, d time.Duration) {
	deadline := time.Now().Add(d)
	if coarse := d - fineStretch; coarse > 0 {
		timer := time.NewTimer(coarse)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
	}
	for rest := time.Until(deadline); rest > 0 && ctx.Err() == nil; rest = time.Until(deadline) {
		span := syscall.NsecToTimespec(int64(rest))
		// EINTR is the only error a valid span can give; the loop sleeps the rest.
		_ = syscall.Nanosleep(&span, nil)
	}
}
