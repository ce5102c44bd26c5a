// Package calibrate finds out how true the client is on the host it runs on: it puts loads of known timing on a
// simulated engine in a process of its own and holds every stamp against the engine's log of what it sent and when.
package calibrate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"llmbench/store"
)

// Server is a simulated engine in a process of its own.
type Server interface {
	URL() string
	// CPU is how long the process has run, user and system; false where the system does not tell.
	CPU() (time.Duration, bool)
	// End stops the process; its truth log is complete afterwards.
	End() error
}

// Start starts an engine that logs to the file truth: with the timing given, or without pauses in a flood.
type Start func(ctx context.Context, timing Timing, flood bool, truth string) (Server, error)

// Config is a calibration.
type Config struct {
	Steps  []int // streams in flight
	Flood  bool  // ends with a step without pauses
	Burst  bool  // all streams of a step begin at once; else they are spread over the length of one
	Timing Timing
	Start  Start
	// Dir takes the truth logs; each is removed after its step.
	Dir string
	// Note gets a step when it is done.
	Note func(store.CalibrationStep)
}

// Validate reports every problem, in flag names.
func (c Config) Validate() error {
	var errs []error
	if len(c.Steps) == 0 && !c.Flood {
		errs = append(errs, errors.New("--steps: give at least one number of streams, or --flood"))
	}
	for _, streams := range c.Steps {
		if streams < 1 {
			errs = append(errs, fmt.Errorf("--steps %d: must be above 0", streams))
		}
	}
	return errors.Join(errs...)
}

// The flood's load: enough streams that reads are full, enough chunks that it lasts a second or two.
const (
	floodStreams = 16
	floodTokens  = 8000
)

// Climb measures every step in order and chooses the largest that can be trusted. The caller fills in what it knows of
// the host.
func Climb(ctx context.Context, c Config) (*store.Calibration, error) {
	result := &store.Calibration{BeganAt: time.Now().UTC(), TTFTNS: int64(c.Timing.TTFT), ITLNS: int64(c.Timing.ITL), TokensPerStream: c.Timing.Tokens, Burst: c.Burst}
	for i, load := range c.loads() {
		step, err := c.step(ctx, load, i >= len(c.Steps))
		if err != nil {
			return nil, err
		}
		result.Steps = append(result.Steps, *step)
		c.Note(*step)
	}
	result.TrustedStreams = trustedStreams(result.Steps)
	return result, nil
}

// loads lays out the steps: each stream is followed by two more, so that a step lasts some seconds.
func (c Config) loads() []Load {
	const rounds, fewest = 3, 4
	loads := make([]Load, 0, len(c.Steps)+1)
	for _, streams := range c.Steps {
		load := Load{Streams: streams, Requests: max(rounds*streams, fewest), Tokens: c.Timing.Tokens, Rate: math.Inf(1)}
		if !c.Burst {
			load.Rate = float64(streams) / c.Timing.Stream().Seconds()
		}
		loads = append(loads, load)
	}
	if c.Flood {
		loads = append(loads, Load{Streams: floodStreams, Requests: rounds * floodStreams, Tokens: floodTokens, Rate: math.Inf(1)})
	}
	return loads
}

// step measures one load against an engine of its own.
func (c Config) step(ctx context.Context, load Load, flood bool) (*store.CalibrationStep, error) {
	truth := filepath.Join(c.Dir, "truth.jsonl")
	server, err := c.Start(ctx, c.Timing, flood, truth)
	if err != nil {
		return nil, err
	}
	before, told := server.CPU()
	run, err := Send(ctx, server.URL(), "simulated", "calibrate-", load)
	after, _ := server.CPU()
	if err := errors.Join(err, server.End()); err != nil {
		return nil, err
	}
	errs, err := joinFile(run.Requests, truth)
	if err != nil {
		return nil, err
	}
	step := describe(run, errs)
	step.Streams, step.Flood = load.Streams, flood
	if told && step.Chunks > 0 {
		step.ServerCPUPerChunkNS = new(int64(after-before) / step.Chunks)
	}
	judge(step, c.Timing)
	return step, nil
}

// joinFile joins with a truth log and removes it.
func joinFile(requests []Request, truth string) (Errors, error) {
	file, err := os.Open(truth)
	if err != nil {
		return Errors{}, fmt.Errorf("open the truth log: %w", err)
	}
	records, err := ReadTruth(file)
	if err := errors.Join(err, file.Close(), os.Remove(truth)); err != nil {
		return Errors{}, err
	}
	return Join(requests, records), nil
}

func describe(run *Run, e Errors) *store.CalibrationStep {
	o := run.Outcome
	s := &store.CalibrationStep{
		Requests: o.Completed + o.Failed, Failed: o.Failed, Unmatched: e.Unmatched, Chunks: run.Chunks(),
		TTFTError: Spread(e.TTFTNS), SendError: Spread(e.SendNS), ArrivalError: Spread(e.ArrivalNS), GapError: Spread(e.GapNS),
		LagP99NS: int64(o.Client.LagP99), SchedP99NS: int64(o.Client.SchedP99),
	}
	s.Verdict, s.Reason = o.Client.Verdict()
	if o.Duration > 0 {
		s.ChunksPerSecond = float64(s.Chunks) / o.Duration.Seconds()
	}
	if s.Chunks > 0 {
		s.ClientCPUPerChunkNS = int64(o.Client.CPUTime) / s.Chunks
	}
	return s
}
