package stats

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// go test ./report/stats -run Coverage -long -v simulates many more trials, holds them to narrower bounds and prints
// the rates.
var long = flag.Bool("long", false, "simulate as many trials as the stated rates need")

// bench is a simulated system: log-normal latencies, correlated from request to request, and a level that differs
// from run to run.
type bench struct {
	requests int
	rho      float64 // correlation of neighbours in a run
	sigma    float64 // standard deviation of the logarithm inside a run
	runSD    float64 // of the run's level
}

// run gives the run-level statistics of one run: median, p99 and mean.
func (b bench) run(rng *rand.Rand, shift float64) [3]float64 {
	level := math.Log(shift) + b.runSD*rng.NormFloat64()
	x := autoregressive(rng, b.requests, b.rho)
	total := 0.0
	for i, v := range x {
		x[i] = math.Exp(level + b.sigma*v)
		total += x[i]
	}
	slices.Sort(x)
	return [3]float64{quantile(x, 0.5), quantile(x, 0.99), total / float64(len(x))}
}

var statistics = []string{"median", "p99", "mean"}

// sides gives each statistic of runs runs a side, B shifted.
func (b bench) sides(rng *rand.Rand, runs int, shift float64) (sideA, sideB [3][]float64) {
	for range runs {
		for k, v := range b.run(rng, 1) {
			sideA[k] = append(sideA[k], v)
		}
		for k, v := range b.run(rng, shift) {
			sideB[k] = append(sideB[k], v)
		}
	}
	return sideA, sideB
}

// found gives for each statistic how often a comparison of two sides claims a change.
func (b bench) found(t *testing.T, trials, runs int, shift float64, compare func(a, b []float64) Ratio) [3]float64 {
	t.Helper()
	var rates [3]float64
	rng := rand.New(rand.NewPCG(uint64(runs), math.Float64bits(shift)))
	for range trials {
		sideA, sideB := b.sides(rng, runs, shift)
		for k := range rates {
			if Judge(compare(sideA[k], sideB[k]).Interval(Level), 0) != Undecided {
				rates[k] += 1 / float64(trials)
			}
		}
	}
	return rates
}

// TestCoverageBetweenRuns holds the rates that comparisons of repeats promise: 5 runs a side, correlation 0.9 inside a
// run, levels 3 % apart.
func TestCoverageBetweenRuns(t *testing.T) {
	t.Parallel()
	trials, allowed := 100, 0.14
	if *long {
		trials, allowed = 4000, 0.065
	}
	system := bench{requests: 2000, rho: 0.9, sigma: 0.1, runSD: 0.03}
	for name, compare := range map[string]func(a, b []float64) Ratio{"Welch": Welch, "paired": Paired} {
		false5, true5 := system.found(t, trials, 5, 1, compare), system.found(t, trials, 5, 1.1, compare)
		for k, statistic := range statistics {
			t.Logf("%s, %s: false alarms %.1f%%, a 10%% shift found %.1f%%", name, statistic, 100*false5[k], 100*true5[k])
			if false5[k] > allowed {
				t.Errorf("%s, %s: false alarms in %.1f%% of trials", name, statistic, 100*false5[k])
			}
			if true5[k] < 0.8 {
				t.Errorf("%s, %s: a 10%% shift found in %.1f%% of trials", name, statistic, 100*true5[k])
			}
		}
	}
}

// TestCoverageWithinRun measures what one run a side is worth: the block bootstrap holds up against correlation inside
// the run, and knows nothing of the level of other runs.
func TestCoverageWithinRun(t *testing.T) {
	t.Parallel()
	trials, resamples := 10, 200
	if *long {
		trials, resamples = 500, 500
	}
	b := Bootstrap{Resamples: resamples, Seed: 1}
	// Asymptotics come slowly when a run holds only some fifty independent requests, as it does at 0.9. A p99 then suffers most.
	for _, c := range []struct {
		rho     float64
		allowed float64
	}{{0, 0.07}, {0.5, 0.07}, {0.9, 0.12}} {
		system := bench{requests: 1000, rho: c.rho, sigma: 0.5}
		rng := rand.New(rand.NewPCG(22, uint64(10*c.rho)))
		claims := [2]float64{}
		for trial := range trials {
			var runs [2]*Latencies
			for side := range runs {
				items := make([][]float64, system.requests)
				for i, v := range autoregressive(rng, system.requests, c.rho) {
					items[i] = []float64{100 * math.Exp(system.sigma*v)}
				}
				runs[side] = b.Latencies(NewSamples(items), []float64{50, 99}, uint64(2*trial+side))
			}
			for k := range claims {
				ratio := ResampledRatio(runs[0].Quantiles[k:k+1], runs[1].Quantiles[k:k+1])
				if Judge(Percentiles(ratio, Level), 0) != Undecided {
					claims[k] += 1 / float64(trials)
				}
			}
		}
		t.Logf("rho %g: the interval leaves out no change for p50 in %.1f%%, p99 in %.1f%% of trials", c.rho, 100*claims[0], 100*claims[1])
		if *long && max(claims[0], claims[1]) > c.allowed {
			t.Errorf("rho %g: %.1f%% and %.1f%% false claims", c.rho, 100*claims[0], 100*claims[1])
		}
	}
}

// TestCoverageOfTrend: a run whose latencies are correlated but steady is said to drift seldom, a growing queue always.
func TestCoverageOfTrend(t *testing.T) {
	t.Parallel()
	trials, allowed := 200, 0.06
	if *long {
		trials, allowed = 4000, 0.02
	}
	for _, rho := range []float64{0, 0.9} {
		rng := rand.New(rand.NewPCG(23, uint64(10*rho)))
		rates := map[string]float64{}
		for range trials {
			for name, growth := range map[string]float64{"steady": 0, "tripling": math.Log(3)} {
				parts := make([]float64, 10)
				for i, v := range autoregressive(rng, 1000, rho) {
					parts[i/100] += math.Exp(0.3*v+growth*float64(i)/1000) / 100
				}
				if trend, ok := TrendOf(parts); ok && trend.Drifts() {
					rates[name] += 1 / float64(trials)
				}
			}
		}
		t.Logf("rho %g: steady runs said to drift %.1f%%, tripling ones %.1f%%", rho, 100*rates["steady"], 100*rates["tripling"])
		if rates["steady"] > allowed || rates["tripling"] < 0.95 {
			t.Error(fmt.Sprint("rates ", rates))
		}
	}
}
