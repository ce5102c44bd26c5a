package collect

import (
	"context"
	"math"
	"time"
)

func (e *Engine) fillSlots() {
	if e.config.MaxConcurrency == 0 {
		return
	}
	slots := min(e.config.MaxConcurrency, e.Units()+e.config.Warmups)
	e.slots = make(chan int64, slots)
	for range slots {
		e.slots <- math.MinInt64
	}
}

// slot waits for a slot and says when it was granted: at the intended time if one was free, else when it became free.
// That moment is stamped by who freed it, so that this goroutine's own wake-up counts as the client's lag. When no slot
// came before limit, if that is above 0, it is a moment beyond every limit.
func (e *Engine) slot(ctx context.Context, intendedNS int64, limit time.Duration) (int64, bool) {
	if ctx.Err() != nil {
		return 0, false
	}
	if e.slots == nil {
		return intendedNS, true
	}
	var timeUp <-chan time.Time
	if limit > 0 {
		timer := time.NewTimer(limit - time.Duration(e.nowNS()))
		defer timer.Stop()
		timeUp = timer.C
	}
	select {
	case freedNS := <-e.slots:
		return max(freedNS, intendedNS), true
	default:
	}
	select {
	case freedNS := <-e.slots:
		return max(freedNS, intendedNS), true
	case <-timeUp:
		return math.MaxInt64, true
	case <-ctx.Done():
		return 0, false
	}
}

func (e *Engine) freeSlot(doneNS int64) {
	if e.slots != nil {
		e.slots <- doneNS
	}
}

// freeSlotLater frees the slot after the think time. It is stamped with the moment it is due, so that a late timer counts
// as the client's lag.
func (e *Engine) freeSlotLater(doneNS int64) {
	think := e.config.ThinkTime
	if think == 0 {
		e.freeSlot(doneNS)
		return
	}
	time.AfterFunc(think, func() { e.freeSlot(doneNS + int64(think)) })
}
