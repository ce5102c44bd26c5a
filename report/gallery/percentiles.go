package gallery

import (
	"slices"
	"strconv"
	"strings"

	"llmbench/query"
	"llmbench/report/chart"
)

var percentiles = Kind{
	Name: "percentiles", Title: "Latency by percentile",
	About: "TTFT, TPOT, ITL and E2EL by percentile: each further nine as wide as the last, the body on the left, the tail on the right",
	Input: SomeRuns,
	SQL:   percentileSQL,
	Figure: func(a Ask, t *query.Table) chart.Figure {
		f := chart.Figure{Legend: a.legend(), Columns: 2, ShareX: true, Empty: a.say("no data: no request has this latency")}
		runs := a.byRun(t)
		for i := range runs {
			f.Legend[i].Detail = a.keyNumbers(runs[i])
		}
		for _, l := range latencies {
			panel := chart.Panel{
				Title: l.name, Note: a.say("log scale, lower is better"), Height: 185,
				X: chart.Axis{Title: a.say("percentile"), Scale: chart.Nines, Show: chart.Percentile},
				Y: chart.Axis{Scale: chart.Log, Show: chart.MS},
			}
			for i, rows := range runs {
				rows = where(rows, "metric", l.key)
				if len(rows) > 0 {
					panel.Marks = append(panel.Marks, chart.Line{Series: i, Points: points(rows, "percentile", "ms")})
				}
			}
			panel.Marks = append(panel.Marks, a.limit(l.key)...)
			f.Panels = append(f.Panels, panel)
		}
		return f
	},
}

func percentileSQL(a Ask) string {
	text := "SELECT run_id, metric, samples, percentile, ms\nFROM percentile_curve()\n"
	const metrics = "WHERE metric IN ('ttft', 'tpot', 'itl', 'e2el')\n"
	if len(a.Percentiles) > 0 {
		list := make([]string, len(a.Percentiles))
		for i, p := range a.Percentiles {
			list[i] = strconv.FormatFloat(p, 'f', -1, 64)
		}
		return text + metrics + "UNION\nSELECT run_id, metric, samples, unnest(percentiles), unnest(ms)\nFROM latency_stats([" +
			strings.Join(list, ", ") + "])\n" + metrics + "ORDER BY run_id, metric, percentile"
	}
	return text + metrics + "ORDER BY run_id, metric, percentile"
}

// keyNumbers are what a reader looks for first: some percentiles of TTFT and of ITL.
func (a Ask) keyNumbers(rows []query.Row) string {
	var parts []string
	for _, l := range latencies {
		if l.key != "ttft" && l.key != "itl" {
			continue
		}
		var said []string
		rows := where(rows, "metric", l.key)
		wanted := a.Percentiles
		if len(wanted) == 0 {
			wanted = []float64{50, highest(rows)}
		}
		for _, row := range rows {
			if p := row.Number("percentile"); slices.Contains(wanted, p) {
				said = append(said, chart.Percentile(p)+" "+chart.MS(row.Number("ms")))
			}
		}
		if len(said) > 0 {
			parts = append(parts, l.name+" "+strings.Join(said, ", "))
		}
	}
	return strings.Join(parts, " · ")
}

// highest is the percentile that is named for the tail: the 99th, or what a smaller sample reaches.
func highest(rows []query.Row) float64 {
	for _, p := range []float64{99, 95, 90} {
		if slices.ContainsFunc(rows, func(r query.Row) bool { return r.Number("percentile") == p }) {
			return p
		}
	}
	return 50
}
