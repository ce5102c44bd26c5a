package gallery

import (
	"llmbench/query"
	"llmbench/report/chart"
)

var promptLength = Kind{
	Name: "prompt-length", Title: "Latency against prompt length",
	About: "how TTFT, TPOT and E2EL grow with the prompt: median, and 10th to 90th percentile",
	Input: SomeRuns,
	SQL: func(Ask) string {
		return "SELECT run_id, metric, prompt_tokens, requests, p10_ms, p50_ms, p90_ms\nFROM latency_by_prompt()\nORDER BY run_id, metric, prompt_tokens"
	},
	Figure: func(a Ask, t *query.Table) chart.Figure {
		axis := chart.Axis{Title: a.say("prompt tokens, log scale"), Scale: chart.Log, Unit: a.say("prompt tokens")}
		f := a.relation(t, "prompt_tokens", axis)
		if len(t.Rows()) == 0 {
			f.Empty = a.say("no data: the lengths of these prompts are not known")
		}
		lengths := map[float64]bool{}
		for _, row := range t.Rows() {
			lengths[row.Number("prompt_tokens")] = true
		}
		if rows := t.Rows(); len(lengths) == 1 && rows[0].Number("requests") > 1 {
			f.Note += a.say("; every prompt is about as long")
		}
		return f
	},
}

var concurrency = Kind{
	Name: "concurrency", Title: "Latency against requests in flight",
	About: "how TTFT, TPOT and E2EL grow with the requests in flight: the others at a request's arrival; median, and 10th to 90th percentile",
	Input: SomeRuns, Placed: true,
	SQL: func(Ask) string {
		return "SELECT run_id, metric, in_flight, requests, p10_ms, p50_ms, p90_ms\nFROM latency_by_concurrency()\nORDER BY run_id, metric, in_flight"
	},
	Figure: func(a Ask, t *query.Table) chart.Figure {
		axis := chart.Axis{Title: a.say("other requests in flight at arrival"), Unit: a.say("in flight")}
		return a.relation(t, "in_flight", axis)
	},
}

// relation draws latencies over something that requests have.
func (a Ask) relation(t *query.Table, column string, axis chart.Axis) chart.Figure {
	f := chart.Figure{
		Legend: a.legend(), ShareX: true, Note: a.say("line: median; band: p10 to p90"),
		Empty: a.say("no data: no request has this latency"),
	}
	runs := a.byRun(t)
	for _, l := range latencies {
		if l.key == "itl" {
			continue
		}
		panel := chart.Panel{Title: l.name, Note: a.say("log scale, lower is better"), Height: 135, X: axis, Y: chart.Axis{Scale: chart.Log, Show: chart.MS}}
		for i, rows := range runs {
			rows = where(rows, "metric", l.key)
			if len(rows) == 0 {
				continue
			}
			var band chart.Band
			band.Series = i
			for _, row := range rows {
				band.Points = append(band.Points, chart.Range{X: row.Number(column), Low: row.Number("p10_ms"), High: row.Number("p90_ms")})
			}
			panel.Marks = append(panel.Marks, band)
		}
		for i, rows := range runs {
			if rows = where(rows, "metric", l.key); len(rows) > 0 {
				panel.Marks = append(panel.Marks, chart.Line{Series: i, Points: points(rows, column, "p50_ms"), Every: len(rows) <= 40})
			}
		}
		panel.Marks = append(panel.Marks, a.limit(l.key)...)
		f.Panels = append(f.Panels, panel)
	}
	return f
}
