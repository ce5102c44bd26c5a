package report

import (
	"math"
	"slices"
	"strings"

	"llmbench/query"
	"llmbench/report/stats"
)

// Change is how one metric moved from the baseline to another side.
type Change struct {
	// Side is the letter of the side held against the baseline.
	Side string `json:"side"`
	// Ratio is the side's value over the baseline's, Percent the same as a change; null when the baseline is 0 or a side
	// unknown.
	Ratio   *float64 `json:"ratio"`
	Percent *float64 `json:"change_percent"`
	// LoPercent and HiPercent bound the change with the confidence Level; null when there is no interval, or no bound.
	// Of several metrics Level is above 0.95, as Holm's method has it.
	LoPercent *float64 `json:"lo_percent"`
	HiPercent *float64 `json:"hi_percent"`
	Level     *float64 `json:"level"`
	// Lo95Percent and Hi95Percent bound it with 95 %, whatever the number of metrics: for one chosen beforehand.
	Lo95Percent *float64 `json:"lo95_percent"`
	Hi95Percent *float64 `json:"hi95_percent"`
	// Noise is what the interval is about: "between runs", "within run", or "" without one.
	Noise Noise `json:"noise"`
	// P is Mann and Whitney's exact p-value, PT that of the t-test behind the interval, PHolm the same adjusted over all
	// metrics; null without repeats on both sides.
	P     *float64 `json:"p"`
	PT    *float64 `json:"p_t"`
	PHolm *float64 `json:"p_holm"`
	// N1 and N2 count the runs that have the metric, the baseline's first: the run is the unit, not the request.
	N1 int `json:"n1"`
	N2 int `json:"n2"`
	// Verdict is better, worse, same, undecided, or "" where none may be given.
	Verdict   Verdict `json:"verdict"`
	Footnotes []int   `json:"footnotes"`

	interval   stats.Interval // of the ratio, at Level
	interval95 stats.Interval
}

// Noise says what an interval is about.
type Noise string

// Kinds of noise. What is within a run says nothing of how another run would come out.
const (
	BetweenRuns Noise = "between runs"
	WithinRun   Noise = "within run"
	NoNoise     Noise = ""
)

// Verdict says in one word how a side stands to the baseline by the metric's own direction.
type Verdict string

// Verdicts.
const (
	Better    Verdict = "better"
	Worse     Verdict = "worse"
	Same      Verdict = "same"
	Undecided Verdict = "undecided"
	NoWords   Verdict = ""
)

// runsForVerdict is how many runs a side needs at least: with three, Mann and Whitney's p cannot be below 0.1.
const runsForVerdict = 4

// row compares one metric; it reports false when there is nothing to show.
func (c *comparer) row(p *loadPoint, m Measure, pairs [][]int) (Row, bool) {
	row := Row{Metric: m.Name, Title: m.Title, Unit: m.Unit, Better: m.Better, Primary: c.options.primary(m), Footnotes: []int{}}
	known := make([][]*float64, len(p.sides))
	nothing := true
	for i, side := range p.sides {
		for _, run := range side.Runs {
			v := m.read(run)
			known[i] = append(known[i], v)
			nothing = nothing && v == nil
		}
		row.Cells = append(row.Cells, c.cell(p, i, m, known[i]))
	}
	if c.leftOut[m.family] || len(c.options.Metrics) == 0 && (nothing || idle(m, p.sides)) {
		return Row{}, false
	}
	for i := 1; i < len(p.sides); i++ {
		row.Changes = append(row.Changes, c.change(p, i, m, known[0], known[i], pairs[i]))
	}
	return row, true
}

// idle tells rows nobody misses: the queue of a client that had no limit to queue for.
func idle(m Measure, sides []CompareSide) bool {
	return m.family == "queue" && !slices.ContainsFunc(sides, func(s CompareSide) bool {
		return slices.ContainsFunc(s.Runs, func(r query.Measured) bool { return r.Entry.Run.MaxConcurrency != nil })
	})
}

func present(values []*float64) []float64 {
	var list []float64
	for _, v := range values {
		if v != nil {
			list = append(list, *v)
		}
	}
	return list
}

// cell centres a metric over the runs of a side.
func (c *comparer) cell(p *loadPoint, side int, m Measure, values []*float64) Cell {
	center := stats.CenterOf(present(values))
	cell := Cell{N: center.N, Value: finite(center.Value)}
	if c.options.NoInterval || cell.Value == nil {
		return cell
	}
	if center.N > 1 {
		cell.HalfWidth = finite(center.HalfWidth())
	} else if resampled := c.resampled(p, side, m); resampled != nil {
		center.Interval = stats.Percentiles(resampled[0], stats.Level)
		cell.HalfWidth = finite(center.HalfWidth())
	}
	return cell
}

// finite is v, or nil when it is no number a JSON can hold.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// change holds a side against the baseline. The interval's level and the verdict follow when all metrics are known.
func (c *comparer) change(p *loadPoint, side int, m Measure, a, b []*float64, pairs []int) Change {
	knownA, knownB := present(a), present(b)
	out := Change{Side: c.out.Sides[side].Letter, N1: len(knownA), N2: len(knownB), Footnotes: []int{}, interval: stats.Unbounded(), interval95: stats.Unbounded()}
	if out.N1 == 0 || out.N2 == 0 {
		return out
	}
	centerA, centerB := stats.CenterOf(knownA).Value, stats.CenterOf(knownB).Value
	out.setRatio(centerA, centerB)
	switch {
	case c.options.NoInterval:
	case out.N1 > 1 && out.N2 > 1:
		c.betweenRuns(p, side, m, &out, a, b, pairs)
	default:
		c.withinRun(p, side, m, &out)
	}
	return out
}

func (ch *Change) setRatio(a, b float64) {
	switch {
	case a == b:
		ch.Ratio = new(1.0)
	case a != 0:
		ch.Ratio = new(b / a)
	default:
		return
	}
	ch.Percent = new(100 * (*ch.Ratio - 1))
}

// betweenRuns tests repeats: paired where every run has its partner, else Welch's way.
func (c *comparer) betweenRuns(p *loadPoint, side int, m Measure, out *Change, a, b []*float64, pairs []int) {
	knownA, knownB := present(a), present(b)
	ratio := stats.Welch(knownA, knownB)
	if pairs != nil && len(knownA) == len(a) && len(knownB) == len(b) {
		partners := make([]float64, len(a))
		for i, partner := range pairs {
			partners[i] = *b[partner]
		}
		ratio = stats.Paired(knownA, partners)
	}
	if p.ratios[m.Name] == nil {
		p.ratios[m.Name] = make([]stats.Ratio, len(p.sides))
	}
	p.ratios[m.Name][side] = ratio
	out.Noise = BetweenRuns
	out.P, out.PT = new(stats.MannWhitney(knownA, knownB)), new(ratio.P())
	out.interval95 = ratio.Interval(stats.Level)
	out.setInterval(out.interval95, stats.Level)
	if _, linear := ratio.(stats.LinearRatio); linear {
		out.Footnotes = append(out.Footnotes, c.footnote("a run has 0, which has no logarithm: means are compared, by Fieller's interval"))
	}
}

// setInterval states the interval at a level.
func (ch *Change) setInterval(i stats.Interval, level float64) {
	ch.interval, ch.Level = i, &level
	ch.LoPercent, ch.HiPercent = changeBounds(i)
	ch.Lo95Percent, ch.Hi95Percent = changeBounds(ch.interval95)
}

// changeBounds gives an interval of a ratio as changes in percent; an unbounded one has none.
func changeBounds(i stats.Interval) (lo, hi *float64) {
	if !i.Bounded() {
		return nil, nil
	}
	return new(100 * (i.Lo - 1)), new(100 * (i.Hi - 1))
}

// primaryWeight is how much of the risk of a false claim the primary metrics have together. With half as much they would
// often miss what they were chosen to show; with all of it nothing could be said of the others.
const primaryWeight = 0.8

// adjust widens the intervals for how many metrics there are, for every candidate on its own: the words of one table
// hold a false one in 5 % of comparisons at most, where each metric alone would be wrong that often.
func (c *comparer) adjust(p *loadPoint, rows []Row) {
	for side := 1; side < len(p.sides); side++ {
		var changes []*Change
		var ratios []stats.Ratio
		var ps []float64
		var primary []bool
		for i := range rows {
			if list := p.ratios[rows[i].Metric]; list != nil && list[side] != nil {
				changes, ratios, ps = append(changes, &rows[i].Changes[side-1]), append(ratios, list[side]), append(ps, list[side].P())
				primary = append(primary, rows[i].Primary)
			}
		}
		adjusted, levels := stats.Holm(ps, metricWeights(primary))
		for i, ch := range changes {
			ch.PHolm = &adjusted[i]
			ch.setInterval(ratios[i].Interval(levels[i]), levels[i])
		}
		c.adjusted = max(c.adjusted, len(changes))
	}
}

// metricWeights parts the risk: the primary metrics share primaryWeight, the others the rest.
func metricWeights(primary []bool) []float64 {
	first := 0
	for _, p := range primary {
		if p {
			first++
		}
	}
	weights := make([]float64, len(primary))
	for i, p := range primary {
		if p {
			weights[i] = primaryWeight / float64(first)
		} else {
			weights[i] = (1 - primaryWeight) / float64(len(primary)-first)
		}
	}
	return weights
}

// judge gives the verdicts, where one may be given.
func (c *comparer) judge(p *loadPoint, rows []Row) {
	for i := range rows {
		for k := range rows[i].Changes {
			ch := &rows[i].Changes[k]
			c.noises[string(ch.Noise)] = true
			if c.mayJudge(p, k+1, *ch) && rows[i].Better != Neutral {
				ch.Verdict = verdict(stats.Judge(ch.interval, c.options.MinEffect), rows[i].Better)
			}
		}
	}
}

// mayJudge refuses a word without repeats enough, and of a client that could not keep up.
func (c *comparer) mayJudge(p *loadPoint, side int, ch Change) bool {
	return ch.Noise == BetweenRuns && min(ch.N1, ch.N2) >= runsForVerdict && !saturated(p.sides[0]) && !saturated(p.sides[side])
}

func saturated(s CompareSide) bool {
	return slices.ContainsFunc(s.Runs, func(r query.Measured) bool {
		return r.Entry.Run.ClientVerdict != nil && *r.Entry.Run.ClientVerdict == "saturated"
	})
}

func verdict(v stats.Verdict, better Direction) Verdict {
	switch v {
	case stats.Same:
		return Same
	case stats.Undecided:
		return Undecided
	}
	if (v == stats.Up) == (better == Higher) {
		return Better
	}
	return Worse
}

// overall averages each change over the load points, on the log scale: the geometric mean of the points' ratios.
func (c *comparer) overall() {
	if len(c.points) < 2 {
		return
	}
	all := &loadPoint{sides: c.sides, ratios: map[string][]stats.Ratio{}}
	out := &Point{Key: []KeyValue{}, Pairing: map[string]string{}, Rows: []Row{}}
	for _, first := range c.out.Points[0].Rows {
		row := Row{Metric: first.Metric, Title: first.Title, Unit: first.Unit, Better: first.Better, Primary: first.Primary, Cells: []Cell{}, Footnotes: []int{}}
		all.ratios[row.Metric] = make([]stats.Ratio, len(c.sides))
		for side := 1; side < len(c.sides); side++ {
			row.Changes = append(row.Changes, c.pool(all, row.Metric, side))
		}
		out.Rows = append(out.Rows, row)
	}
	c.adjust(all, out.Rows)
	c.judge(all, out.Rows)
	c.out.Overall = out
}

// pool averages one change over the points; a point that lacks it takes the whole away, lest unlike sets are averaged.
func (c *comparer) pool(all *loadPoint, metric string, side int) Change {
	out := Change{Side: c.out.Sides[side].Letter, Footnotes: []int{}, interval: stats.Unbounded(), interval95: stats.Unbounded()}
	logs := 0.0
	var ratios []stats.Ratio
	for i, point := range c.out.Points {
		at := slices.IndexFunc(point.Rows, func(r Row) bool { return r.Metric == metric })
		if at < 0 || point.Rows[at].Changes[side-1].Ratio == nil || *point.Rows[at].Changes[side-1].Ratio <= 0 {
			return out
		}
		ch := point.Rows[at].Changes[side-1]
		logs += math.Log(*ch.Ratio) / float64(len(c.out.Points))
		out.N1, out.N2 = atLeast(out.N1, ch.N1, i), atLeast(out.N2, ch.N2, i)
		if list := c.points[i].ratios[metric]; list != nil && list[side] != nil {
			ratios = append(ratios, list[side])
		}
	}
	out.setRatio(1, math.Exp(logs))
	if pooled := stats.Pool(ratios); pooled != nil && len(ratios) == len(c.out.Points) {
		all.ratios[metric][side] = pooled
		out.Noise, out.PT = BetweenRuns, new(pooled.P())
		out.interval95 = pooled.Interval(stats.Level)
		out.setInterval(out.interval95, stats.Level)
	}
	return out
}

// atLeast is the smallest n of all points.
func atLeast(so, n, point int) int {
	if point == 0 {
		return n
	}
	return min(so, n)
}

// titled is a side's letter with its label, for text.
func (s Side) titled() string { return strings.TrimSpace(s.Letter + ": " + s.Label) }
