package collect

import "time"

// stallBeat is how often the client looks at its clock; what is shorter is told by its lag.
const stallBeat = 100 * time.Millisecond

// stallWatch finds the longest time in which the process did not run: a stop signal, a host whose virtual machine was paused,
// memory that was swapped out. A load may be in flight then and nothing due, so that no lag tells of it.
type stallWatch struct {
	stopping chan struct{}
	longest  chan time.Duration
}

func watchStalls() *stallWatch {
	w := &stallWatch{stopping: make(chan struct{}), longest: make(chan time.Duration)}
	go w.run()
	return w
}

func (w *stallWatch) run() {
	ticks := time.NewTicker(stallBeat)
	defer ticks.Stop()
	seen := stalls{last: time.Now()}
	for {
		select {
		case <-ticks.C:
			seen.beat(time.Now()) // the tick itself says when it was due
		case <-w.stopping:
			seen.beat(time.Now())
			w.longest <- seen.longest
			return
		}
	}
}

// end gives the longest stall. It is called once.
func (w *stallWatch) end() time.Duration {
	close(w.stopping)
	return <-w.longest
}

// stalls are what the times between beats were longer than they should have been.
type stalls struct {
	last    time.Time
	longest time.Duration
}

func (s *stalls) beat(now time.Time) {
	s.longest, s.last = max(s.longest, now.Sub(s.last)-stallBeat), now
}
