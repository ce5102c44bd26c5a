package collect

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Stage is a stretch of a load whose rate goes from From to To, in requests per second.
type Stage struct {
	From, To float64
	// Exponential grows the rate by a constant factor per second instead of a constant amount.
	Exponential bool
	Length      time.Duration
}

// expected is the integral of the rate over the first t seconds of the stage, T seconds long:
//
//	linear       r(t) = a + (b-a) t/T     N(t) = a t + (b-a) t^2 / (2T)
//	exponential  r(t) = a (b/a)^(t/T)     N(t) = a (e^(kt) - 1) / k,  k = ln(b/a) / T
func (s Stage) expected(t float64) float64 {
	if k := s.growth(); s.Exponential && k != 0 {
		return s.From * math.Expm1(k*t) / k
	}
	return s.From*t + (s.To-s.From)*t*t/(2*s.Length.Seconds())
}

// at is the inverse of expected: when n requests are due. The linear case is the root of a quadratic, in the form that
// does not subtract nearly equal numbers.
func (s Stage) at(n float64) float64 {
	if n <= 0 {
		return 0
	}
	if k := s.growth(); s.Exponential && k != 0 {
		return math.Log1p(k*n/s.From) / k
	}
	slope := (s.To - s.From) / s.Length.Seconds()
	return 2 * n / (s.From + math.Sqrt(max(0, s.From*s.From+2*slope*n)))
}

func (s Stage) growth() float64 { return math.Log(s.To/s.From) / s.Length.Seconds() }

// Requests is how many requests the stage offers.
func (s Stage) Requests() float64 { return s.expected(s.Length.Seconds()) }

func (s Stage) validate(flag string) error {
	var errs []error
	finite := func(v float64) bool { return v >= 0 && !math.IsInf(v, 1) }
	if !finite(s.From) || !finite(s.To) || s.From+s.To == 0 {
		errs = append(errs, fmt.Errorf("%s: rates %g and %g must not be below 0, and not both 0", flag, s.From, s.To))
	}
	if s.Exponential && !(s.From > 0 && s.To > 0) {
		errs = append(errs, fmt.Errorf("%s: an exponential ramp cannot begin or end at 0", flag))
	}
	if s.Length <= 0 {
		errs = append(errs, fmt.Errorf("%s: length %s must be above 0", flag, s.Length))
	}
	return errors.Join(errs...)
}

// ParseStages reads RATE:LENGTH,RATE:LENGTH,... such as 10:30s,20:30s.
func ParseStages(text string) ([]Stage, error) {
	var stages []Stage
	for part := range strings.SplitSeq(text, ",") {
		rateText, lengthText, ok := strings.Cut(strings.TrimSpace(part), ":")
		rate, rateErr := strconv.ParseFloat(rateText, 64)
		length, lengthErr := time.ParseDuration(lengthText)
		if !ok || rateErr != nil || lengthErr != nil {
			return nil, fmt.Errorf("--stages %q: must be RATE:LENGTH, such as 10:30s", part)
		}
		s := Stage{From: rate, To: rate, Length: length}
		if err := s.validate(fmt.Sprintf("--stages %q", part)); err != nil {
			return nil, err
		}
		stages = append(stages, s)
	}
	return stages, nil
}

// Ramp is one stage over length; a length of 0 is derived from n, the number of requests it is to offer.
func Ramp(strategy string, from, to float64, length time.Duration, n int) (Stage, error) {
	s := Stage{From: from, To: to, Exponential: strategy == "exponential", Length: time.Second}
	if length != 0 {
		s.Length = length
	}
	if err := s.validate("--ramp-up-strategy " + strategy); err != nil {
		return s, err
	}
	if from > to {
		return s, fmt.Errorf("--ramp-up-start-rps %g: must not be above --ramp-up-end-rps %g", from, to)
	}
	if length == 0 { // the mean rate does not depend on the length
		s.Length = time.Duration(float64(n) / s.Requests() * float64(time.Second))
	}
	return s, nil
}

// stagesAt is when n requests are due over all stages.
func stagesAt(stages []Stage, n float64) float64 {
	before := 0.0
	for i, s := range stages {
		offered := s.Requests()
		if n <= offered || i == len(stages)-1 {
			return before + min(s.at(n), s.Length.Seconds())
		}
		n -= offered
		before += s.Length.Seconds()
	}
	return before
}
