// Package stats holds the numbers of a comparison: pure functions, no printing, no rounding for display.
package stats

import "math"

// noChange is the largest relative change that counts as none: half of the last digit a table shows (0.1 %).
const noChange = 0.0005

// Change is how one metric moved from side A to side B.
type Change struct {
	// Ratio is B/A; nil when A is 0 and B is not, or when either is unknown.
	Ratio *float64 `json:"ratio"`
	// Lo and Hi bound the ratio with 95 % confidence and P is the p-value of "no change". All three need repeated
	// runs on both sides and are nil without.
	Lo *float64 `json:"lo"`
	Hi *float64 `json:"hi"`
	P  *float64 `json:"p"`
	// N1 and N2 count the runs of each side that have the metric: the run is the unit, not the request.
	N1 int `json:"n1"`
	N2 int `json:"n2"`
}

// Between compares one run a side. An unknown value is nil; NaN and infinities are taken as unknown.
func Between(a, b *float64) Change {
	var c Change
	if Known(a) {
		c.N1 = 1
	}
	if Known(b) {
		c.N2 = 1
	}
	if c.N1 == 0 || c.N2 == 0 {
		return c
	}
	switch {
	case *a == *b:
		c.Ratio = new(1.0)
	case *a > 0:
		c.Ratio = new(*b / *a)
	}
	return c
}

// Known reports whether v holds a finite number.
func Known(v *float64) bool {
	return v != nil && !math.IsNaN(*v) && !math.IsInf(*v, 0)
}

// Percent is the change of B relative to A in percent, nil where Ratio is.
func (c Change) Percent() *float64 {
	if c.Ratio == nil {
		return nil
	}
	return new((*c.Ratio - 1) * 100)
}

// None reports a change too small to show: less than 0.05 % either way.
func (c Change) None() bool {
	return c.Ratio != nil && math.Abs(*c.Ratio-1) < noChange
}
