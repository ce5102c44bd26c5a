package stats

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"
)

// bruteMannWhitney counts, over all ways to deal the values out to the sides, those at least as far apart as it was.
func bruteMannWhitney(a, b []float64) float64 {
	all := append(append([]float64{}, a...), b...)
	u := func(inA uint) float64 {
		total := 0.0
		for i := range all {
			for j := range all {
				if inA>>i&1 == 1 && inA>>j&1 == 0 {
					switch {
					case all[i] > all[j]:
						total++
					case all[i] == all[j]:
						total += 0.5
					}
				}
			}
		}
		return total
	}
	middle := float64(len(a)*len(b)) / 2
	seen := math.Abs(u(1<<len(a)-1) - middle)
	extreme, ways := 0, 0
	for set := range uint(1) << len(all) {
		if bits.OnesCount(set) == len(a) {
			ways++
			if math.Abs(u(set)-middle) >= seen-1e-9 {
				extreme++
			}
		}
	}
	return float64(extreme) / float64(ways)
}

func TestMannWhitneyAgainstBruteForce(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	for trial := range 100 {
		a, b := make([]float64, 1+rng.IntN(5)), make([]float64, 1+rng.IntN(5))
		for _, side := range [][]float64{a, b} {
			for i := range side {
				side[i] = rng.NormFloat64()
				if trial%2 == 1 {
					side[i] = float64(rng.IntN(8)) // ties are frequent
				}
			}
		}
		near(t, "p", MannWhitney(a, b), bruteMannWhitney(a, b), 1e-9)
	}
}

func TestMannWhitneyOfSeparateSides(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]float64{3: 0.1, 4: 0.028571, 5: 0.0079365, 6: 0.0021645} { // 2 / (2n over n)
		a, b := make([]float64, n), make([]float64, n)
		for i := range a {
			a[i], b[i] = float64(i), float64(100+i)
		}
		near(t, "p", MannWhitney(a, b), want, 1e-5)
	}
	if p := MannWhitney([]float64{7, 7}, []float64{7, 7, 7}); p != 1 {
		t.Errorf("equal values: p = %v, want 1", p)
	}
	if p := MannWhitney(nil, []float64{7}); p != 1 {
		t.Errorf("an empty side: p = %v, want 1", p)
	}
}

func TestHolm(t *testing.T) {
	t.Parallel()
	adjusted, level := Holm([]float64{0.01, 0.04, 0.03, 0.005})
	for i, want := range []float64{0.03, 0.06, 0.06, 0.02} { // as R's p.adjust gives it
		near(t, "adjusted", adjusted[i], want, 1e-12)
	}
	for i, want := range []float64{1 - 0.05/3, 1 - 0.05/2, 1 - 0.05/2, 1 - 0.05/4} {
		near(t, "level", level[i], want, 1e-12)
	}
	if adjusted, level = Holm(nil); len(adjusted)+len(level) != 0 {
		t.Error("no tests, yet results")
	}
	if adjusted, level = Holm([]float64{0.2}); adjusted[0] != 0.2 || math.Abs(level[0]-0.95) > 1e-12 {
		t.Errorf("one test is adjusted: %v, %v", adjusted, level)
	}
}

// TestHolmLevelsSayTheSame: p below 1 - level just where the adjusted p is at most 0.05.
func TestHolmLevelsSayTheSame(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 8))
	for range 500 {
		p := make([]float64, 1+rng.IntN(12))
		for i := range p {
			p[i] = math.Pow(rng.Float64(), 4)
		}
		adjusted, level := Holm(p)
		for i := range p {
			if (p[i] <= 1-level[i]+1e-15) != (adjusted[i] <= 0.05+1e-15) {
				t.Fatalf("p %v: adjusted %v, level %v", p, adjusted, level)
			}
		}
	}
}
