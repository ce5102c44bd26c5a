package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestHolm(t *testing.T) {
	t.Parallel()
	adjusted, level := Holm([]float64{0.01, 0.04, 0.03, 0.005}, []float64{1, 1, 1, 1})
	for i, want := range []float64{0.03, 0.06, 0.06, 0.02} { // as R's p.adjust gives it
		near(t, "adjusted", adjusted[i], want, 1e-12)
	}
	for i, want := range []float64{1 - 0.05/3, 1 - 0.05/2, 1 - 0.05/2, 1 - 0.05/4} {
		near(t, "level", level[i], want, 1e-12)
	}
	if adjusted, level = Holm(nil, nil); len(adjusted)+len(level) != 0 {
		t.Error("no tests, yet results")
	}
	if adjusted, level = Holm([]float64{0.2}, []float64{7}); adjusted[0] != 0.2 || math.Abs(level[0]-0.95) > 1e-12 {
		t.Errorf("one test is adjusted: %v, %v", adjusted, level)
	}
}

// someTests are up to most tests, some of them significant, with weights.
func someTests(rng *rand.Rand, most int) (p, weights []float64) {
	for range 1 + rng.IntN(most) {
		p = append(p, math.Pow(rng.Float64(), 4))
		weights = append(weights, float64(1+rng.IntN(5)))
	}
	return p, weights
}

// TestHolmLevelsSayTheSame: p below 1 - level just where the adjusted p is at most 0.05.
func TestHolmLevelsSayTheSame(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 8))
	for range 500 {
		p, weights := someTests(rng, 12)
		adjusted, level := Holm(p, weights)
		for i := range p {
			if (p[i] <= 1-level[i]+1e-15) != (adjusted[i] <= 0.05+1e-15) {
				t.Fatalf("p %v: adjusted %v, level %v", p, adjusted, level)
			}
		}
	}
}

// The method is the short way to a closed test (Marcus, Peritz and Gabriel 1976): a claim stands when every set of tests
// that it is part of is rejected, each by Bonferroni with the weights in it. Here is the long way.
func TestHolmIsClosed(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(9, 10))
	for range 200 {
		p, weights := someTests(rng, 7)
		want := make([]float64, len(p))
		for set := 1; set < 1<<len(p); set++ {
			weight, smallest := 0.0, math.Inf(1)
			for i := range p {
				if set>>i&1 == 1 {
					weight, smallest = weight+weights[i], min(smallest, p[i]/weights[i])
				}
			}
			for i := range p {
				if set>>i&1 == 1 {
					want[i] = max(want[i], min(1, weight*smallest))
				}
			}
		}
		adjusted, _ := Holm(p, weights)
		for i := range p {
			near(t, "adjusted", adjusted[i], want[i], 1e-12)
		}
	}
}
