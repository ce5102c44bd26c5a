package collect

import (
	"time"

	"llmbench/store"
)

// Outcome is what a run came to, beside the records the sink has.
type Outcome struct {
	BeganAt           time.Time
	Duration          time.Duration // from the origin to the end of the last request
	Completed, Failed int64
	// Interrupted is true when the load was stopped before all requests were sent, or cut before all had ended.
	Interrupted bool
	// Stopped is true when Stop was called or ctx ended, even if everything had been sent by then.
	Stopped bool
	Client  Client
	Prompts PromptCounts
}

// neverBegan is the outcome of a run that ended before its load.
func neverBegan() *Outcome {
	return &Outcome{BeganAt: time.Now(), Interrupted: true, Client: Client{SendRatio: 1}}
}

// Describe writes the outcome into the run's row: its state, time and counts, and what the client measured of itself.
func (o *Outcome) Describe(run *store.Run) {
	run.Status = store.RunComplete
	if o.Interrupted {
		run.Status = store.RunInterrupted
	}
	run.BeganAt, run.DurationNS = o.BeganAt, new(int64(o.Duration))
	run.Completed, run.Failed = new(o.Completed), new(o.Failed)
	c := o.Client
	run.LagP50NS, run.LagP99NS, run.LagMaxNS = new(int64(c.LagP50)), new(int64(c.LagP99)), new(int64(c.LagMax))
	run.SchedP99NS, run.GCPauseMaxNS = new(int64(c.SchedP99)), new(int64(c.GCPauseMax))
	run.ClientCPU, run.QueueHighWater = new(c.CPU), new(int64(c.QueueHighWater))
	verdict, _ := c.Verdict()
	run.ClientVerdict = new(verdict)
}
