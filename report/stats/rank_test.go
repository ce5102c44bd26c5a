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
