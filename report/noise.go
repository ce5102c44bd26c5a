package report

import (
	"fmt"
	"io"
	"math"
	"strings"

	"llmbench/query"
	"llmbench/report/stats"
)

// NoiseReport says what repeats of one setting can show: how far they lie apart, and which change that would hide. Its
// JSON is a stable document like that of Comparison.
type NoiseReport struct {
	Schema int    `json:"schema"`
	Title  string `json:"title"`
	// Sides are the sets of repeats; there is one, unless a plan was made for several.
	Sides []Side `json:"sides"`
	// PlannedPercent is the change that a plan is for; null without one.
	PlannedPercent *float64   `json:"planned_percent"`
	Rows           []NoiseRow `json:"metrics"`
	Notes          []string   `json:"notes"`
}

// NoiseRow is one metric.
type NoiseRow struct {
	Metric string   `json:"metric"`
	Title  string   `json:"title"`
	Unit   string   `json:"unit"`
	Value  *float64 `json:"value"`
	// SpreadPercent is the run-to-run standard deviation of the logarithm; LargestSpreadPercent what the true one exceeds in
	// one case of twenty, for so few runs.
	SpreadPercent        *float64 `json:"spread_percent"`
	LargestSpreadPercent *float64 `json:"largest_spread_percent"`
	// AAPercent is the change between the odd and the even runs, by the time they began, with its 95 % interval: none is
	// expected. Of four runs or more, without a plan.
	AAPercent   *float64 `json:"aa_percent"`
	AALoPercent *float64 `json:"aa_lo_percent"`
	AAHiPercent *float64 `json:"aa_hi_percent"`
	// SmallestPercent is the smallest change these runs could have shown, half of them against the other half, in 80 % of
	// cases at a level of 5 %; SmallestTwicePercent that of as many runs against as many others.
	SmallestPercent      *float64 `json:"smallest_percent"`
	SmallestTwicePercent *float64 `json:"smallest_twice_percent"`
	// Repeats is how many runs a side a plan needs with the spread seen, RepeatsAtMost with the largest.
	Repeats       *int `json:"repeats"`
	RepeatsAtMost *int `json:"repeats_at_most"`

	aa stats.Interval
}

// MeasureNoise tests repeats against each other.
func MeasureNoise(side CompareSide, o CompareOptions) (*NoiseReport, error) {
	r, err := newNoiseReport([]CompareSide{side}, o)
	if err != nil {
		return nil, err
	}
	r.Title = fmt.Sprintf("Noise of %s: %d runs against each other", r.Sides[0].Label, len(side.Runs))
	n := len(side.Runs)
	for _, m := range o.measures() {
		row, values, ok := noiseRow(m, []CompareSide{side}, o)
		if !ok {
			continue
		}
		sd, _ := stats.Spread(values...)
		row.SmallestTwicePercent = finite(100 * stats.SmallestChange(n, sd))
		if n >= runsForVerdict {
			row.SmallestPercent = finite(100 * stats.SmallestChange(n/2, sd))
			row.testHalves(values[0])
		}
		r.Rows = append(r.Rows, row)
	}
	r.noiseNotes(n)
	return r, nil
}

// PlanRepeats says how many repeats would show a change, 0.03 for 3 %, from repeats there are: the spread within each side.
func PlanRepeats(sides []CompareSide, change float64, o CompareOptions) (*NoiseReport, error) {
	r, err := newNoiseReport(sides, o)
	if err != nil {
		return nil, err
	}
	r.PlannedPercent = new(100 * change)
	r.Title = fmt.Sprintf("Repeats that would show a change of %s", percent(100*change))
	for _, m := range o.measures() {
		row, values, ok := noiseRow(m, sides, o)
		if !ok {
			continue
		}
		if sd, df := stats.Spread(values...); df > 0 {
			row.Repeats, row.RepeatsAtMost = new(stats.Repeats(sd, change)), new(stats.Repeats(stats.LargestSpread(sd, df), change))
		}
		r.Rows = append(r.Rows, row)
	}
	r.note("in %.0f%% of cases, at a level of 5%%, unpaired; paired runs may need fewer. "+alone, 100*stats.Power)
	r.note("the first number takes the spread seen for the true one, the second the largest it may well be: few runs tell little of their spread")
	return r, nil
}

func newNoiseReport(sides []CompareSide, o CompareOptions) (*NoiseReport, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	c := newComparer(append(sides[:1:1], sides...), o) // a comparison wants two
	r := &NoiseReport{Schema: 1, Sides: c.out.Sides[1:], Rows: []NoiseRow{}, Notes: []string{}}
	most := 0
	for i, side := range sides {
		r.Sides[i].Letter = string(rune('A' + i))
		for _, run := range side.Runs {
			r.Sides[i].Runs = append(r.Sides[i].Runs, SideRun{run.Entry.Run.RunID, run.Entry.Run.Name, run.Entry.Run.BeganAt})
			r.Sides[i].Completed += run.Totals.Completed
			r.Sides[i].Failed += run.Totals.Failed
		}
		if err := checkRepeats(side, o); err != nil {
			return nil, err
		}
		most = max(most, len(side.Runs))
	}
	if most < 2 {
		return nil, fmt.Errorf("noise of %s: %w; give two or more of one setting", r.Sides[0].Label, errOneRun)
	}
	return r, nil
}

// alone says for whom a level of 5 % is.
const alone = "That is of one metric chosen beforehand, by --fail-on or --metrics: among many a comparison asks for more of each"

var errOneRun = fmt.Errorf("one run has no run-to-run noise")

// checkRepeats refuses runs that are no repeats of each other.
func checkRepeats(side CompareSide, o CompareOptions) error {
	var refusing []Difference
	for _, d := range differences(runsOf([]CompareSide{side}), o) {
		if d.Refuses {
			d.Varies = false
			refusing = append(refusing, d)
		}
	}
	if len(refusing) > 0 && !o.AllowWorkload {
		return &UnlikeError{Title: "Noise of " + side.Label(), Differences: refusing}
	}
	return nil
}

// noiseRow gathers a metric's values by side; it reports false when there are none, or nobody misses them.
func noiseRow(m Measure, sides []CompareSide, o CompareOptions) (row NoiseRow, values [][]float64, ok bool) {
	var all []float64
	for _, side := range sides {
		var list []float64
		for _, run := range side.Runs {
			if v := m.read(run); v != nil {
				list = append(list, *v)
			}
		}
		values, all = append(values, list), append(all, list...)
	}
	if len(o.Metrics) == 0 && (len(all) == 0 || idle(m, sides)) {
		return row, nil, false
	}
	row = NoiseRow{Metric: m.Name, Title: m.Title, Unit: m.Unit, Value: finite(stats.CenterOf(all).Value)}
	if sd, df := stats.Spread(values...); df > 0 {
		row.SpreadPercent, row.LargestSpreadPercent = new(100*sd), new(100*stats.LargestSpread(sd, df))
	}
	return row, values, true
}

// testHalves holds the odd runs against the even ones.
func (row *NoiseRow) testHalves(values []float64) {
	var halves [2][]float64
	for i, v := range values {
		halves[i%2] = append(halves[i%2], v)
	}
	ratio := stats.Welch(halves[0], halves[1])
	if ratio == nil || math.IsNaN(ratio.Value()) {
		return
	}
	row.aa = ratio.Interval(stats.Level)
	row.AAPercent = new(100 * (ratio.Value() - 1))
	row.AALoPercent, row.AAHiPercent = changeBounds(row.aa)
}

func (r *NoiseReport) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

func (r *NoiseReport) noiseNotes(n int) {
	if n < runsForVerdict {
		r.note("need at least %d runs to hold half of them against the other half", runsForVerdict)
	}
	var claimed []string
	for _, row := range r.Rows {
		if row.AALoPercent != nil && !row.aa.Holds(1) {
			claimed = append(claimed, row.Title)
		}
	}
	if len(claimed) > 0 {
		r.note("the halves differ in %s, where chance alone would let one metric in twenty: were these runs of one setting?", strings.Join(claimed, ", "))
	}
	r.note("A/A holds every second run against the others; a smallest change is one that so many runs show in %.0f%% of cases, at a level of 5%%. "+alone, 100*stats.Power)
}

// Write prints the report in a format of Comparison.
func (r *NoiseReport) Write(w io.Writer, format string, opts WriteOptions) error {
	switch format {
	case "json":
		return WriteJSON(w, r)
	case "csv":
		return writeRecords(w, r.records())
	}
	t := sheet{title: r.Title, notes: r.Notes}
	for _, s := range r.Sides {
		t.lines = append(t.lines, s.titled()+", "+s.describe())
	}
	t.header, t.rows = r.cells()
	return t.write(w, format, opts)
}

func (r *NoiseReport) cells() (header []string, rows [][]string) {
	n := len(r.Sides[0].Runs)
	header = []string{"Metric", "Value", "Spread", "A/A", fmt.Sprintf("Smallest change, %d+%d runs", n/2, n/2), fmt.Sprintf("%d+%d runs", n, n)}
	if r.PlannedPercent != nil {
		header = []string{"Metric", "Value", "Spread", "Repeats a side", "at most"}
	}
	for _, row := range r.Rows {
		cells := []string{row.Title, commonScale(row.Unit, row.Value).format(row.Value), share100(row.SpreadPercent)}
		if r.PlannedPercent != nil {
			rows = append(rows, append(cells, repeatsText(row.Repeats), repeatsText(row.RepeatsAtMost)))
			continue
		}
		aa := unknown
		if row.AAPercent != nil {
			aa = percent(*row.AAPercent) + " " + intervalText(row.aa)
		}
		rows = append(rows, append(cells, aa, share100(row.SmallestPercent), share100(row.SmallestTwicePercent)))
	}
	return header, rows
}

func share100(v *float64) string {
	if v == nil {
		return unknown
	}
	return fmt.Sprintf("%.1f%%", *v)
}

func repeatsText(n *int) string {
	switch {
	case n == nil:
		return unknown
	case *n >= stats.MostRepeats:
		return "hopeless"
	}
	return fmt.Sprint(*n)
}

func (r *NoiseReport) records() [][]string {
	records := [][]string{{"metric", "unit", "value", "spread_percent", "largest_spread_percent", "aa_percent", "aa_lo_percent", "aa_hi_percent",
		"smallest_percent", "smallest_twice_percent", "repeats", "repeats_at_most"}}
	for _, row := range r.Rows {
		records = append(records, []string{row.Metric, row.Unit, exact(row.Value), exact(row.SpreadPercent), exact(row.LargestSpreadPercent),
			exact(row.AAPercent), exact(row.AALoPercent), exact(row.AAHiPercent), exact(row.SmallestPercent), exact(row.SmallestTwicePercent),
			wholeText(row.Repeats), wholeText(row.RepeatsAtMost)})
	}
	return records
}

func wholeText(n *int) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

// CheckRepeats is CheckSides for the runs of a noise report: nothing is measured of runs that are no repeats.
func CheckRepeats(side query.Side, o CompareOptions) error {
	s := CompareSide{Reference: side.Reference}
	for _, entry := range side.Entries {
		s.Runs = append(s.Runs, query.Measured{Entry: entry})
	}
	return checkRepeats(s, o)
}
