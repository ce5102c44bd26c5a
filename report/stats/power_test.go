package stats

import (
	"math"
	"testing"
)

// TestPowerAgainstCohen: runs a side for 80 % power at 5 %, two-sided, by effect in standard deviations (Cohen 1988,
// table 2.4.1), and the power they have (as G*Power gives it).
func TestPowerAgainstCohen(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		effect float64
		n      int
		power  float64
	}{{0.5, 64, 0.8015}, {0.8, 26, 0.8075}, {1.0, 17, 0.8070}, {1.2, 12, 0.8019}} {
		near(t, "power", FoundBy(row.n, 1, row.effect), row.power, 6e-4)
		if got := Repeats(1, math.Expm1(row.effect)); got != row.n {
			t.Errorf("effect %g needs %d runs, want %d", row.effect, got, row.n)
		}
	}
}

func TestPowerAtTheEdges(t *testing.T) {
	t.Parallel()
	near(t, "no effect is found as often as chance claims it", FoundBy(5, 0.03, 0), 0.05, 1e-6)
	near(t, "with two runs as well", FoundBy(2, 0.03, 0), 0.05, 1e-4)
	near(t, "a huge effect is always found", FoundBy(4, 0.03, 10), 1, 1e-6)
	if got := FoundBy(1, 0.03, 1); got != 0 {
		t.Errorf("one run a side finds %v", got)
	}
	near(t, "the smallest change is found as planned", FoundBy(5, 0.03, math.Log1p(SmallestChange(5, 0.03))), Power, 1e-6)
	if !math.IsInf(SmallestChange(1, 0.03), 1) || SmallestChange(5, 0) != 0 {
		t.Error("one run a side shows a change, or runs without noise do not")
	}
	if got := Repeats(0, 0.03); got != 4 {
		t.Errorf("without noise %d runs are needed, want 4", got)
	}
	if got := Repeats(5, 0.001); got != MostRepeats {
		t.Errorf("a hopeless plan needs %d runs, want %d", got, MostRepeats)
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()
	// Two groups with variances 1 (2 df) and 4 (1 df) about different centres.
	sd, df := Spread(exps(0, 1, 2), exps(10, 10+2*math.Sqrt2), exps(5))
	near(t, "sd", sd, math.Sqrt((2*1+1*4)/3.0), 1e-9)
	near(t, "df", df, 3, 0)
	if sd, df = Spread([]float64{1}, nil); !math.IsNaN(sd) || df != 0 {
		t.Errorf("single runs have the spread %v", sd)
	}
	if sd, _ = Spread([]float64{0, 1}); !math.IsNaN(sd) {
		t.Errorf("0 has a logarithm: %v", sd)
	}
	// chi-squared, 8 df, 5 %: 2.733
	near(t, "largest spread", LargestSpread(0.03, 8), 0.03*math.Sqrt(8/2.7326), 1e-4)
}
