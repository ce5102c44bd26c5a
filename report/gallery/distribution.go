package gallery

import (
	"math"

	"llmbench/query"
	"llmbench/report/chart"
)

var distribution = Kind{
	Name: "distribution", Title: "Distribution of latencies",
	About: "how TTFT, TPOT, ITL and E2EL are spread: in classes of equal width on a log axis",
	Input: SomeRuns,
	SQL: func(Ask) string {
		return "SELECT run_id, metric, from_ms, to_ms, samples, share_pct\nFROM latency_histogram()\nORDER BY run_id, metric, from_ms"
	},
	Figure: func(a Ask, t *query.Table) chart.Figure {
		f := chart.Figure{Legend: a.legend(), Columns: 2, Empty: a.say("no data: no request has this latency")}
		runs := a.byRun(t)
		for _, l := range latencies {
			panel := chart.Panel{
				Title: l.name, Note: a.say("% of samples in each class"), Height: 165,
				X: chart.Axis{Title: a.say("latency, log scale"), Scale: chart.Log, Show: chart.MS},
				Y: chart.Axis{Show: chart.Percent, FromZero: true},
			}
			for i, rows := range runs {
				if rows = where(rows, "metric", l.key); len(rows) > 0 {
					panel.Marks = append(panel.Marks, chart.Line{Series: i, Points: outline(rows), Step: true, Thin: true, Shade: len(a.Runs) <= 2})
				}
			}
			f.Panels = append(f.Panels, panel)
		}
		return f
	},
}

// outline is a histogram's, down to 0 where classes are missing.
func outline(rows []query.Row) []chart.Point {
	var list []chart.Point
	last := math.NaN()
	for _, row := range rows {
		from, to := row.Number("from_ms"), row.Number("to_ms")
		if !(math.Abs(from-last) < 1e-6*from) {
			if len(list) > 0 {
				list = append(list, chart.Point{X: last, Y: 0})
			}
			list = append(list, chart.Point{X: from, Y: 0})
		}
		list = append(list, chart.Point{X: from, Y: row.Number("share_pct")})
		last = to
	}
	if len(list) > 0 {
		list = append(list, chart.Point{X: last, Y: list[len(list)-1].Y}, chart.Point{X: last, Y: 0})
	}
	return list
}
