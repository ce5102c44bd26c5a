package collect

import (
	"context"
	"sync"

	"llmbench/store"
)

// warmUp sends the warm-ups under the limit of the concurrency, waits for them and gives their records, whose times are
// still those before the origin. A warm-up that fails is a row; the load goes on.
func (e *Engine) warmUp(ctx context.Context) ([]finished, error) {
	if e.config.Warmups == 0 {
		return nil, nil
	}
	n := e.Units()
	preparer := e.newPreparer(n, n+e.config.Warmups)
	stopping, cancel := stoppable(ctx, e.stopping)
	defer cancel()
	var (
		underWay sync.WaitGroup
		mu       sync.Mutex
		ended    []finished
	)
	for i := n; i < n+e.config.Warmups; i++ {
		next := preparer.prepare(i)
		if next.err != nil {
			underWay.Wait()
			return nil, next.err
		}
		intendedNS := e.nowNS()
		slotNS, ok := e.slot(stopping, intendedNS, 0)
		if !ok {
			break
		}
		x := e.exchange(next, store.PhaseWarmup, intendedNS, slotNS)
		underWay.Add(1)
		e.carrier.send(ctx, x, next.body, e.requestID(next.id), func() {
			defer underWay.Done()
			e.freeSlot(x.rec.DoneNS.V)
			mu.Lock()
			ended = append(ended, x.finished(next.prompt.InputTokens))
			mu.Unlock()
		})
	}
	underWay.Wait()
	e.fillSlots()
	return ended, nil
}

// recordWarmups hands the warm-ups to the recorder with their times moved to the origin: all of them are negative.
func (e *Engine) recordWarmups(warmups []finished) {
	origin := e.originNS.Load()
	for _, w := range warmups {
		r := &w.rec.Request
		for _, at := range []*store.NullInt{&r.IntendedNS, &r.SlotNS, &r.SentNS, &r.WroteNS, &r.FirstByteNS, &r.FirstTokenNS, &r.LastTokenNS, &r.DoneNS} {
			if at.Valid {
				at.V -= origin
			}
		}
		e.recorder.put(w)
	}
}
