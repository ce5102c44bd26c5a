package collect

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"llmbench/store"
)

// Arrivals says when requests are to be sent. It is pure: equal values give equal offsets.
type Arrivals struct {
	// Rate in requests per second; infinite sends all at the origin.
	Rate store.Rate
	// Burstiness is the shape of the gamma distribution of gaps: 1 is a Poisson process, below 1 is burstier, above
	// 1 more even, infinite gives constant gaps.
	Burstiness store.Rate
	Seed       int64
}

// Validate reports every problem, in flag names.
func (a Arrivals) Validate() error {
	var errs []error
	if !(a.Rate >= leastRate) {
		errs = append(errs, fmt.Errorf("--request-rate %s: must be at least %g, or inf to send all at once", a.Rate, leastRate))
	}
	if !(a.Burstiness >= leastBurstiness) {
		errs = append(errs, fmt.Errorf("--burstiness %s: must be at least %g, or inf for constant gaps", a.Burstiness, leastBurstiness))
	}
	return errors.Join(errs...)
}

// Below these a schedule is longer than a clock can count, or all its gaps are too small to be told from 0.
const (
	leastRate       = 1e-6
	leastBurstiness = 1e-3
)

// Offsets gives n ascending offsets from the origin.
//
// Gaps are drawn from Gamma(shape b, scale 1/(rate*b)), the first one before the first request; then all offsets are
// scaled so that the last request leaves at exactly n/rate, as vLLM's benchmark does: the offered rate is then the asked
// one whatever the seed, at the price of a sample conditioned on its sum.
func (a Arrivals) Offsets(n int) []time.Duration {
	offsets := make([]time.Duration, n)
	if n == 0 || math.IsInf(float64(a.Rate), 1) {
		return offsets
	}
	at := make([]float64, n)
	sum, gap := 0.0, a.gaps()
	for i := range at {
		sum += gap()
		at[i] = sum
	}
	if sum == 0 { // every gap of a very bursty sample was too small to be told from 0
		at[n-1], sum = 1, 1
	}
	scale := float64(n) / float64(a.Rate) / sum
	for i := range at {
		offsets[i] = time.Duration(math.Round(at[i] * scale * float64(time.Second)))
	}
	return offsets
}

// gaps returns the source of gaps in seconds.
func (a Arrivals) gaps() func() float64 {
	mean := 1 / float64(a.Rate)
	if math.IsInf(float64(a.Burstiness), 1) {
		return func() float64 { return mean }
	}
	b := float64(a.Burstiness)
	// distuv's Beta is the rate, the inverse of the scale.
	gamma := distuv.Gamma{Alpha: b, Beta: b / mean, Src: rand.NewPCG(uint64(a.Seed), 0x61727269)}
	return gamma.Rand
}
