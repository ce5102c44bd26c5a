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
	// Stages, when set, give the rate over time, one after the other; Rate is then not used.
	Stages []Stage
	// Duration, when above 0, is when sending ends, whatever is left.
	Duration time.Duration
}

// AllAtOnce reports whether there is no rate to keep.
func (a Arrivals) AllAtOnce() bool { return len(a.Stages) == 0 && math.IsInf(float64(a.Rate), 1) }

// Most is how many requests fit: the integral of the rate over the stages, or over the duration. It is false when
// nothing bounds them.
func (a Arrivals) Most() (n int, bounded bool) {
	// A product such as 0.1*30 must not lose a request to its last bit.
	const roundoff = 1e-9
	offered := 0.0
	switch {
	case len(a.Stages) > 0:
		for _, s := range a.Stages {
			offered += s.Requests()
		}
	case a.Duration > 0 && !a.AllAtOnce():
		offered = float64(a.Rate) * a.Duration.Seconds()
	default:
		return 0, false
	}
	return int(min(offered*(1+roundoff), math.MaxInt32)), true
}

// peak is the highest rate.
func (a Arrivals) peak() float64 {
	if len(a.Stages) == 0 {
		return float64(a.Rate)
	}
	highest := 0.0
	for _, s := range a.Stages {
		highest = max(highest, s.From, s.To)
	}
	return highest
}

// Validate reports every problem, in flag names.
func (a Arrivals) Validate() error {
	var errs []error
	if len(a.Stages) == 0 && !(a.Rate >= leastRate) {
		errs = append(errs, fmt.Errorf("--request-rate %s: must be at least %g, or inf to send all at once", a.Rate, leastRate))
	}
	if !(a.Burstiness >= leastBurstiness) {
		errs = append(errs, fmt.Errorf("--burstiness %s: must be at least %g, or inf for constant gaps", a.Burstiness, leastBurstiness))
	}
	if a.Duration < 0 {
		errs = append(errs, fmt.Errorf("--duration %s: must not be below 0", a.Duration))
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
// Gaps are drawn from Gamma(shape b, scale 1/b), in requests: the unit is the mean gap. The first one comes before the
// first request; then all are scaled so that the n-th request is due when the integral of the rate is n. At a constant
// rate the last request so leaves at exactly n/rate, as in vLLM's benchmark: the offered rate is the asked one whatever
// the seed, at the price of a sample conditioned on its sum. Stages stretch and shrink the same process: a request is due
// when the integral of the rate over time reaches its place. vLLM's ramps raise the rate from request to request instead,
// so that their course over time depends on itself.
func (a Arrivals) Offsets(n int) []time.Duration {
	offsets := make([]time.Duration, n)
	if n == 0 || a.AllAtOnce() {
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
	scale := float64(n) / sum
	for i := range at {
		offsets[i] = time.Duration(math.Round(a.due(at[i]*scale) * float64(time.Second)))
	}
	return offsets
}

// due is when the integral of the rate is n, in seconds.
func (a Arrivals) due(n float64) float64 {
	if len(a.Stages) == 0 {
		return n / float64(a.Rate)
	}
	return stagesAt(a.Stages, n)
}

// gaps returns the source of gaps of mean 1.
func (a Arrivals) gaps() func() float64 {
	if math.IsInf(float64(a.Burstiness), 1) {
		return func() float64 { return 1 }
	}
	b := float64(a.Burstiness)
	// distuv's Beta is the rate, the inverse of the scale.
	gamma := distuv.Gamma{Alpha: b, Beta: b, Src: rand.NewPCG(uint64(a.Seed), 0x61727269)}
	return gamma.Rand
}
