package collect

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"

	"llmbench/store"
)

func gapsOf(offsets []time.Duration) []float64 {
	gaps := make([]float64, 0, len(offsets))
	last := time.Duration(0)
	for _, o := range offsets {
		gaps = append(gaps, (o - last).Seconds())
		last = o
	}
	return gaps
}

func TestOffsets(t *testing.T) {
	const n = 20000
	for _, c := range []struct {
		rate, burstiness store.Rate
		variation        float64 // coefficient of variation of the gaps: 1/sqrt(burstiness)
	}{{10, 1, 1}, {250, 0.25, 2}, {4, 4, 0.5}, {7, store.Rate(math.Inf(1)), 0}} {
		offsets := Arrivals{Rate: c.rate, Burstiness: c.burstiness, Seed: 1}.Offsets(n)
		if !slices.IsSorted(offsets) || offsets[0] < 0 {
			t.Errorf("rate %v burstiness %v: offsets are not ascending", c.rate, c.burstiness)
		}
		want := time.Duration(n / float64(c.rate) * 1e9)
		if d := offsets[n-1] - want; d < -1 || d > 1 {
			t.Errorf("rate %v burstiness %v: last request at %v, want %v", c.rate, c.burstiness, offsets[n-1], want)
		}
		mean, std := stat.MeanStdDev(gapsOf(offsets), nil)
		if got := std / mean; math.Abs(got-c.variation) > 0.05*max(c.variation, 0.01) {
			t.Errorf("rate %v burstiness %v: variation of the gaps %v, want %v", c.rate, c.burstiness, got, c.variation)
		}
	}
}

func TestOffsetsAreAFunctionOfTheSeed(t *testing.T) {
	a := Arrivals{Rate: 5, Burstiness: 1, Seed: 42}
	if !slices.Equal(a.Offsets(100), a.Offsets(100)) {
		t.Error("the same seed gave two schedules")
	}
	b := a
	b.Seed++
	if slices.Equal(a.Offsets(100), b.Offsets(100)) {
		t.Error("two seeds gave the same schedule")
	}
}

func TestOffsetsAllAtOnce(t *testing.T) {
	for _, o := range (Arrivals{Rate: store.Rate(math.Inf(1)), Burstiness: 1}).Offsets(3) {
		if o != 0 {
			t.Errorf("offset %v, want 0", o)
		}
	}
	if got := (Arrivals{Rate: 1, Burstiness: 1}).Offsets(0); len(got) != 0 {
		t.Errorf("no requests have %d offsets", len(got))
	}
}

// The burstiest sample there may be still ends on time, even when all its gaps underflow.
func TestOffsetsOfExtremeBursts(t *testing.T) {
	for seed := range int64(50) {
		for _, n := range []int{1, 2, 10} {
			offsets := Arrivals{Rate: 2, Burstiness: leastBurstiness, Seed: seed}.Offsets(n)
			if d := offsets[n-1] - time.Duration(n)*time.Second/2; d < -1 || d > 1 || !slices.IsSorted(offsets) || offsets[0] < 0 {
				t.Errorf("seed %d: %v", seed, offsets)
			}
		}
	}
}

func TestArrivalsValidate(t *testing.T) {
	err := Arrivals{Rate: 0, Burstiness: -1}.Validate()
	if err == nil || !strings.Contains(err.Error(), "--request-rate") || !strings.Contains(err.Error(), "--burstiness") {
		t.Errorf("got %v, want both flags named", err)
	}
	if err := (Arrivals{Rate: 1, Burstiness: 1}).Validate(); err != nil {
		t.Error(err)
	}
}

func BenchmarkOffsets(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Arrivals{Rate: 100, Burstiness: 1, Seed: 1}.Offsets(1000)
	}
}
