package stats

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

func TestGrid(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(11, 12))
	for range 10_000 {
		v := math.Exp(rng.Float64()*40 - 13)
		if got := binValue(bin(v)); math.Abs(got/v-1) > GridWidth/2*(1+1e-9) {
			t.Fatalf("%g reads back as %g", v, got)
		}
	}
	for _, v := range []float64{0, -1, 1e-9, math.NaN()} {
		if got := binValue(bin(v)); got != 0 {
			t.Errorf("%g reads back as %g, want 0", v, got)
		}
	}
}

// tokenRun is a small run: items of gaps whose level wanders, some without a gap.
func tokenRun(seed uint64, items, size int) [][]float64 {
	rng := rand.New(rand.NewPCG(seed, 13))
	level := autoregressive(rng, items, 0.7)
	run := make([][]float64, items)
	for i := range run {
		for range rng.IntN(size) {
			run[i] = append(run[i], 10*math.Exp(0.2*level[i]+0.3*rng.NormFloat64()))
		}
	}
	return run
}

// exactQuantile is the percentile of all values of the items, repeated by weight: numpy's default.
func exactQuantile(items [][]float64, weights []int32, percentile float64) float64 {
	var all []float64
	for i, values := range items {
		for range weights[i] {
			all = append(all, values...)
		}
	}
	slices.Sort(all)
	return quantile(all, percentile/100)
}

// TestBootstrapAgainstExact repeats every resample on the values themselves, without the grid.
func TestBootstrapAgainstExact(t *testing.T) {
	t.Parallel()
	run := tokenRun(1, 60, 12)
	s := NewSamples(run)
	b := Bootstrap{Resamples: 300, Seed: 7}
	percentiles := []float64{0, 1, 50, 50.1, 90, 99, 99.9, 100}
	got := b.resample(s, percentiles, 3)

	exact := make([][]float64, len(percentiles))
	draws := b.blocks(s.Items(), got.BlockLength, 3)
	weights := make([]int32, s.Items())
	for i := range b.Resamples {
		draws.draw(weights)
		total, n := 0.0, 0.0
		for item, values := range run {
			for _, v := range values {
				total += float64(weights[item]) * v
				n += float64(weights[item])
			}
		}
		near(t, "mean", got.Means[i], total/n, 1e-12)
		for k, p := range percentiles {
			want := exactQuantile(run, weights, p)
			near(t, "quantile over exact", got.Quantiles[k][i]/want, 1, GridWidth/2*1.0001)
			exact[k] = append(exact[k], want)
		}
	}
	for k := range percentiles {
		onGrid, exactly := Percentiles(got.Quantiles[k], Level), Percentiles(exact[k], Level)
		near(t, "lower bound over exact", onGrid.Lo/exactly.Lo, 1, GridWidth/2*1.0001)
		near(t, "upper bound over exact", onGrid.Hi/exactly.Hi, 1, GridWidth/2*1.0001)
	}
}

// TestResamplesBeyondTheWindow: one item drawn alone puts every percentile far from where the window was made for.
func TestResamplesBeyondTheWindow(t *testing.T) {
	t.Parallel()
	run := tokenRun(3, 30, 40)
	s := NewSamples(run)
	for only := range run {
		weights := make([]int32, len(run))
		weights[only] = 1
		for _, p := range []float64{5, 50, 99} {
			got := s.window(p, 0.001).quantile(s, weights, p/100*(s.sizes[only]-1))
			if len(run[only]) == 0 {
				if !math.IsNaN(got) {
					t.Errorf("no values, yet p%g is %v", p, got)
				}
				continue
			}
			near(t, "quantile over exact", got/exactQuantile(run, weights, p), 1, GridWidth/2*1.0001)
		}
	}
}

func TestDrawsAreWholeBlocks(t *testing.T) {
	t.Parallel()
	const n, length, draws = 50, 7, 4000
	b := DefaultBootstrap().blocks(n, length, 1)
	weights, mean := make([]int32, n), make([]float64, n)
	for range draws {
		b.draw(weights)
		total := int32(0)
		for i, w := range weights {
			total += w
			mean[i] += float64(w) / draws
		}
		if total != n {
			t.Fatalf("a resample has %d items, want %d", total, n)
		}
	}
	// Moving blocks reach the ends by fewer starts than the middle: item i by min(i+1, length, n-i) of 44, eight times.
	for i, got := range mean {
		starts := float64(min(i+1, length, n-i, n-length+1))
		if want := starts / (n - length + 1) * float64(n) / length; math.Abs(got-want) > 0.12*max(1, want) {
			t.Errorf("item %d is drawn %.3f times, want about %.3f", i, got, want)
		}
	}
}

func TestBootstrapIsSeeded(t *testing.T) {
	t.Parallel()
	s := NewSamples(tokenRun(2, 40, 8))
	once := DefaultBootstrap().Latencies(s, []float64{50, 99}, 1)
	again := DefaultBootstrap().Latencies(s, []float64{50, 99}, 1)
	other := DefaultBootstrap().Latencies(s, []float64{50, 99}, 2)
	if !reflect.DeepEqual(once, again) {
		t.Error("the same seed and stream give other numbers")
	}
	if reflect.DeepEqual(once.Means, other.Means) {
		t.Error("another stream gives the same numbers")
	}
}

// Of a series whose neighbours are alike blocks see less than there is; of independent values nearly all.
func TestWideningFollowsTheCorrelation(t *testing.T) {
	t.Parallel()
	b := Bootstrap{Resamples: 200, Seed: 1}
	widened := func(rho float64) float64 {
		rng := rand.New(rand.NewPCG(31, uint64(10*rho)))
		items := make([][]float64, 2000)
		for i, v := range autoregressive(rng, len(items), rho) {
			items[i] = []float64{100 * math.Exp(0.3*v)}
		}
		s := NewSamples(items)
		width := func(l *Latencies) float64 {
			i := Percentiles(l.Means, Level)
			return math.Log(i.Hi / i.Lo)
		}
		return width(b.Latencies(s, []float64{50}, 1)) / width(b.resample(s, []float64{50}, 1))
	}
	if none, much := widened(0), widened(0.9); none < 1 || none > 1.03 || much < 1.05 || much > 1.6 {
		t.Errorf("intervals are widened by %v without correlation, by %v with 0.9", none, much)
	}
}

func TestTailsWithoutSamples(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(14, 15))
	items := make([][]float64, 200)
	for i := range items {
		items[i] = []float64{10 + rng.Float64()}
	}
	got := DefaultBootstrap().Latencies(NewSamples(items), []float64{50, 90, 99}, 1)
	if want := []bool{true, true, false}; !slices.Equal(got.Enough, want) {
		t.Errorf("enough samples: %v, want %v (needed %v)", got.Enough, want, got.Needed)
	}
	if got.Needed[2] < 368 || got.Needed[2] > 900 {
		t.Errorf("p99 needs %v requests, want 368 or a little more", got.Needed[2])
	}
	if DefaultBootstrap().Latencies(NewSamples([][]float64{nil, nil}), []float64{50}, 1) != nil {
		t.Error("no samples, yet a result")
	}
	one := DefaultBootstrap().Latencies(NewSamples([][]float64{{5}}), []float64{50}, 1)
	if one.Enough[0] || math.Abs(one.Quantiles[0][0]/5-1) > GridWidth {
		t.Errorf("one request: %v, enough %v", one.Quantiles[0][0], one.Enough[0])
	}
}

// TestCorrelationCost: tokens of a request that are all alike are worth one.
func TestCorrelationCost(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(16, 17))
	items := make([][]float64, 1000)
	for i := range items {
		v := rng.Float64() + 1
		for range 20 {
			items[i] = append(items[i], v)
		}
	}
	got := DefaultBootstrap().Latencies(NewSamples(items), []float64{90}, 1)
	if cost := got.Needed[0] / 36; cost < 14 || cost > 30 {
		t.Errorf("an independent sample costs %.1f tokens, want about 20", cost)
	}
}

func TestSums(t *testing.T) {
	t.Parallel()
	const n, series = 1000, 40
	width := 0.0
	for k := range uint64(series) {
		rng := rand.New(rand.NewPCG(18, k))
		x, ones := make([]float64, n), make([]float64, n)
		for i := range x {
			x[i], ones[i] = 5+rng.NormFloat64(), 1
		}
		sums := DefaultBootstrap().Sums([][]float64{x, ones}, k)
		for _, n := range sums[1] {
			if n != 1000 {
				t.Fatalf("a resample has %v items", n)
			}
		}
		i := Percentiles(sums[0], Level)
		width += (i.Hi - i.Lo) / series
	}
	// The standard error of a sum of n such values is the root of n.
	near(t, "width", width/(2*1.96*math.Sqrt(n)), 1, 0.05)
	if DefaultBootstrap().Sums(nil, 1) != nil || DefaultBootstrap().Sums([][]float64{nil}, 1) != nil {
		t.Error("sums of nothing")
	}
}

func TestResampledRatio(t *testing.T) {
	t.Parallel()
	a := [][]float64{{2, 2}, {8, 8}} // geometric centre 4
	b := [][]float64{{8, 0}}
	if got := ResampledRatio(a, b); !slices.Equal(got, []float64{2, 0}) {
		t.Errorf("ratios %v, want 2 and 0", got)
	}
	if got := ResampledRatio(nil, b); len(got) != 0 {
		t.Errorf("ratios %v to no run", got)
	}
}

func TestPercentiles(t *testing.T) {
	t.Parallel()
	var x []float64
	for i := range 1001 {
		x = append(x, float64((i*379)%1001))
	}
	if got := Percentiles(x, 0.95); math.Abs(got.Lo-25)+math.Abs(got.Hi-975) > 1e-9 {
		t.Errorf("interval %v, want 25 to 975", got)
	}
	if got := Percentiles([]float64{math.NaN(), 1, math.NaN()}, 0.95); got != Unbounded() {
		t.Errorf("mostly unknown: %v", got)
	}
	if got := Percentiles(nil, 0.95); got != Unbounded() {
		t.Errorf("none: %v", got)
	}
	if got := Percentiles([]float64{1, math.Inf(1), math.Inf(1)}, 0.95); got.Hi != math.Inf(1) || got.Bounded() {
		t.Errorf("infinite: %v", got)
	}
}

// Two runs of a million tokens: what compare spends on intervals of ITL.
func BenchmarkLatencies(b *testing.B) {
	rng := rand.New(rand.NewPCG(20, 21))
	items := make([][]float64, 2000)
	for i := range items {
		items[i] = make([]float64, 500)
		for k := range items[i] {
			items[i][k] = 20 * math.Exp(0.1*rng.NormFloat64())
			if rng.IntN(100) == 0 {
				items[i][k] += 100 * rng.ExpFloat64()
			}
		}
	}
	b.Run("count", func(b *testing.B) {
		for b.Loop() {
			NewSamples(items)
		}
	})
	s := NewSamples(items)
	b.Run("resample", func(b *testing.B) {
		for b.Loop() {
			DefaultBootstrap().Latencies(s, []float64{50, 90, 95, 99}, 1)
		}
	})
}
