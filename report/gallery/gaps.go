package gallery

import (
	"fmt"
	"math"

	"llmbench/query"
	"llmbench/report/chart"
)

var gaps = Kind{
	Name: "gaps", Title: "Gaps between tokens over time",
	About: "a heat map of the gaps between tokens: when, how long, and what share of those of the moment",
	Input: OneRun, Placed: true,
	SQL: func(Ask) string { return "SELECT *\nFROM gap_heatmap()\nORDER BY run_id, t_s, from_ms" },
	Figure: func(a Ask, t *query.Table) chart.Figure {
		f := chart.Figure{ShareX: true, ShareY: true, Note: a.say("colour: share of the gaps of the moment"), Empty: a.say("no data: no answer has two tokens whose times are known")}
		for _, share := range []float64{100, 10, 1, 0.1, 0.01} {
			f.Legend = append(f.Legend, chart.Key{Name: chart.Percent(share), Fill: heatOf(share)})
		}
		for _, rows := range a.byRun(t) {
			panel := chart.Panel{
				Note: a.say("gap between tokens, log scale"), Height: 230,
				X: chart.Axis{Title: a.say("seconds since the run began"), Show: chart.Seconds},
				Y: chart.Axis{Scale: chart.Log, Show: chart.MS},
			}
			boxes := chart.Boxes{Seamless: true}
			for _, row := range rows {
				at, width, from, to, share := row.Number("t_s"), row.Number("width_s"), row.Number("from_ms"), row.Number("to_ms"), row.Number("share_pct")
				boxes.Boxes = append(boxes.Boxes, chart.Box{
					X0: at, X1: at + width, Y0: from, Y1: to, Fill: heatOf(share),
					Hover: fmt.Sprintf("%s, %s – %s\n%s (%s)", chart.Seconds(at), chart.MS(from), chart.MS(to), a.say("%s gaps", chart.Counted(row.Number("gaps"))), chart.Percent(share)),
				})
			}
			panel.Marks = []chart.Mark{boxes}
			f.Panels = append(f.Panels, panel)
		}
		a.nameRuns(&f, "Gaps between tokens over time", "ITL")
		return f
	},
}

// heatOf colours a share in percent on a log scale from 0.01 to 100.
func heatOf(share float64) chart.Ink { return chart.Heat((math.Log10(share) + 2) / 4) }
