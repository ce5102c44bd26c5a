package simulate

import "time"

// waiter is how a scheduler sleeps. One goroutine calls begin, until and end; wake may be called from any.
type waiter interface {
	// begin readies the calling goroutine.
	begin()
	// until returns at t, or earlier after a wake or for no reason. The zero time is never.
	until(t time.Time)
	// wake ends the until under way, or else the next one.
	wake()
	end()
}

// newWaiter takes the precise way where there is one and a second processor beside it: a thread that sleeps in the kernel
// holds its processor until the runtime notices.
func newWaiter(coarse bool) waiter {
	if !coarse {
		if w := newPreciseWaiter(); w != nil {
			return w
		}
	}
	return &timerWaiter{woken: make(chan struct{}, 1)}
}

// timerWaiter sleeps by the runtime's timers: on Linux up to a millisecond late, since the runtime waits in whole
// milliseconds, and exact under testing/synctest.
type timerWaiter struct {
	woken chan struct{}
	timer *time.Timer
}

var _ waiter = (*timerWaiter)(nil)

func (w *timerWaiter) begin() {}

func (w *timerWaiter) end() {
	if w.timer != nil {
		w.timer.Stop()
	}
}

func (w *timerWaiter) until(t time.Time) {
	if t.IsZero() {
		<-w.woken
		return
	}
	d := time.Until(t)
	if d <= 0 {
		return
	}
	if w.timer == nil {
		w.timer = time.NewTimer(d)
	} else {
		w.timer.Reset(d)
	}
	select {
	case <-w.timer.C:
	case <-w.woken:
	}
}

func (w *timerWaiter) wake() {
	select {
	case w.woken <- struct{}{}:
	default:
	}
}
