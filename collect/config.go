package collect

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"llmbench/collect/protocol"
)

// Config is one load. Target, Backend, Protocol.Model and Arrivals are needed; the zero value of the rest is a plain load
// without limits. Validate before Run: the engine takes what it is given.
type Config struct {
	Target Target
	// Backend is one of protocol.Lookup, or the caller's own.
	Backend  protocol.Backend
	Protocol protocol.Config
	Arrivals Arrivals
	// MaxConcurrency limits the requests in flight; 0 means no limit. The wait for a slot is recorded. Where the dataset has
	// conversations it limits those, and Arrivals and Warmups count them.
	MaxConcurrency int
	// SelfTimed sends each request when the dataset, which must be a dataset.Timed, says it arrived; Arrivals' rate is
	// then not used.
	SelfTimed bool
	// ThinkTime keeps a slot closed for so long after its request has ended, as a person who reads the answer would.
	ThinkTime time.Duration
	// ProbeRate, in requests per second, sends probes beside the load and outside its concurrency limit, evenly spaced;
	// 0 sends none.
	ProbeRate float64
	Timeouts  Timeouts
	Retries   Retries
	// ColdConnections leaves the opening of connections to the requests, whose TTFT then holds it.
	ColdConnections bool
	// Warmups are sent before the load, in phase warmup: the last ones of the dataset, which the load never sends.
	Warmups int
	// BeforeOrigin, when set, is called when all is prepared and warmed up; its error ends the run.
	BeforeOrigin func(ctx context.Context) error
	// AtOrigin, when set, is told the origin when the load begins. It must not take time.
	AtOrigin func(origin time.Time)
	// RequestIDPrefix precedes the request's number in the header X-Request-Id.
	RequestIDPrefix string
	// KeepText keeps the output of every request.
	KeepText bool
	// CountTokens counts outputs whose length the server does not tell; nil counts them by chunks.
	CountTokens func(text string) (int, error)
}

// Validate reports every problem, in flag names.
func (c Config) Validate() error {
	errs := []error{c.Arrivals.Validate(), c.Timeouts.validate(), c.Retries.validate()}
	if c.MaxConcurrency < 0 {
		errs = append(errs, fmt.Errorf("--max-concurrency %d: must be above 0; leave it out for no limit", c.MaxConcurrency))
	}
	if c.ThinkTime < 0 || c.ThinkTime > 0 && c.MaxConcurrency == 0 {
		errs = append(errs, fmt.Errorf("--think-time %s: must not be below 0, and needs --max-concurrency, the number of users who think", c.ThinkTime))
	}
	if !(c.ProbeRate >= 0) || math.IsInf(c.ProbeRate, 1) {
		errs = append(errs, fmt.Errorf("--probe-request-rate %g: must be a number of at least 0", c.ProbeRate))
	}
	if _, err := c.probe(); err != nil {
		errs = append(errs, err)
	}
	if c.Warmups < 0 {
		errs = append(errs, fmt.Errorf("--num-warmups %d: must not be below 0", c.Warmups))
	}
	return errors.Join(errs...)
}
