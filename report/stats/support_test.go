package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// near fails unless got is within tolerance of want, relative to want where that is above 1.
func near(t *testing.T, name string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tolerance*max(1, math.Abs(want)) {
		t.Errorf("%s: %.9g, want %.9g", name, got, want)
	}
}

// exps takes the values of a published data set for logarithms.
func exps(logs ...float64) []float64 {
	values := make([]float64, len(logs))
	for i, v := range logs {
		values[i] = math.Exp(v)
	}
	return values
}

// autoregressive is a series with correlation rho from item to item and standard deviation 1.
func autoregressive(rng *rand.Rand, n int, rho float64) []float64 {
	x := make([]float64, n)
	x[0] = rng.NormFloat64()
	for i := 1; i < n; i++ {
		x[i] = rho*x[i-1] + math.Sqrt(1-rho*rho)*rng.NormFloat64()
	}
	return x
}
