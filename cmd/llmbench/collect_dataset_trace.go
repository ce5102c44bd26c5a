package main

import (
	"fmt"
	"time"

	"llmbench/collect/dataset"
)

// traceFlags choose what of a recorded trace is replayed, and how.
type traceFlags struct {
	TraceSpeed    float64       `help:"trace: replay this many times as fast." default:"1" group:"data"`
	TraceStart    time.Duration `help:"trace: begin so long after its first request." group:"data"`
	TraceDuration time.Duration `help:"trace: how much of it to replay, in its own time; all when not given." group:"data"`
	BurstGPTModel string        `name:"burstgpt-model" help:"burstgpt: take the rows of this model that have an answer; all takes every row." default:"GPT-4" group:"data"`
	timedTraceFlags
}

// timedTraceFlags are vLLM's names for the form of a trace.
type timedTraceFlags struct {
	TimedTraceChunkHashSize     int     `help:"trace: tokens of a block that a hash stands for; found out from the lengths when not given." group:"data"`
	TimedTraceSecMultiplier     float64 `help:"trace: seconds that 1 means in a column of numbers. When not given: 1 for timed_trace and in CSV, 0.001 in JSONL." group:"data"`
	TimedTraceLabelTimestamp    string  `help:"trace: column of the times; known names are found." group:"data"`
	TimedTraceLabelInputLength  string  `help:"trace: column of the input lengths; known names are found." group:"data"`
	TimedTraceLabelOutputLength string  `help:"trace: column of the output lengths; known names are found." group:"data"`
	TimedTraceLabelHashIDs      string  `name:"timed-trace-label-hash-ids" help:"trace: column of the blocks' hashes; known names are found." group:"data"`
}

func (f traceFlags) into(c *dataset.Config) {
	c.Trace = dataset.TraceConfig{
		Speed: f.TraceSpeed, Start: f.TraceStart, Length: f.TraceDuration,
		BlockSize: f.TimedTraceChunkHashSize, UnitSeconds: f.TimedTraceSecMultiplier,
		Timestamp: f.TimedTraceLabelTimestamp, Input: f.TimedTraceLabelInputLength, Output: f.TimedTraceLabelOutputLength, Hashes: f.TimedTraceLabelHashIDs,
	}
	if c.Name == "burstgpt" && f.BurstGPTModel != "all" {
		c.Trace.Model = f.BurstGPTModel
	}
}

// tellTrace says what was read of a trace: its form is recognised, not asked for.
func (a *app) tellTrace(p *collectPlan, ds dataset.Dataset) {
	t, timed := dataset.AsTimed(ds)
	n := p.data.NumPrompts
	if !timed || n == 0 {
		return
	}
	times := "sent at the rate asked for"
	if p.load.SelfTimed {
		times = fmt.Sprintf("the last one due after %s", t.Offset(n-1).Round(time.Millisecond))
	}
	if size, of := t.Recipe()["block_size"]; of {
		times += fmt.Sprintf(", in blocks of %d tokens", size)
	}
	a.note("the trace has %d requests, %s", n, times)
}
