// Package stats has the intervals, tests and verdicts of comparisons: pure numbers in, pure numbers out. The unit is the
// run, not the request; changes are ratios. It reads nothing, prints nothing and knows no metric: whether up is good is
// the caller's to say. Percentiles are 0 to 100, confidences and shares 0 to 1.
package stats

// Verdict says how a ratio stands to "no change" and to the smallest effect that matters.
type Verdict int

// Verdicts. Without a smallest effect Same cannot be told: no data show that a change is exactly none.
const (
	Undecided Verdict = iota
	Same              // the interval lies inside the band of effects too small to matter
	Up                // the interval lies above the band
	Down              // the interval lies below it
)

// Judge holds an interval of a ratio against the band of effects up to minEffect, 0.02 for 2 %. The band is
// symmetric on the log scale: from 1/(1+e) to 1+e.
func Judge(interval Interval, minEffect float64) Verdict {
	band := Interval{1 / (1 + minEffect), 1 + minEffect}
	switch {
	case interval.Lo > band.Hi:
		return Up
	case interval.Hi < band.Lo:
		return Down
	case minEffect > 0 && interval.Within(band):
		return Same
	}
	return Undecided
}
