package report

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"llmbench/query"
)

// go test ./report/... -run Coverage -long -v simulates many more trials, holds them to narrower bounds and prints the
// rates.
var long = flag.Bool("long", false, "simulate as many trials as the stated rates need")

// simulated is a simulated server under a load of fixed concurrency. Of each run the levels of TTFT and TPOT lie off by
// chance, each by itself; the requests of a run are correlated with their neighbours.
type simulated struct {
	requests int
	rho      float64 // correlation of neighbours
	sigma    float64 // standard deviation of the logarithm inside a run
	runSD    float64 // of the logarithm of a run's level
	seedSD   float64 // the same, of what a workload has in common wherever it is sent
	drift    float64 // how the logarithm grows from the first run of a trial to the last
	sameSeed bool    // all runs send the same workload, else the k-th of each side
	order    order   // of the runs
}

// order gives the runs of a trial their sides: whether the i-th of all is one of B.
type order func(i, all int) bool

func inBlock(i, all int) bool    { return i >= all/2 }
func inTurn(i, _ int) bool       { return i%2 == 1 }
func thereAndBack(i, _ int) bool { return i%4 == 1 || i%4 == 2 }

// change is by what B differs: factors of its TTFT and its TPOT.
type change struct{ ttft, tpot float64 }

const simulatedTokens = 100

// run measures one run as the views would.
func (s simulated) run(rng *rand.Rand, level float64, by change) query.Measured {
	ttft := s.latencies(rng, math.Log(100*by.ttft)+level+s.runSD*rng.NormFloat64())
	tpot := s.latencies(rng, math.Log(10*by.tpot)+level+s.runSD*rng.NormFloat64())
	e2el := make([]float64, len(ttft))
	total := 0.0
	for i := range e2el {
		e2el[i] = ttft[i] + (simulatedTokens-1)*tpot[i]
		total += e2el[i] / 1000
	}
	n := int64(len(ttft))
	m := query.Measured{Entry: plainEntry()}
	m.Totals = query.Totals{Completed: n, LengthS: new(total / 8), InputTokens: new(100 * n), OutputTokens: new(float64(simulatedTokens * n))}
	for name, values := range map[string][]float64{"ttft": ttft, "tpot": tpot, "itl": tpot, "e2el": e2el} {
		m.Latency = append(m.Latency, statsOf(name, values))
	}
	return m
}

func (s simulated) latencies(rng *rand.Rand, level float64) []float64 {
	x := make([]float64, s.requests)
	v := rng.NormFloat64()
	for i := range x {
		x[i] = math.Exp(level + s.sigma*v)
		v = s.rho*v + math.Sqrt(1-s.rho*s.rho)*rng.NormFloat64()
	}
	return x
}

func statsOf(metric string, values []float64) query.LatencyStats {
	sorted := slices.Sorted(slices.Values(values))
	at := func(p float64) float64 {
		place := p / 100 * float64(len(sorted)-1)
		low := int(place)
		return sorted[low] + (place-float64(low))*(sorted[min(low+1, len(sorted)-1)]-sorted[low])
	}
	l := query.LatencyStats{Metric: metric, MedianMS: at(50), Percentiles: []float64{90, 95, 99}, ValuesMS: []float64{at(90), at(95), at(99)}}
	for _, v := range sorted {
		l.MeanMS += v / float64(len(sorted))
	}
	return l
}

// sides are runs runs each, in the order in which they are run.
func (s simulated) sides(rng *rand.Rand, runs int, by change) (a, b CompareSide) {
	seeds := make([]float64, runs)
	for k := range seeds {
		seeds[k] = s.seedSD * rng.NormFloat64()
	}
	onB := s.order
	if onB == nil {
		onB = inTurn
	}
	a, b = CompareSide{Reference: "tag:side=a"}, CompareSide{Reference: "tag:side=b"}
	for i := range 2 * runs {
		side, changed := &a, change{1, 1}
		if onB(i, 2*runs) {
			side, changed = &b, by
		}
		seed := len(side.Runs)
		if s.sameSeed {
			seed = 0
		}
		m := s.run(rng, seeds[seed]+s.drift*float64(i)/float64(2*runs-1), changed)
		r := &m.Entry.Run
		r.RunID, r.Name, r.BeganAt = fmt.Sprint("run-", i), new(fmt.Sprint("run-", i)), r.BeganAt.Add(time.Duration(i)*time.Minute)
		r.Seed, r.WorkloadID = new(int64(seed)), new(fmt.Sprint("w-", seed))
		side.Runs = append(side.Runs, m)
	}
	return a, b
}

// wordings are what a comparison says in words.
type wordings struct {
	any    float64            // share of the trials in which some metric is better or worse
	metric map[string]float64 // the same of each metric
}

// claimed compares trials times, as `llmbench compare` does, and counts the words.
func (s simulated) claimed(t *testing.T, trials, runs int, by change) wordings {
	t.Helper()
	var locked sync.Mutex
	var working sync.WaitGroup
	all := wordings{metric: map[string]float64{}}
	const workers = 4
	for worker := range workers {
		working.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(worker), uint64(s.requests)))
			for trial := worker; trial < trials; trial += workers {
				a, b := s.sides(rng, runs, by)
				c, err := Compare([]CompareSide{a, b}, DefaultCompare())
				if err != nil {
					t.Error(err)
					return
				}
				locked.Lock()
				all.count(c, 1/float64(trials))
				locked.Unlock()
			}
		})
	}
	working.Wait()
	return all
}

func (all *wordings) count(c *Comparison, share float64) {
	claimed := false
	for _, r := range c.Points[0].Rows {
		if v := r.Changes[0].Verdict; v == Better || v == Worse {
			all.metric[r.Metric] += share
			claimed = true
		}
	}
	if claimed {
		all.any += share
	}
}

// TestCoverageOfWords holds what a comparison promises to who reads it: of 5 runs a side of one setting, correlated by 0.9
// inside a run and with levels 3 % apart, some metric is called better or worse in 5 % of comparisons at most; a change of
// 10 % is found in 80 % at least.
func TestCoverageOfWords(t *testing.T) {
	t.Parallel()
	trials, requests, allowed, needed := 24, 300, 0.25, 0.5
	if *long {
		trials, requests, allowed, needed = 4000, 1000, 0.065, 0.8
	}
	repeats := simulated{requests: requests, rho: 0.9, sigma: 0.1, runSD: 0.03, sameSeed: true}
	seeds := repeats
	seeds.sameSeed, seeds.seedSD = false, 0.03
	for name, s := range map[string]simulated{"one workload": repeats, "a workload for each pair": seeds} {
		none, slower := s.claimed(t, trials, 5, change{1, 1}), s.claimed(t, trials, 5, change{1.1, 1.1})
		t.Logf("%s: false words in %.1f%%; 10%% slower is found in %.1f%%, by output_throughput in %.1f%%, p99_ttft_ms in %.1f%%, median_tpot_ms in %.1f%%", name,
			100*none.any, 100*slower.any, 100*slower.metric["output_throughput"], 100*slower.metric["p99_ttft_ms"], 100*slower.metric["median_tpot_ms"])
		if none.any > allowed {
			t.Errorf("%s: false words in %.1f%% of comparisons", name, 100*none.any)
		}
		if slower.any < needed {
			t.Errorf("%s: 10%% found in %.1f%% of comparisons", name, 100*slower.any)
		}
	}
}

// TestCoverageOfDrift shows what order does on a machine that slows down by 10 % over a trial: sides in blocks differ.
func TestCoverageOfDrift(t *testing.T) {
	t.Parallel()
	if !*long {
		return // nothing is promised
	}
	s := simulated{requests: 1000, rho: 0.9, sigma: 0.1, runSD: 0.03, drift: 0.1, sameSeed: true}
	for name, order := range map[string]order{"A A A B B B": inBlock, "A B A B": inTurn, "A B B A": thereAndBack} {
		s.order = order
		t.Logf("%s: false words in %.1f%%", name, 100*s.claimed(t, 2000, 5, change{1, 1}).any)
	}
}
