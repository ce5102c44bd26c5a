package collect

import "time"

// fineStretch is how much of a pause comes after its coarse part, which a timer may end a millisecond late.
const fineStretch = 3 * time.Millisecond

// precisePauses is how many goroutines may pause precisely at once, beside the one that dispatches.
const precisePauses = 4

// waitUntil waits for a moment, and reports whether the load was not stopped meanwhile. The last stretch is precise where few
// wait at once: a precise pause holds a thread, and thousands of users may think.
func (e *Engine) waitUntil(dueNS int64) bool {
	if coarse := time.Duration(dueNS-e.nowNS()) - fineStretch; coarse > 0 {
		timer := time.NewTimer(coarse)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-e.stopped.Done():
			return false
		}
	}
	if rest := time.Duration(dueNS - e.nowNS()); rest > 0 {
		select {
		case e.precise <- struct{}{}:
			e.pause(e.stopped, rest)
			<-e.precise
		default:
			time.Sleep(rest)
		}
	}
	return e.stopped.Err() == nil
}
