package stats

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// Center is where the runs of one side lie. The centre is geometric, since changes are ratios; where a run has 0 or
// less it is the mean, for then the logarithm has nothing to say.
type Center struct {
	Value float64
	// Interval holds the centre with confidence Level by Student's t; unbounded for fewer than two runs.
	Interval Interval
	// Spread is how far the runs lie apart: the standard deviation of the logarithms, or of the values over their mean;
	// NaN for fewer than two runs.
	Spread float64
	N      int
}

// CenterOf centres the values of a side's runs. Without a value it is NaN.
func CenterOf(values []float64) Center {
	c := Center{Value: math.NaN(), Interval: Unbounded(), Spread: math.NaN(), N: len(values)}
	if len(values) == 0 {
		return c
	}
	logs, ok := logarithms(values)
	if !ok {
		return linearCenter(c, values)
	}
	mean, variance := moments(logs)
	c.Value = math.Exp(mean)
	if len(values) < 2 {
		c.Value = values[0]
		return c
	}
	c.Spread = math.Sqrt(variance)
	half := tQuantile(Level, float64(c.N-1)) * math.Sqrt(variance/float64(c.N))
	c.Interval = Interval{math.Exp(mean - half), math.Exp(mean + half)}
	return c
}

func linearCenter(c Center, values []float64) Center {
	mean, variance := moments(values)
	c.Value = mean
	if c.N < 2 {
		return c
	}
	half := tQuantile(Level, float64(c.N-1)) * math.Sqrt(variance/float64(c.N))
	c.Interval = Interval{mean - half, mean + half}
	if mean != 0 {
		c.Spread = math.Sqrt(variance) / math.Abs(mean)
	}
	return c
}

// HalfWidth is the larger distance from the centre to a bound, relative to the centre: 0.03 for "± 3 %". It is
// infinite where a bound is.
func (c Center) HalfWidth() float64 {
	if c.Interval == Unbounded() || c.Value == 0 {
		return math.Inf(1)
	}
	return max(c.Interval.Hi/c.Value-1, 1-c.Interval.Lo/c.Value)
}

// logarithms reports false when a value is not above 0.
func logarithms(values []float64) ([]float64, bool) {
	logs := make([]float64, len(values))
	for i, v := range values {
		if !(v > 0) {
			return nil, false
		}
		logs[i] = math.Log(v)
	}
	return logs, true
}

// moments gives the mean and the sample variance, 0 for a single value. Equal values have variance 0 exactly: the
// library's last digit would make a spread of them.
func moments(x []float64) (mean, variance float64) {
	equal := true
	for _, v := range x {
		equal = equal && v == x[0]
	}
	if equal {
		return x[0], 0
	}
	return stat.MeanVariance(x, nil)
}
