package gallery

import (
	"llmbench/query"
	"llmbench/report/chart"
)

var deadlines = Kind{
	Name: "deadlines", Title: "Tokens a reader would have waited for",
	About: "the share of tokens that came too late for a reader: of every reading speed",
	Input: SomeRuns,
	SQL: func(Ask) string {
		return "SELECT run_id, tokens_per_s, late_pct, tokens\nFROM token_deadlines()\nORDER BY run_id, tokens_per_s"
	},
	Figure: func(a Ask, t *query.Table) chart.Figure {
		f := chart.Figure{
			Legend: a.legend(), Note: a.say("the reader begins with the first token; token k is due k / speed later"),
			Empty: a.say("no data: no answer has two tokens whose times are known"),
		}
		panel := chart.Panel{
			Title: a.say("tokens late"), Note: a.say("% of all, lower is better"), Height: 240,
			X: chart.Axis{Title: a.say("reading speed, tokens per second, log scale"), Scale: chart.Log, Unit: a.say("tok/s")},
			Y: chart.Axis{Show: chart.Percent, FromZero: true, Low: 0, High: 100},
		}
		for i, rows := range a.byRun(t) {
			if len(rows) > 0 {
				panel.Marks = append(panel.Marks, chart.Line{Series: i, Points: points(rows, "tokens_per_s", "late_pct")})
				f.Legend[i].Detail = a.tolerable(rows)
			}
		}
		f.Panels = []chart.Panel{panel}
		return f
	},
}

// tolerable names the highest speed of the view at which at most one token in a hundred is late.
func (a Ask) tolerable(rows []query.Row) string {
	best := 0.0
	for _, row := range rows {
		if row.Number("late_pct") <= 1 {
			best = max(best, row.Number("tokens_per_s"))
		}
	}
	if best == 0 {
		return a.say("late at every speed shown")
	}
	return a.say("at most 1%% late up to %s tok/s", chart.Number(best))
}
