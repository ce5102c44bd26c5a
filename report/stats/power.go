package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Power is how often a change of that size is to be found by a comparison that is planned with it: 80 %, as is usual.
const Power = 0.8

// Spread pools the run-to-run spread of groups of repeats: the standard deviation of the logarithms within the
// groups, with its degrees of freedom. It is NaN, 0 when no group has two runs, and when a value is not above 0.
func Spread(groups ...[]float64) (sd, df float64) {
	var squares float64
	for _, group := range groups {
		if len(group) < 2 {
			continue
		}
		logs, ok := logarithms(group)
		if !ok {
			return math.NaN(), 0
		}
		_, variance := moments(logs)
		squares += variance * float64(len(group)-1)
		df += float64(len(group) - 1)
	}
	if df == 0 {
		return math.NaN(), 0
	}
	return math.Sqrt(squares / df), df
}

// LargestSpread is the spread that the true one exceeds in one case of twenty: of few runs a small spread may be luck.
func LargestSpread(sd, df float64) float64 {
	return sd * math.Sqrt(df/distuv.ChiSquared{K: df}.Quantile(0.05))
}

// FoundBy is the chance that n runs a side, unpaired, show a change of log size effect at run-to-run spread sd: that
// Student's t leaves out "no change" at Level. The distribution of t is then not central; its integral is taken over
// the estimated spread.
func FoundBy(n int, sd, effect float64) float64 {
	if n < 2 {
		return 0
	}
	if sd == 0 {
		return 1
	}
	df := float64(2*n - 2)
	return foundAt(math.Abs(effect)/(sd*math.Sqrt(2/float64(n))), df, tQuantile(Level, df))
}

// foundAt is P(|T| > t) for a noncentral T: with u = s/sigma, whose square is chi-squared over df, it is the mean of
// P(|Z + shift| > t u). Simpson's rule over all u that matter; u lies within 8 deviations of 1.
func foundAt(shift, df, t float64) float64 {
	chi := distuv.ChiSquared{K: df}
	density := func(u float64) float64 { return chi.Prob(df*u*u) * 2 * df * u }
	low, high := max(1e-6, 1-8/math.Sqrt(2*df)), 1+8/math.Sqrt(2*df)
	const steps = 400
	width := (high - low) / steps
	total := 0.0
	for i := range steps + 1 {
		u := low + float64(i)*width
		weight := float64(2 + 2*(i%2))
		if i == 0 || i == steps {
			weight = 1
		}
		beyond := distuv.UnitNormal.CDF(shift-t*u) + distuv.UnitNormal.CDF(-shift-t*u)
		total += weight * density(u) * beyond
	}
	return min(1, total*width/3)
}

// SmallestChange is the smallest change that n runs a side find with probability Power: 0.04 for 4 %. It is infinite
// for fewer than two runs.
func SmallestChange(n int, sd float64) float64 {
	if n < 2 {
		return math.Inf(1)
	}
	if sd == 0 {
		return 0
	}
	low, high := 0.0, sd
	for FoundBy(n, sd, high) < Power {
		high *= 2
	}
	for range 60 {
		if mid := (low + high) / 2; FoundBy(n, sd, mid) < Power {
			low = mid
		} else {
			high = mid
		}
	}
	return math.Expm1(high)
}

// MostRepeats is where Repeats gives up.
const MostRepeats = 10_000

// Repeats is how many runs a side find a change, 0.03 for 3 %, with probability Power; four at least, for below that
// there is no verdict. It gives MostRepeats for that many or more.
func Repeats(sd, change float64) int {
	effect := math.Abs(math.Log1p(change))
	low, high := fewest-1, fewest
	for high < MostRepeats && FoundBy(high, sd, effect) < Power {
		low, high = high, min(2*high, MostRepeats)
	}
	for low+1 < high {
		if mid := (low + high) / 2; FoundBy(mid, sd, effect) < Power {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// fewest is the number of runs a side that a verdict needs.
const fewest = 4
