package report

import (
	"math"
	"slices"
	"sync"

	"llmbench/query"
	"llmbench/report/stats"
)

// resamples are what the bootstrap made of the runs that stand alone on a side, and of those held against them.
type resamples struct {
	// runs has for each side and run the resampled values of each metric; nil where nothing was resampled.
	runs [][]*resampledRun
	// adjusted is over how many metrics Holm's method went at most.
	adjusted int
	// leftOut are latencies that are not compared, because the runs do not count them alike.
	leftOut map[string]bool
}

// resampledRun is one run's metrics, each with a value for each resample.
type resampledRun struct {
	values map[string][]float64
	// needed is how many samples would bound a metric of which there are too few.
	needed map[string]float64
}

// NeedsEvents reports whether a side has a single run at some load point, so that only the noise within it can be had.
func NeedsEvents(sides []query.Side, o CompareOptions) bool {
	if o.NoInterval {
		return false
	}
	unmeasured := make([]CompareSide, len(sides))
	for i, side := range sides {
		for _, entry := range side.Entries {
			unmeasured[i].Runs = append(unmeasured[i].Runs, query.Measured{Entry: entry})
		}
	}
	c := newComparer(unmeasured, o)
	return c.makePoints() == nil && slices.ContainsFunc(c.points, (*loadPoint).lonely)
}

// lonely reports whether a side has one run here.
func (p *loadPoint) lonely() bool {
	return slices.ContainsFunc(p.sides, func(s CompareSide) bool { return len(s.Runs) == 1 })
}

// resample draws every run that is needed, side by side: each has its own stream of random numbers, so that the result
// does not depend on who is first.
func (c *comparer) resample() {
	c.runs = make([][]*resampledRun, len(c.sides))
	for i, side := range c.sides {
		c.runs[i] = make([]*resampledRun, len(side.Runs))
	}
	if c.options.NoInterval {
		return
	}
	var drawing sync.WaitGroup
	for _, p := range c.points {
		if !p.lonely() {
			continue
		}
		for side, places := range p.runs {
			for _, place := range places {
				if events := c.sides[side].Runs[place].Events; events != nil {
					drawing.Go(func() { c.runs[side][place] = c.resampleRun(side, place, *events) })
				}
			}
		}
	}
	drawing.Wait()
}

// streamsPerRun keeps the random numbers of runs apart: one stream for each latency, two for what is counted.
const streamsPerRun = 8

func (c *comparer) resampleRun(side, place int, events query.Events) *resampledRun {
	r := &resampledRun{values: map[string][]float64{}, needed: map[string]float64{}}
	stream := uint64(side*1_000_000+place) * streamsPerRun
	for i, f := range families {
		c.resampleLatency(r, f.name, events, stream+uint64(i))
	}
	c.resampleRates(r, c.sides[side].Runs[place], events, stream+uint64(len(families)))
	return r
}

func (c *comparer) resampleLatency(r *resampledRun, family string, events query.Events, stream uint64) {
	percentiles := c.options.AskedPercentiles()
	if !slices.Contains(percentiles, 50) {
		percentiles = append(percentiles, 50)
		slices.Sort(percentiles)
	}
	l := c.options.Bootstrap.Latencies(stats.NewSamples(events.Latency[family]), percentiles, stream)
	if l == nil {
		return
	}
	for _, m := range c.measures {
		switch {
		case m.family != family:
		case m.statistic == "mean":
			r.values[m.Name] = l.Means
		case m.statistic != "std":
			at := slices.Index(percentiles, m.percentile)
			if at < 0 {
				continue
			}
			r.values[m.Name] = l.Quantiles[at]
			if !l.Enough[at] {
				r.needed[m.Name] = l.Needed[at]
			}
		}
	}
	if _, taken := r.values["tokens_per_s_per_user"]; !taken && (family == "tpot" || family == "itl") {
		r.values["tokens_per_s_per_user"] = each(l.Quantiles[slices.Index(percentiles, 50)], func(ms float64) float64 { return 1000 / ms })
	}
}

func each(x []float64, f func(float64) float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = f(v)
	}
	return out
}

// resampleRates draws slices of the run's time for what is counted over it, and requests for the success rate.
func (c *comparer) resampleRates(r *resampledRun, run query.Measured, events query.Events, stream uint64) {
	series := make([][]float64, 5)
	for _, s := range events.Slices {
		for i, v := range []float64{s.LengthS, s.Completed, s.Good, s.OutputTokens, s.InputTokens + s.OutputTokens} {
			series[i] = append(series[i], v)
		}
	}
	if sums := c.options.Bootstrap.Sums(series, stream); sums != nil && run.Entry.Run.TimeBase != relativeTimes {
		devices := math.NaN()
		if n := devicesOf(run); n != nil {
			devices = *n
		}
		for name, total := range map[string][]float64{"request_throughput": sums[1], "request_goodput": sums[2], "output_throughput": sums[3], "total_token_throughput": sums[4]} {
			r.values[name] = rates(total, sums[0], 1)
		}
		r.values["tokens_per_s_per_device"] = rates(sums[3], sums[0], devices)
	}
	if sums := c.options.Bootstrap.Sums([][]float64{events.Succeeded}, stream+1); sums != nil {
		r.values["success_rate"] = each(sums[0], func(n float64) float64 { return 100 * n / float64(len(events.Succeeded)) })
	}
}

// relativeTimes is the time base of imported runs of which it is not known when a request was sent.
const relativeTimes = "relative"

func rates(total, time []float64, per float64) []float64 {
	out := make([]float64, len(total))
	for i := range out {
		out[i] = total[i] / time[i] / per
	}
	return out
}

// resampled gives the values of a metric for all runs of a side at a point; nil unless every run has them.
func (c *comparer) resampled(p *loadPoint, side int, m Measure) [][]float64 {
	var all [][]float64
	for _, place := range p.runs[side] {
		r := c.runs[side][place]
		if r == nil || r.values[m.Name] == nil || r.needed[m.Name] > 0 {
			return nil
		}
		all = append(all, r.values[m.Name])
	}
	return all
}

// withinRun takes the noise within the runs for the interval, since a side has one run.
func (c *comparer) withinRun(p *loadPoint, side int, m Measure, out *Change) {
	if needed := c.needed(p, side, m); needed > 0 {
		out.Noise = WithinRun
		out.setInterval(stats.Unbounded(), stats.Level)
		out.Footnotes = append(out.Footnotes, c.footnote("too few samples to bound this percentile: it needs about %s", thousands(needed)))
		return
	}
	a, b := c.resampled(p, 0, m), c.resampled(p, side, m)
	if a == nil || b == nil {
		return
	}
	out.Noise = WithinRun
	out.interval95 = stats.Percentiles(stats.ResampledRatio(a, b), stats.Level)
	out.setInterval(out.interval95, stats.Level)
}

// needed is the most samples that a run of either side would need.
func (c *comparer) needed(p *loadPoint, side int, m Measure) float64 {
	most := 0.0
	for _, s := range []int{0, side} {
		for _, place := range p.runs[s] {
			if r := c.runs[s][place]; r != nil {
				most = max(most, r.needed[m.Name])
			}
		}
	}
	return most
}
