package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"llmbench/query"
	"llmbench/report/stats"
	"llmbench/store"
)

// survivorsFrom is the share of failed requests from which latency is that of the survivors.
const survivorsFrom = 0.01

// describeSides says of each side what a reader must know before believing its numbers.
func (c *comparer) describeSides() {
	seen := map[string]string{}
	for i, side := range c.sides {
		out := &c.out.Sides[i]
		for _, run := range side.Runs {
			r := run.Entry.Run
			out.Runs = append(out.Runs, SideRun{r.RunID, r.Name, r.BeganAt})
			out.Completed += run.Totals.Completed
			out.Failed += run.Totals.Failed
			if other, twice := seen[r.RunID]; twice && other != out.Letter {
				c.note("run %s stands on side %s and on side %s", label(r), other, out.Letter)
			}
			seen[r.RunID] = out.Letter
		}
		out.saturated = saturated(side)
		for _, note := range []string{survivors(out), c.clients(side, out.Letter), keptServers(side, out.Letter), c.statuses(side, out.Letter), claims(side, out.Letter), c.drifts(side, out.Letter), c.windows(side, out.Letter)} {
			if note != "" {
				out.Footnotes = append(out.Footnotes, c.footnote("%s", note))
			}
		}
	}
}

func survivors(s *Side) string {
	all := s.Completed + s.Failed
	switch {
	case all == 0:
		return ""
	case s.Completed == 0:
		return fmt.Sprintf("no request of %s succeeded: it has no latencies", s.Letter)
	case float64(s.Failed) <= survivorsFrom*float64(all):
		return ""
	}
	return fmt.Sprintf("%.1f%% of the requests of %s failed: its latencies are those of the survivors", 100*float64(s.Failed)/float64(all), s.Letter)
}

// clients tells of runs whose client did not keep up.
func (c *comparer) clients(side CompareSide, letter string) string {
	for _, verdict := range []string{"saturated", "suspect"} {
		runs := runsWhere(side, func(r store.Run) bool { return r.ClientVerdict != nil && *r.ClientVerdict == verdict })
		if len(runs) == 0 {
			continue
		}
		note := fmt.Sprintf("the client of %s was %s%s: its numbers may be the client's limits, not the server's", letter, verdict, ofRuns(runs, side))
		if reason := clientReason(runs[0]); reason != "" {
			note += " (" + reason + ")"
		}
		if verdict == "saturated" {
			note += "; no verdict is given"
		}
		return note
	}
	return ""
}

// keptServers tells of repeats that were made on one start of a server, as sweep --keep-server does.
func keptServers(side CompareSide, letter string) string {
	runs := runsWhere(side, func(r store.Run) bool { return r.Tags["keep-server"] != "" })
	if len(runs) == 0 {
		return ""
	}
	return fmt.Sprintf("repeats of %s%s share one start of the server: how starts differ is not in the noise between runs", letter, ofRuns(runs, side))
}

func runsWhere(side CompareSide, has func(store.Run) bool) []store.Run {
	var runs []store.Run
	for _, run := range side.Runs {
		if has(run.Entry.Run) {
			runs = append(runs, run.Entry.Run)
		}
	}
	return runs
}

// ofRuns says how many of a side's runs are meant; nothing when it has one.
func ofRuns(some []store.Run, side CompareSide) string {
	if len(side.Runs) == 1 {
		return ""
	}
	return fmt.Sprintf(" in %d of %d runs", len(some), len(side.Runs))
}

func (c *comparer) statuses(side CompareSide, letter string) string {
	runs := runsWhere(side, func(r store.Run) bool { return r.Status != store.RunComplete })
	if len(runs) == 0 {
		return ""
	}
	return fmt.Sprintf("%s has the status %s%s: it may not cover its whole workload", letter, runs[0].Status, ofRuns(runs, side))
}

// claims tells of runs that came without their requests.
func claims(side CompareSide, letter string) string {
	runs := runsWhere(side, func(r store.Run) bool { return r.TimeBase == "none" })
	if len(runs) == 0 {
		return ""
	}
	return fmt.Sprintf("%s was imported without its requests%s: its numbers are what the file claims", letter, ofRuns(runs, side))
}

// driftWords are what the drifting latency is called.
var driftWords = []struct{ metric, word string }{{"ttft", "TTFT"}, {"ttft_from_intended", "TTFT from the intended time"}, {"e2el", "E2EL"}, {"tpot", "TPOT"}}

// fewestForDrift is how many requests each tenth of a run must have before its trend is tested.
const fewestForDrift = 5

// drifts tests each run for a queue that grows or empties, and tells of the first latency that does.
func (c *comparer) drifts(side CompareSide, letter string) string {
	for _, w := range driftWords {
		drifting, most := 0, 1.0
		for _, run := range side.Runs {
			if trend, ok := trendOf(run, w.metric); ok && trend.Drifts() {
				drifting++
				if max(trend.Ratio, 1/trend.Ratio) > max(most, 1/most) {
					most = trend.Ratio
				}
			}
		}
		if drifting > 0 {
			in := ""
			if len(side.Runs) > 1 {
				in = fmt.Sprintf(", in %d of %d runs", drifting, len(side.Runs))
			}
			return fmt.Sprintf("%s of %s drifted inside the run%s, by %s from its first to its last tenth: percentiles depend on how long one waited",
				w.word, letter, in, percent(100*(most-1)))
		}
	}
	return ""
}

// trendOf is the course of a latency over the tenths of a run. Of a load that was wanted sent all at once the time since
// then grows by itself.
func trendOf(run query.Measured, metric string) (stats.Trend, bool) {
	if metric == "ttft_from_intended" && (run.Entry.Run.RequestRate == nil || infinite(run.Entry.Run.RequestRate)) {
		return stats.Trend{}, false
	}
	var parts []float64
	for _, p := range run.Drift {
		if p.Metric == metric && p.Requests >= fewestForDrift {
			parts = append(parts, p.MedianMS)
		}
	}
	if len(parts) < 10 {
		return stats.Trend{}, false
	}
	return stats.TrendOf(parts)
}

// shortWindow is the length below which a plateau is too short to be called one, unless it is a tenth of the run.
const shortWindow = 10 * time.Second

// windows tells of runs whose window is empty or short.
func (c *comparer) windows(side CompareSide, letter string) string {
	if c.options.Lens.Window.All() {
		return ""
	}
	for _, run := range side.Runs {
		length := run.Totals.LengthS
		if length == nil {
			return fmt.Sprintf("run %s of %s has no such window: %s", label(run.Entry.Run), letter, noWindow(run.Entry.Run, c.options.Lens.Window.Kind == query.WindowSteady))
		}
		if whole := run.Entry.Run.DurationNS; c.options.Lens.Window.Kind == query.WindowSteady && whole != nil &&
			*length < max(shortWindow.Seconds(), float64(*whole)/1e10) {
			return fmt.Sprintf("the plateau of run %s of %s is short: %.1f s of %.1f s", label(run.Entry.Run), letter, *length, float64(*whole)/1e9)
		}
	}
	return ""
}

func noWindow(r store.Run, steady bool) string {
	switch {
	case r.TimeBase == relativeTimes || r.TimeBase == "none":
		return "it was imported without the times of its requests"
	case steady && r.MaxConcurrency != nil && infinite(r.RequestRate):
		return fmt.Sprintf("it never had %d requests in flight", (*r.MaxConcurrency*95+99)/100)
	}
	return "it is too short"
}

// describeDifferences adds what follows from a difference that is allowed.
func (c *comparer) describeDifferences() {
	var unchecked []string
	for i := range c.out.Differences {
		d := &c.out.Differences[i]
		switch d.Key {
		case "seed", "workload_id":
			d.Footnotes = append(d.Footnotes, c.footnote("the sides did not send the same prompts: a part of a change may come from those"))
		case "tokenizer":
			d.Footnotes = append(d.Footnotes, c.footnote("prompts were made and counted by different tokenizers"))
		case "workload.warmups", "cached prompt tokens", hitRateKey:
			d.Footnotes = append(d.Footnotes, c.footnote("the caches of the servers were not in the same state"))
		}
		if d.unchecked {
			unchecked = append(unchecked, d.Key)
		}
	}
	if len(unchecked) > 0 {
		c.note("an imported run does not tell %s: whether the runs are alike in that is not known", strings.Join(unchecked, ", "))
	}
}

// cacheTolerance is how far the shares of cached prompt tokens may be apart before that is worth a line.
const cacheTolerance = 0.05

// measuredDifferences are those that only measuring shows: failures, and what the servers found in their caches.
func measuredDifferences(sides []CompareSide) []Difference {
	var list []Difference
	failed, cached := make([]string, len(sides)), make([]string, len(sides))
	shares := make([]float64, len(sides))
	for i, side := range sides {
		var bad, all, known float64
		for _, run := range side.Runs {
			bad += float64(run.Totals.Failed)
			all += float64(run.Totals.Failed + run.Totals.Completed)
			if run.Totals.CachedRatio != nil {
				shares[i] += *run.Totals.CachedRatio
				known++
			}
		}
		failed[i], cached[i] = fmt.Sprintf("%.0f of %.0f", bad, all), unknown
		if known > 0 {
			shares[i] /= known
			cached[i] = fmt.Sprintf("%.0f%%", 100*shares[i])
		}
	}
	if slices.ContainsFunc(failed, func(f string) bool { return !strings.HasPrefix(f, "0 of") }) {
		list = appendUnlike(list, Difference{Group: GroupMeasurement, Key: "failed requests", Values: failed, Footnotes: []int{}})
	}
	if slices.Max(shares)-slices.Min(shares) > cacheTolerance && hitRates(runsOf(sides)) == nil {
		list = appendUnlike(list, Difference{Group: GroupWorkload, Key: "cached prompt tokens", Values: cached, Footnotes: []int{}})
	}
	return list
}

// closingNotes say how to read the intervals.
func (c *comparer) closingNotes() {
	if c.noises[string(BetweenRuns)] {
		note := "changes are ratios of geometric means over the runs, in brackets their interval between runs, of 95% or more; ~ is a change within it"
		if c.adjusted > 1 {
			note += fmt.Sprintf("; the %d metrics of a table together claim a change falsely in 5%% of cases at most (Holm's method; the primary ones have %.0f%% of that risk)", c.adjusted, 100*primaryWeight)
		}
		c.note("%s", note+"; p is Mann and Whitney's, of each metric alone")
	}
	if c.noises[string(WithinRun)] {
		c.note("one run a side: the intervals show the noise within the run only. How far another run of the same would be off is not known, so no verdict; they are resampled (%d times) from counts on a grid of %.1f%%, and of runs shorter than some hundred times the memory of their queue too narrow (at 95%% they then miss in up to 10%% of cases)",
			c.options.Bootstrap.Resamples, 100*stats.GridWidth)
	}
	few := func(s CompareSide) bool { return len(s.Runs) > 1 && len(s.Runs) < runsForVerdict }
	c.noteTurns()
	for _, p := range c.points {
		if c.noises[string(BetweenRuns)] && slices.ContainsFunc(p.sides, few) {
			c.note("need at least %d runs a side for a verdict", runsForVerdict)
			break
		}
	}
	if c.options.NoInterval {
		c.note("without intervals nothing tells a change from noise")
	} else if !c.noises[string(BetweenRuns)] && !c.noises[string(WithinRun)] {
		c.note("no interval can be had of a run without its requests, so nothing tells a change from noise")
	}
}
