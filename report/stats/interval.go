package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Level is the confidence of every interval that is not adjusted for several metrics.
const Level = 0.95

// Interval bounds a value or a ratio. A side that the data cannot bound is infinite; of a ratio, the lower side is 0
// at least.
type Interval struct{ Lo, Hi float64 }

// Unbounded is the interval of a ratio of which the data say nothing.
func Unbounded() Interval { return Interval{0, math.Inf(1)} }

// Holds reports whether v lies in the interval, its bounds included.
func (i Interval) Holds(v float64) bool { return i.Lo <= v && v <= i.Hi }

// Within reports whether the whole interval lies in the other.
func (i Interval) Within(other Interval) bool { return other.Lo <= i.Lo && i.Hi <= other.Hi }

// Bounded reports whether the data bound it.
func (i Interval) Bounded() bool { return !math.IsInf(i.Hi, 1) }

// tQuantile is the two-sided critical value of Student's t: the share level of the distribution lies within plus and
// minus it.
func tQuantile(level, df float64) float64 {
	return distuv.StudentsT{Sigma: 1, Nu: df}.Quantile(0.5 + level/2)
}

// tP is the two-sided p-value of t.
func tP(t, df float64) float64 {
	if math.IsNaN(t) {
		return 1
	}
	return 2 * distuv.StudentsT{Sigma: 1, Nu: df}.CDF(-math.Abs(t))
}
