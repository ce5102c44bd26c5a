package stats

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// Ratio is the ratio of side B to side A with its uncertainty between runs, at any level.
type Ratio interface {
	// Value is B over A; NaN when A is 0.
	Value() float64
	// Interval holds the true ratio with the given confidence.
	Interval(level float64) Interval
	// P is the p-value of "no change", two-sided. Interval(1-p) just reaches the ratio 1.
	P() float64
}

// LogRatio is a ratio on the log scale, where Student's t gives its interval: the form for everything above 0.
type LogRatio struct {
	Log float64 // of the ratio of geometric centres
	SE  float64 // standard error of Log
	DF  float64 // degrees of freedom
}

var _ Ratio = LogRatio{}

// Value is the ratio of the geometric centres.
func (r LogRatio) Value() float64 { return math.Exp(r.Log) }

// Interval is exp(Log ± t SE).
func (r LogRatio) Interval(level float64) Interval {
	if r.SE == 0 {
		return Interval{r.Value(), r.Value()}
	}
	half := tQuantile(level, r.DF) * r.SE
	return Interval{math.Exp(r.Log - half), math.Exp(r.Log + half)}
}

// P is Student's t-test of Log = 0.
func (r LogRatio) P() float64 { return exactP(r.Log, r.SE, r.DF) }

// exactP tests a difference; without any spread there is nothing left to chance.
func exactP(difference, se, df float64) float64 {
	switch {
	case se > 0:
		return tP(difference/se, df)
	case difference == 0:
		return 1
	}
	return 0
}

// LinearRatio is a ratio of means, for values among which is a 0. Its interval is Fieller's (Fieller 1954): all
// ratios r that t would not reject as MeanB - r MeanA = 0.
type LinearRatio struct {
	MeanA, MeanB float64
	VarA, VarB   float64 // of the means
	Cov          float64 // of the means; 0 for unpaired runs
	DF           float64
}

var _ Ratio = LinearRatio{}

// Value is the ratio of the means.
func (r LinearRatio) Value() float64 {
	if r.MeanA == 0 {
		return math.NaN()
	}
	return r.MeanB / r.MeanA
}

// Interval solves (MeanB - x MeanA)^2 = t^2 (VarB - 2 x Cov + x^2 VarA). Where MeanA itself may be 0 there is no
// bounded solution.
func (r LinearRatio) Interval(level float64) Interval {
	t := tQuantile(level, r.DF)
	a := r.MeanA*r.MeanA - t*t*r.VarA
	b := r.MeanA*r.MeanB - t*t*r.Cov
	c := r.MeanB*r.MeanB - t*t*r.VarB
	if !(a > 0) {
		return Unbounded()
	}
	half := math.Sqrt(max(0, b*b-a*c))
	return Interval{max(0, (b-half)/a), max(0, (b+half)/a)}
}

// P is Student's t-test of equal means.
func (r LinearRatio) P() float64 {
	return exactP(r.MeanB-r.MeanA, math.Sqrt(max(0, r.VarA+r.VarB-2*r.Cov)), r.DF)
}

// Welch compares unpaired runs, at least two a side, whose spreads may differ (Welch 1947). It is nil for fewer.
func Welch(a, b []float64) Ratio {
	if len(a) < 2 || len(b) < 2 {
		return nil
	}
	logsA, okA := logarithms(a)
	logsB, okB := logarithms(b)
	if !okA || !okB {
		meanA, varA := moments(a)
		meanB, varB := moments(b)
		varA, varB = varA/float64(len(a)), varB/float64(len(b))
		return LinearRatio{MeanA: meanA, MeanB: meanB, VarA: varA, VarB: varB, DF: satterthwaite(varA, varB, len(a), len(b))}
	}
	meanA, varA := moments(logsA)
	meanB, varB := moments(logsB)
	varA, varB = varA/float64(len(a)), varB/float64(len(b))
	return LogRatio{Log: meanB - meanA, SE: math.Sqrt(varA + varB), DF: satterthwaite(varA, varB, len(a), len(b))}
}

// satterthwaite gives Welch's degrees of freedom for variances of means; those of equal spreads when there is none.
func satterthwaite(varA, varB float64, nA, nB int) float64 {
	if varA+varB == 0 {
		return float64(nA + nB - 2)
	}
	return (varA + varB) * (varA + varB) / (varA*varA/float64(nA-1) + varB*varB/float64(nB-1))
}

// Paired compares runs of which a[i] and b[i] belong together, at least two pairs. It is nil for fewer or unequal
// numbers.
func Paired(a, b []float64) Ratio {
	if len(a) != len(b) || len(a) < 2 {
		return nil
	}
	n := float64(len(a))
	logsA, okA := logarithms(a)
	logsB, okB := logarithms(b)
	if !okA || !okB {
		meanA, varA := moments(a)
		meanB, varB := moments(b)
		return LinearRatio{MeanA: meanA, MeanB: meanB, VarA: varA / n, VarB: varB / n, Cov: stat.Covariance(a, b, nil) / n, DF: n - 1}
	}
	differences := make([]float64, len(a))
	for i := range a {
		differences[i] = logsB[i] - logsA[i]
	}
	mean, variance := moments(differences)
	return LogRatio{Log: mean, SE: math.Sqrt(variance / n), DF: n - 1}
}

// Pool averages the changes at several load points on the log scale, each point with the same weight: the geometric
// mean of the ratios, not the ratio of geometric means. The degrees of freedom are Satterthwaite's (1946). It is nil
// when a ratio has no logarithm.
func Pool(ratios []Ratio) Ratio {
	var pooled LogRatio
	var variance, weighted float64
	for _, ratio := range ratios {
		r, ok := ratio.(LogRatio)
		if !ok {
			return nil
		}
		pooled.Log += r.Log / float64(len(ratios))
		v := r.SE * r.SE
		variance += v
		weighted += v * v / r.DF
		pooled.DF += r.DF
	}
	if len(ratios) == 0 {
		return nil
	}
	if variance > 0 {
		pooled.DF = variance * variance / weighted
	}
	pooled.SE = math.Sqrt(variance) / float64(len(ratios))
	return pooled
}
