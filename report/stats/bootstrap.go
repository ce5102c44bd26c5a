package stats

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Bootstrap resamples a run by moving blocks (Künsch 1989): blocks of neighbours, drawn with replacement and put
// behind one another, keep the correlation that requests in one queue have. What it shows is the noise within the
// run; that another run would come out elsewhere it cannot know.
type Bootstrap struct {
	Resamples int
	Seed      uint64 // equal seeds give equal results
}

// DefaultBootstrap is what comparisons use.
func DefaultBootstrap() Bootstrap { return Bootstrap{Resamples: 1000, Seed: 1} }

// blocks draws resamples of n items.
type blocks struct {
	n, length int
	random    *rand.Rand
	steps     []int32 // how the weight changes from item to item
}

func (b Bootstrap) blocks(n, length int, stream uint64) *blocks {
	return &blocks{n: n, length: length, random: rand.New(rand.NewPCG(b.Seed, stream)), steps: make([]int32, n+1)}
}

// draw fills in how often each item is in the next resample, which has as many items as the run; the last block is cut.
func (b *blocks) draw(weights []int32) {
	clear(b.steps)
	for left := b.n; left > 0; left -= b.length {
		begin := b.random.IntN(b.n - b.length + 1)
		b.steps[begin]++
		b.steps[begin+min(b.length, left)]--
	}
	weight := int32(0)
	for i := range weights {
		weight += b.steps[i]
		weights[i] = weight
	}
}

// Latencies are the resampled statistics of one latency in one run.
type Latencies struct {
	Means     []float64
	Quantiles [][]float64 // for each percentile, the resampled values
	// Enough tells for each percentile whether the run has samples enough to bound it, and Needed how many it would
	// take, with the correlation they have.
	Enough []bool
	Needed []float64
	// BlockLength is in items.
	BlockLength int

	memories []memory // of the mean and each percentile
}

// Latencies resamples a latency. Percentiles are 0 to 100, ascending. The stream tells runs and latencies apart, so
// that their noise is independent. It is nil without samples.
func (b Bootstrap) Latencies(s *Samples, percentiles []float64, stream uint64) *Latencies {
	if s.total == 0 {
		return nil
	}
	l := b.resample(s, percentiles, stream)
	l.widen(s.Items())
	return l
}

// resample draws the resamples of Latencies as they come.
func (b Bootstrap) resample(s *Samples, percentiles []float64, stream uint64) *Latencies {
	l := &Latencies{Means: make([]float64, b.Resamples), Quantiles: make([][]float64, len(percentiles))}
	windows := l.judge(s, percentiles)
	for k := range l.Quantiles {
		l.Quantiles[k] = make([]float64, b.Resamples)
	}
	draws := b.blocks(s.Items(), l.BlockLength, stream)
	weights := make([]int32, s.Items())
	for i := range b.Resamples {
		draws.draw(weights)
		total := weighted(weights, s.sizes)
		l.Means[i] = weighted(weights, s.sums) / total
		for k, w := range windows {
			l.Quantiles[k][i] = w.quantile(s, weights, percentiles[k]/100*(total-1))
		}
	}
	return l
}

// widen makes up for what blocks lose. Between blocks the correlation is cut, which takes its share from the variance (Künsch
// 1989), and few blocks tell little of the variance: Student's t with as many degrees of freedom as there are blocks but
// one, held against the normal distribution.
func (l *Latencies) widen(items int) {
	blocks := float64(items) / float64(l.BlockLength)
	few := tQuantile(Level, max(1, blocks-1)) / distuv.UnitNormal.Quantile(0.5+Level/2)
	for k, values := range append([][]float64{l.Means}, l.Quantiles...) {
		spread(values, few*l.memories[k].lost(l.BlockLength))
	}
}

// spread moves resampled values away from their median, on the log scale, by a factor.
func spread(values []float64, factor float64) {
	known := slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return !(v > 0) })
	if len(known) == 0 {
		return
	}
	slices.Sort(known)
	middle := quantile(known, 0.5)
	for i, v := range values {
		if v > 0 {
			values[i] = middle * math.Pow(v/middle, factor)
		}
	}
}

// judge finds the block length, the longest that any of the statistics needs, and whether the samples reach into the
// tails. A percentile's own series is how many values of each item exceed it: that is what its error comes from. It
// gives the windows that the resampled percentiles will hardly ever leave.
func (l *Latencies) judge(s *Samples, percentiles []float64) []*window {
	mean := sum(s.sums) / float64(s.total)
	centred := make([]float64, s.Items())
	for i := range centred {
		centred[i] = s.sums[i] - mean*s.sizes[i]
	}
	l.BlockLength, l.memories = BlockLength(centred), []memory{memoryOf(centred)}
	windows := make([]*window, len(percentiles))
	for k, value := range s.quantiles(percentiles) {
		row, _ := slices.BinarySearch(s.values, value)
		x := s.exceeding(int32(row))
		share := sum(x) / float64(s.total)
		for i := range x {
			x[i] -= share * s.sizes[i]
		}
		l.BlockLength, l.memories = max(l.BlockLength, BlockLength(x)), append(l.memories, memoryOf(x))
		cost := correlationCost(x, share, float64(s.total))
		needed := SamplesFor(percentiles[k]) * cost
		l.Needed = append(l.Needed, math.Ceil(needed))
		l.Enough = append(l.Enough, float64(s.total) >= needed)
		windows[k] = s.window(percentiles[k], math.Sqrt(share*(1-share)*cost/float64(s.total)))
	}
	return windows
}

// correlationCost is how many of the samples are worth one independent one: the variance of the share that exceeds a
// value, by the series of the items' counts around it, over the variance of independent samples.
func correlationCost(x []float64, share, total float64) float64 {
	binomial := share * (1 - share) * total
	cov := correlated(x)
	if cov == nil || binomial == 0 {
		return 1
	}
	variance, _ := longRun(cov)
	return max(1, variance*float64(len(x))/binomial)
}

// Sums resamples the sums of several series over the same items at once: of each, one sum for each resample.
func (b Bootstrap) Sums(series [][]float64, stream uint64) [][]float64 {
	if len(series) == 0 || len(series[0]) == 0 {
		return nil
	}
	n, length := len(series[0]), 1
	sums := make([][]float64, len(series))
	for k, x := range series {
		length = max(length, BlockLength(x))
		sums[k] = make([]float64, b.Resamples)
	}
	draws := b.blocks(n, length, stream)
	weights := make([]int32, n)
	for i := range b.Resamples {
		draws.draw(weights)
		for k, x := range series {
			sums[k][i] = weighted(weights, x)
		}
	}
	return sums
}

func weighted(weights []int32, x []float64) float64 {
	total := 0.0
	for i, w := range weights {
		total += float64(w) * x[i]
	}
	return total
}

func sum(x []float64) float64 {
	total := 0.0
	for _, v := range x {
		total += v
	}
	return total
}

// Percentiles is the interval between the tails of resampled values: the percentile bootstrap. Values that are no
// number, as a latency of a resample without requests, count on neither side; when they are many it is unbounded.
func Percentiles(resampled []float64, level float64) Interval {
	sorted := slices.DeleteFunc(slices.Clone(resampled), math.IsNaN)
	if len(sorted) == 0 || float64(len(sorted)) < level*float64(len(resampled)) {
		return Unbounded()
	}
	slices.Sort(sorted)
	return Interval{quantile(sorted, (1-level)/2), quantile(sorted, (1+level)/2)}
}

// quantile is linear between neighbours; sorted is ascending and not empty.
func quantile(sorted []float64, q float64) float64 {
	place := q * float64(len(sorted)-1)
	low := int(place)
	if low+1 >= len(sorted) || sorted[low] == sorted[low+1] {
		return sorted[low]
	}
	return sorted[low] + (place-float64(low))*(sorted[low+1]-sorted[low])
}

// ResampledRatio gives B over A for each resample, a side's runs centred as CenterOf does. All runs have the same number
// of resamples.
func ResampledRatio(a, b [][]float64) []float64 {
	centersA, centersB := ResampledCenter(a), ResampledCenter(b)
	ratios := make([]float64, min(len(centersA), len(centersB)))
	for i := range ratios {
		ratios[i] = centersB[i] / centersA[i]
	}
	return ratios
}

// ResampledCenter centres the runs of a side in each resample.
func ResampledCenter(runs [][]float64) []float64 {
	if len(runs) == 0 {
		return nil
	}
	if len(runs) == 1 {
		return runs[0]
	}
	centers := make([]float64, len(runs[0]))
	values := make([]float64, len(runs))
	for i := range centers {
		for k := range runs {
			values[k] = runs[k][i]
		}
		if logs, ok := logarithms(values); ok {
			centers[i] = math.Exp(sum(logs) / float64(len(logs)))
		} else {
			centers[i] = sum(values) / float64(len(values))
		}
	}
	return centers
}
