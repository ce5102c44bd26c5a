package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestBlockLengthFollowsTheCorrelation(t *testing.T) {
	t.Parallel()
	// For correlation rho the best length is (6 rho^2/(1-rho^2)^2 n)^(1/3): 1, 11 and 50 items of 4000 here. An estimate
	// scatters around it.
	check := func(rho, lo, hi float64) {
		t.Helper()
		rng := rand.New(rand.NewPCG(9, uint64(100*rho)))
		const series = 40
		mean := 0.0
		for range series {
			mean += float64(BlockLength(autoregressive(rng, 4000, rho))) / series
		}
		if mean < lo || mean > hi {
			t.Errorf("rho %g: blocks of %.1f items, want %g to %g", rho, mean, lo, hi)
		}
	}
	ideal := func(rho float64) float64 { return math.Cbrt(6 * rho * rho / math.Pow(1-rho*rho, 2) * 4000) }
	check(0, 1, 6)
	check(0.5, 0.6*ideal(0.5), 1.6*ideal(0.5))
	check(0.9, 0.6*ideal(0.9), 1.6*ideal(0.9))
}

func TestBlockLengthIsATenthAtMost(t *testing.T) {
	t.Parallel()
	trend := make([]float64, 200)
	for i := range trend {
		trend[i] = float64(i)
	}
	if got := BlockLength(trend); got < 10 || got > 20 {
		t.Errorf("a trend over 200 items: blocks of %d, want 10 to 20", got)
	}
	for name, x := range map[string][]float64{"none": nil, "one": {3}, "two": {3, 4}, "constant": {5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}} {
		if got := BlockLength(x); got != 1 {
			t.Errorf("%s: blocks of %d, want 1", name, got)
		}
	}
}

func TestAutocovariances(t *testing.T) {
	t.Parallel()
	got := autocovariances([]float64{1, 2, 3, 4}, 2) // about the mean 2.5, over n
	for lag, want := range []float64{1.25, 0.3125, -0.375} {
		near(t, "lag", got[lag], want, 1e-12)
	}
}

func TestSamplesFor(t *testing.T) {
	t.Parallel()
	for percentile, want := range map[float64]float64{50: 6, 90: 36, 10: 36, 99: 368, 99.9: 3688, 100: math.Inf(1), 0: math.Inf(1)} {
		if got := SamplesFor(percentile); got != want {
			t.Errorf("p%g needs %v samples, want %v", percentile, got, want)
		}
	}
}
