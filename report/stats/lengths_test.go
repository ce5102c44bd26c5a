package stats

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestLengthsOf(t *testing.T) {
	t.Parallel()
	l := LengthsOf([]int{30, 10, 20, 40, 50}, 10)
	if l.N != 5 || l.Min != 10 || l.Max != 50 || l.Sum != 150 || l.Mean != 30 || l.P50 != 30 || l.P25 != 20 || l.P75 != 40 || l.P5 != 12 || l.P99 != 49.6 {
		t.Errorf("%+v", l)
	}
	want := []Bin{{10, 14, 1}, {15, 19, 0}, {20, 24, 1}, {25, 29, 0}, {30, 34, 1}, {35, 39, 0}, {40, 44, 1}, {45, 49, 0}, {50, 54, 1}}
	if !slices.Equal(l.Bins, want) {
		t.Errorf("bins %v, want %v", l.Bins, want)
	}
	if one := LengthsOf([]int{7, 7}, 10); !slices.Equal(one.Bins, []Bin{{7, 7, 2}}) || one.P99 != 7 {
		t.Errorf("%+v", one)
	}
	if none := LengthsOf(nil, 10); none.N != 0 || none.Bins != nil {
		t.Errorf("%+v", none)
	}
}

// Every value is in the bin that says so, and no value is in two.
func TestLengthsBins(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		values := make([]int, 1+rng.IntN(50))
		top := 1 << rng.IntN(24)
		for i := range values {
			values[i] = rng.IntN(top)
		}
		l := LengthsOf(values, 12)
		if len(l.Bins) > 12 || l.Bins[0].Count == 0 || l.Bins[len(l.Bins)-1].Count == 0 {
			t.Errorf("%v: bins %v", values, l.Bins)
		}
		total := 0
		for i, b := range l.Bins {
			n := 0
			for _, v := range values {
				if v >= b.From && v <= b.To {
					n++
				}
			}
			if n != b.Count || i > 0 && b.From != l.Bins[i-1].To+1 {
				t.Errorf("%v: bin %v holds %d", values, b, n)
			}
			total += b.Count
		}
		if total != len(values) {
			t.Errorf("%d values in the bins, want %d", total, len(values))
		}
	}
}
