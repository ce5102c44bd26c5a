package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/aclements/go-moremath/stats"
)

// Student's sleep data (Biometrika 6, 1908): hours gained by ten people under two drugs, the most published example of
// the t-test. The values stand for logarithms here.
var (
	sleepA = exps(0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
	sleepB = exps(1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)
)

func TestCriticalValuesOfStudentsT(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ level, df, want float64 }{ // any statistics book has this table
		{0.95, 1, 12.706}, {0.95, 2, 4.303}, {0.95, 3, 3.182}, {0.95, 4, 2.776}, {0.95, 8, 2.306}, {0.95, 30, 2.042},
		{0.99, 1, 63.657}, {0.99, 4, 4.604}, {0.99, 8, 3.355}, {0.90, 10, 1.812}, {0.999, 5, 6.869},
	} {
		near(t, "t", tQuantile(row.level, row.df), row.want, 5e-4)
		near(t, "p of t", tP(tQuantile(row.level, row.df), row.df), 1-row.level, 1e-9)
	}
}

func TestWelchOnPublishedData(t *testing.T) {
	t.Parallel()
	r := Welch(sleepA, sleepB)
	near(t, "log ratio", math.Log(r.Value()), 1.58, 1e-9)
	near(t, "df", r.(LogRatio).DF, 17.776, 1e-4)
	near(t, "p", r.P(), 0.07939, 1e-4)
	i := r.Interval(0.95)
	near(t, "lo", math.Log(i.Lo), -0.2054832, 1e-6)
	near(t, "hi", math.Log(i.Hi), 3.3654832, 1e-6)
}

func TestPairedOnPublishedData(t *testing.T) {
	t.Parallel()
	r := Paired(sleepA, sleepB)
	near(t, "p", r.P(), 0.002833, 1e-4)
	i := r.Interval(0.95)
	near(t, "lo", math.Log(i.Lo), 0.7001142, 1e-6)
	near(t, "hi", math.Log(i.Hi), 2.4598858, 1e-6)
}

func TestCenterOnPublishedData(t *testing.T) {
	t.Parallel()
	c := CenterOf(sleepB)
	near(t, "centre", math.Log(c.Value), 2.33, 1e-9)
	near(t, "spread", c.Spread, 2.002249, 1e-6)
	near(t, "lo", math.Log(c.Interval.Lo), 0.8976775, 1e-6)
	near(t, "hi", math.Log(c.Interval.Hi), 3.7623225, 1e-6)
	near(t, "half width", c.HalfWidth(), math.Expm1(3.7623225-2.33), 1e-5)
}

// TestWelchAgainstLibrary holds our interval's test against an implementation of others, on spreads and sizes that differ.
func TestWelchAgainstLibrary(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		logsA, logsB := make([]float64, 2+rng.IntN(6)), make([]float64, 2+rng.IntN(6))
		for i := range logsA {
			logsA[i] = rng.NormFloat64()
		}
		for i := range logsB {
			logsB[i] = 0.5 + 3*rng.NormFloat64()
		}
		want, err := stats.TwoSampleWelchTTest(stats.Sample{Xs: logsA}, stats.Sample{Xs: logsB}, stats.LocationDiffers)
		if err != nil {
			t.Fatal(err)
		}
		r := Welch(exps(logsA...), exps(logsB...)).(LogRatio)
		near(t, "t", r.Log/r.SE, -want.T, 1e-9)
		near(t, "df", r.DF, want.DoF, 1e-9)
		near(t, "p", r.P(), want.P, 1e-9)
	}
}

// TestIntervalAgreesWithP: every kind of ratio leaves out "no change" just where its p-value is below.
func TestIntervalAgreesWithP(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	for trial := range 300 {
		a, b := make([]float64, 5), make([]float64, 5)
		for i := range a {
			a[i], b[i] = 10+rng.NormFloat64(), 10.5+rng.NormFloat64()
		}
		if trial%2 == 1 {
			a[0], b[0] = 10+rng.NormFloat64(), 0 // no logarithm
		}
		for name, r := range map[string]Ratio{"Welch": Welch(a, b), "paired": Paired(a, b)} {
			i := r.Interval(1 - r.P())
			near(t, name+": the nearer bound", min(math.Abs(i.Lo-1), math.Abs(i.Hi-1)), 0, 1e-6)
		}
	}
}

// TestFiellerAgainstSearch looks for the bounds by trying ratios.
func TestFiellerAgainstSearch(t *testing.T) {
	t.Parallel()
	a, b := []float64{4, 5, 6, 5.5}, []float64{0, 1.5, 3, 2}
	for name, r := range map[string]LinearRatio{"Welch": Welch(a, b).(LinearRatio), "paired": Paired(a, b).(LinearRatio)} {
		critical := tQuantile(0.95, r.DF)
		lo, hi := math.Inf(1), math.Inf(-1)
		for ratio := 0.0; ratio < 5; ratio += 1e-5 {
			se := math.Sqrt(r.VarB - 2*ratio*r.Cov + ratio*ratio*r.VarA)
			if math.Abs(r.MeanB-ratio*r.MeanA) <= critical*se {
				lo, hi = min(lo, ratio), max(hi, ratio)
			}
		}
		i := r.Interval(0.95)
		near(t, name+" lo", i.Lo, lo, 3e-5)
		near(t, name+" hi", i.Hi, hi, 3e-5)
	}
}

func TestRatiosAtTheEdges(t *testing.T) {
	t.Parallel()
	check := func(name string, a, b []float64, value, lo, hi, p float64) {
		t.Helper()
		r := Welch(a, b)
		i := r.Interval(0.95)
		if !same(r.Value(), value) || !same(i.Lo, lo) || !same(i.Hi, hi) || !same(r.P(), p) {
			t.Errorf("%s: %v [%v, %v] p=%v, want %v [%v, %v] p=%v", name, r.Value(), i.Lo, i.Hi, r.P(), value, lo, hi, p)
		}
	}
	check("all equal", []float64{3, 3, 3}, []float64{3, 3, 3}, 1, 1, 1, 1)
	check("equal within the sides", []float64{4, 4}, []float64{2, 2}, 0.5, 0.5, 0.5, 0)
	check("all 0", []float64{0, 0, 0}, []float64{0, 0, 0}, math.NaN(), 0, math.Inf(1), 1)
	check("to 0", []float64{5, 5, 5}, []float64{0, 0, 0}, 0, 0, 0, 0)
	check("from 0", []float64{0, 0, 0}, []float64{5, 5, 5}, math.NaN(), 0, math.Inf(1), 0)
	if Welch([]float64{1}, []float64{1, 2}) != nil || Paired([]float64{1, 2}, []float64{1, 2, 3}) != nil {
		t.Error("an interval from one run, or from runs that do not pair")
	}
	// A few zeros among noise: bounded only where the baseline is surely not 0.
	if i := Welch([]float64{0, 9, 0, 1}, []float64{4, 5, 4, 5}).Interval(0.95); i != Unbounded() {
		t.Errorf("a baseline that may be 0 bounds the ratio: %v", i)
	}
}

func same(a, b float64) bool {
	return a == b || math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-12
}

func TestPool(t *testing.T) {
	t.Parallel()
	point := LogRatio{Log: 0.1, SE: 0.02, DF: 8}
	if got := Pool([]Ratio{point}).(LogRatio); math.Abs(got.Log-0.1)+math.Abs(got.SE-0.02)+math.Abs(got.DF-8) > 1e-12 {
		t.Errorf("one point is not itself: %+v", got)
	}
	// Equal errors at k points: the error falls with the root of k and the degrees of freedom add up.
	got := Pool([]Ratio{point, LogRatio{Log: 0.3, SE: 0.02, DF: 8}}).(LogRatio)
	near(t, "mean", got.Log, 0.2, 1e-12)
	near(t, "error", got.SE, 0.02/math.Sqrt2, 1e-12)
	near(t, "df", got.DF, 16, 1e-12)
	// A point without an error adds none, and no degrees of freedom.
	got = Pool([]Ratio{point, LogRatio{Log: 0.1, SE: 0, DF: 8}}).(LogRatio)
	near(t, "df beside a sure point", got.DF, 8, 1e-12)
	if Pool(nil) != nil || Pool([]Ratio{point, LinearRatio{}}) != nil {
		t.Error("a mean of nothing, or of what has no logarithm")
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	check := func(lo, hi, minEffect float64, want Verdict) {
		t.Helper()
		if got := Judge(Interval{lo, hi}, minEffect); got != want {
			t.Errorf("Judge([%g, %g], %g) = %v, want %v", lo, hi, minEffect, got, want)
		}
	}
	check(1.01, 1.05, 0, Up)
	check(0.95, 0.99, 0, Down)
	check(0.99, 1.01, 0, Undecided)
	check(1, 1.05, 0, Undecided) // the bound itself is held
	check(0.99, 1.01, 0.02, Same)
	check(0.985, 1.05, 0.02, Undecided)
	check(1.01, 1.05, 0.02, Undecided) // a change, but perhaps one that does not matter
	check(1.03, 1.05, 0.02, Up)
	check(0.9, 0.97, 0.02, Down)
	check(0, math.Inf(1), 0.5, Undecided)
	check(1, 1, 0, Undecided)
	check(1, 1, 0.01, Same)
}
