// Package gallery has the charts of reports: for each kind the question whose answer it shows, and how the answer is drawn.
// It computes nothing: every number comes from a view, so that what a picture says can be asked again with the same SQL.
package gallery

import (
	"slices"
	"strconv"
	"strings"

	"llmbench/query"
	"llmbench/report"
	"llmbench/report/chart"
)

// Input is what a kind of chart is drawn of.
type Input int

// Inputs.
const (
	OneRun    Input = iota // each run has a panel of its own, so there are few
	SomeRuns               // runs are laid over one another
	SweepRuns              // the runs of a sweep: points, each of one or more repeats
)

// MostRuns is how many runs a chart shows at most; beyond that nobody reads it.
var MostRuns = map[Input]int{OneRun: 4, SomeRuns: 8}

// Kind is one kind of chart.
type Kind struct {
	// Name is what the command line calls it, Title what the picture does.
	Name, Title string
	// About says in one line what one sees.
	About string
	Input Input
	// SQL is the question; it is shown beside the picture and runs as it stands.
	SQL func(Ask) string
	// Placed says that only runs are in the picture of which it is known when their requests were sent.
	Placed bool
	// Figure draws the answer.
	Figure func(Ask, *query.Table) chart.Figure
}

// Kinds lists every kind, in the order of a report. A new chart is a new file and a line here.
func Kinds() []Kind {
	return []Kind{
		percentiles, distribution, timeline, waterfall, promptLength, concurrency, gaps, deadlines,
		load, pareto, grid,
	}
}

// Find gives the kind of that name.
func Find(name string) (Kind, bool) {
	i := slices.IndexFunc(Kinds(), func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return Kind{}, false
	}
	return Kinds()[i], true
}

// Ask is what a person asks of a chart.
type Ask struct {
	// Runs are the series, in order.
	Runs []Run
	Lang chart.Lang
	// SLO are limits to draw; of goodput, those that count. Without any, each run's own hold.
	SLO query.SLO
	// Percentiles are those to name; each kind has its own without.
	Percentiles []float64
	// X, Y and Measure are the parameters and the number of a heat map over a sweep; "" lets the view choose.
	X, Y, Measure string
	// Scale rates runs, and its steps are the limits of the best configurations where no SLO is asked for.
	Scale report.RatingScale
}

// Run is one run, as a chart names it.
type Run struct {
	ID    string
	Label string
	Facts chart.Facts
	Times Times
	// Side is the place, from 1, of what the run was named by, where that named several; 0 else.
	Side int
}

// Times is what is known of when things happened in a run.
type Times int

// Times.
const (
	Placed   Times = iota // when each request was sent
	Relative              // only how long each took: when it was sent is not known
	NoTimes               // nothing of single requests, only totals
)

// Draw asks the session and draws.
func (k Kind) Draw(ask Ask, answer *query.Table) chart.Figure {
	f := k.Figure(ask, answer)
	f.Lang = ask.Lang
	if why := ask.whyNothing(k.Placed); why != "" {
		f.Empty = ask.say(why)
	}
	if f.Title == "" {
		f.Title = ask.say(k.Title)
	}
	return f
}

func (a Ask) say(phrase string, args ...any) string { return a.Lang.Say(phrase, args...) }

// legend is a line for each run.
func (a Ask) legend() []chart.Key {
	keys := make([]chart.Key, len(a.Runs))
	for i, r := range a.Runs {
		keys[i] = chart.Key{Name: r.Label, Facts: []chart.Facts{r.Facts}, Side: r.Side}
	}
	return keys
}

// nameRuns says of which run each panel is: in the heading where there is one.
func (a Ask) nameRuns(f *chart.Figure, title, quantity string) {
	if len(a.Runs) == 1 {
		f.Title, f.Facts, f.Panels[0].Title = a.say(title)+": "+a.Runs[0].Label, a.facts(), a.say(quantity)
		return
	}
	for i := range f.Panels {
		p, only := &f.Panels[i], Ask{Runs: a.Runs[i : i+1]}
		p.Title, p.Note = a.Runs[i].Label, strings.Join([]string{chart.FactsText(only.facts(), a.Lang), p.Note}, " · ")
		if why := only.whyNothing(true); why != "" {
			p.Empty = a.say(why)
		}
	}
}

// facts are those of all runs.
func (a Ask) facts() []chart.Facts {
	list := make([]chart.Facts, len(a.Runs))
	for i, r := range a.Runs {
		list[i] = r.Facts
	}
	return list
}

// whyNothing says why all runs have nothing to show, where that lies in the runs and not in the kind of chart; "" else.
func (a Ask) whyNothing(placed bool) string {
	least := NoTimes
	var completed, failed int64
	for _, r := range a.Runs {
		least, completed, failed = min(least, r.Times), completed+r.Facts.Completed, failed+r.Facts.Failed
	}
	switch {
	case least == NoTimes:
		return "no data: only totals are known, no single request; see reported_summary"
	case placed && least == Relative:
		return "no data: when these requests were sent is not known"
	case completed == 0 && failed > 0:
		return "no data: no request ended well"
	}
	return ""
}

// series is the place of a run among those asked for, -1 for another.
func (a Ask) series(row query.Row) int {
	id := row.Text("run_id")
	return slices.IndexFunc(a.Runs, func(r Run) bool { return r.ID == id })
}

// byRun sorts the rows of an answer to the runs, keeping their order.
func (a Ask) byRun(answer *query.Table) [][]query.Row {
	rows := make([][]query.Row, len(a.Runs))
	for _, row := range answer.Rows() {
		if i := a.series(row); i >= 0 {
			rows[i] = append(rows[i], row)
		}
	}
	return rows
}

// where keeps the rows with that text in a column.
func where(rows []query.Row, column, text string) []query.Row {
	var kept []query.Row
	for _, row := range rows {
		if row.Text(column) == text {
			kept = append(kept, row)
		}
	}
	return kept
}

// points reads two columns.
func points(rows []query.Row, x, y string) []chart.Point {
	list := make([]chart.Point, len(rows))
	for i, row := range rows {
		list[i] = chart.Point{X: row.Number(x), Y: row.Number(y)}
	}
	return list
}

// latencies are the metrics that have a panel each.
var latencies = []struct{ key, name string }{{"ttft", "TTFT"}, {"tpot", "TPOT"}, {"itl", "ITL"}, {"e2el", "E2EL"}}

// limit is the SLO of a latency.
func (a Ask) limit(metric string) []chart.Mark {
	ms := map[string]*float64{"ttft": a.SLO.TTFTMS, "tpot": a.SLO.TPOTMS, "e2el": a.SLO.E2ELMS}[metric]
	if ms == nil {
		return nil
	}
	return []chart.Mark{chart.Rule{Y: *ms, Name: a.say("SLO %s", chart.MS(*ms))}}
}

// limits writes the SLO as a macro's arguments: "ttft_ms := 300, ...", "" without any.
func (a Ask) limits() string {
	var parts []string
	for _, l := range []struct {
		name string
		ms   *float64
	}{{"ttft_ms", a.SLO.TTFTMS}, {"tpot_ms", a.SLO.TPOTMS}, {"e2el_ms", a.SLO.E2ELMS}} {
		if l.ms != nil {
			parts = append(parts, l.name+" := "+strconv.FormatFloat(*l.ms, 'g', -1, 64))
		}
	}
	return strings.Join(parts, ", ")
}

// sqlText writes an optional text as SQL.
func sqlText(s string) string {
	if s == "" {
		return "NULL"
	}
	return query.Literal(s)
}
