package gallery

import (
	"fmt"
	"math"
	"strings"

	"llmbench/query"
	"llmbench/report/chart"
)

var timeline = Kind{
	Name: "timeline", Title: "The run over time",
	About: "requests offered, completed, failed, in flight and queued: below them output tokens, TTFT and the accelerators",
	Input: SomeRuns, Placed: true,
	SQL: func(a Ask) string {
		args := []string{fmt.Sprintf("steps := %d", a.steps())}
		if low, high := a.lowHigh(); low != 50 || high != 99 {
			args = append(args, fmt.Sprintf("low := %g, high := %g", low, high))
		}
		return "SELECT *\nFROM run_timeline(" + strings.Join(args, ", ") + ")\nORDER BY run_id, t_s"
	},
	Figure: func(a Ask, t *query.Table) chart.Figure {
		f := chart.Figure{Legend: a.legend(), ShareX: true, Empty: a.say("no data: the times of these requests are not known")}
		runs := a.byRun(t)
		for _, q := range a.quantities() {
			panel := chart.Panel{
				Title: q.said, Note: a.say(q.unit), Height: 105, Empty: a.unit(q.empty),
				X: chart.Axis{Title: a.say("seconds since the run began"), Show: chart.Seconds},
				Y: chart.Axis{Show: q.show, FromZero: q.scale == chart.Linear, Unit: a.unit(q.hover), Scale: q.scale, Per: q.per},
			}
			if q.title != "" {
				panel.Title = a.say(q.title)
			}
			if len(q.columns) > 1 {
				panel.Note += " (" + q.faint + ")"
			}
			some := false
			for i, rows := range runs {
				var first float64
				for k, column := range q.columns {
					list := points(rows, "t_s", column)
					if anything(list) {
						some = true
						list = held(rows, list)
						if k == 0 {
							first = topOf(list)
						}
						panel.Marks = append(panel.Marks, chart.Line{Series: i, Points: list, Step: true, Thin: true, Faint: k > 0, Beyond: k > 0 && q.beyond && topOf(list) > spike*first, Name: a.unit(q.names[k])})
					}
				}
			}
			if some || !q.optional {
				f.Panels = append(f.Panels, panel)
			}
		}
		return f
	},
}

// spike is how many times the highest value of a panel's first line another may reach and still decide the range.
const spike = 4

// topOf is the largest y of a line, NaN left out; 0 where there is none above.
func topOf(list []chart.Point) (top float64) {
	for _, p := range list {
		if p.Y > top {
			top = p.Y
		}
	}
	return top
}

// quantity is a panel of the timeline. Of several columns the first is drawn in full and the others dotted.
type quantity struct {
	title, unit, hover string
	empty              string // why there may be nothing, where the picture's reason is another
	said               string // the title, where it is no phrase
	faint              string
	columns, names     []string
	show               func(float64) string
	scale              chart.Scale
	per                float64 // what ticks are multiples of
	beyond             bool    // the others do not decide the range where they are a spike: a load sent all at once is one
	optional           bool    // left out when nothing of it is known
}

func (a Ask) quantities() []quantity {
	low, high := a.lowHigh()
	return []quantity{
		{title: "requests completed", unit: "req/s", hover: "req/s", columns: []string{"completed", "offered"}, names: []string{"completed", "offered"}, faint: a.say("dotted: offered"), beyond: true},
		{title: "requests failed", unit: "req/s", hover: "req/s", columns: []string{"failed"}, names: []string{"failed"}, optional: true},
		{title: "requests in flight", unit: "requests", columns: []string{"in_flight"}, names: []string{""}},
		{title: "requests queued in the client", unit: "requests", columns: []string{"queued"}, names: []string{""}, optional: true},
		{title: "output tokens", unit: "tok/s", hover: "tok/s", empty: "no data: when the tokens came is not known", columns: []string{"output_tokens"}, names: []string{""}},
		{said: fmt.Sprintf("TTFT %s, %s", chart.Percentile(high), chart.Percentile(low)), unit: "log scale", show: chart.MS, scale: chart.Log, empty: "no data: no request has this latency",
			columns: []string{"ttft_high_ms", "ttft_low_ms"}, names: []string{chart.Percentile(high), chart.Percentile(low)}, faint: a.say("dotted: %s", chart.Percentile(low))},
		{title: "accelerators busy", unit: "mean over the devices, %", show: chart.Percent, columns: []string{"util_pct"}, names: []string{""}, optional: true},
		{title: "accelerator memory", unit: "all devices, GiB", hover: "GiB", show: chart.Gibibytes, per: chart.GiB, columns: []string{"mem_used_bytes"}, names: []string{""}, optional: true},
		{title: "power", unit: "all devices, W", hover: "W", columns: []string{"power_w"}, names: []string{""}, optional: true},
	}
}

// steps is how many intervals show more than the grain of single requests: a few requests to each.
func (a Ask) steps() int64 {
	var most int64
	for _, f := range a.facts() {
		most = max(most, f.Completed+f.Failed)
	}
	if most == 0 {
		return 200
	}
	return max(20, min(200, most/4))
}

// lowHigh are the two percentiles of TTFT.
func (a Ask) lowHigh() (low, high float64) {
	if n := len(a.Percentiles); n > 0 {
		return a.Percentiles[0], a.Percentiles[n-1]
	}
	return 50, 99
}

// anything reports whether a line shows more than nothing: some value above 0.
func anything(list []chart.Point) bool {
	for _, p := range list {
		if p.Y > 0 {
			return true
		}
	}
	return false
}

// held holds the last value to the end of its interval.
func held(rows []query.Row, list []chart.Point) []chart.Point {
	last := len(rows) - 1
	if last < 0 || math.IsNaN(list[last].Y) {
		return list
	}
	return append(list, chart.Point{X: list[last].X + rows[last].Number("width_s"), Y: list[last].Y})
}

// unit is a word where there is one: units and percentiles may be none.
func (a Ask) unit(text string) string {
	if text == "" || !a.Lang.Knows(text) {
		return text
	}
	return a.say(text)
}
