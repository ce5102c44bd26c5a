package gallery

import (
	"fmt"
	"math"

	"llmbench/query"
	"llmbench/report/chart"
)

var waterfall = Kind{
	Name: "waterfall", Title: "Requests, one bar each",
	About: "a bar for each request: waiting in the client, prefill, decode, and gaps of 50 and 200 ms in it; the slowest 200",
	Input: OneRun, Placed: true,
	SQL: func(Ask) string { return "SELECT *\nFROM waterfall()\nORDER BY run_id, place, from_s" },
	Figure: func(a Ask, t *query.Table) chart.Figure {
		f := chart.Figure{Empty: a.say("no data: the times of these requests are not known")}
		for _, p := range parts {
			f.Legend = append(f.Legend, chart.Key{Name: a.say(p.name), Fill: p.fill})
		}
		for _, rows := range a.byRun(t) {
			panel := chart.Panel{
				Height: 260,
				X:      chart.Axis{Title: a.say("seconds since the run began"), Show: chart.Seconds},
				Y:      chart.Axis{Show: func(v float64) string { return fmt.Sprintf("%.0f", math.Abs(v)) }},
			}
			shown, boxes := a.bars(rows)
			panel.Marks = []chart.Mark{boxes}
			if some(rows) {
				panel.Note = a.say("the %d slowest of %d requests, the slowest at the top", shown, int(rows[0].Number("all_requests")))
				panel.X.Title = a.say("seconds since the request was due")
			} else {
				panel.Note = a.say("all requests, in the order they were due")
			}
			f.Panels = append(f.Panels, panel)
		}
		a.nameRuns(&f, "Requests, one bar each", "requests")
		return f
	},
}

var parts = []struct {
	key, name string
	fill      chart.Ink
	least     float64
}{
	{"queue", "queued in the client", chart.InkQueue, 0},
	{"prefill", "prefill: to the first token", chart.InkPrefill, 0},
	{"decode", "decode: tokens come", chart.InkDecode, 0},
	{"slow", "gap of 50 ms or more", chart.InkSlow, 0},
	{"stall", "gap of 200 ms or more", chart.InkStall, 0},
	{"failed", "failed", chart.InkFailed, 3},
}

// some reports whether not all requests are shown: those that are then stand side by side from the moment they were due, for
// in the time of a long run each would be a speck.
func some(rows []query.Row) bool {
	shown := 0.0
	for _, row := range rows {
		shown = max(shown, row.Number("place"))
	}
	return len(rows) > 0 && shown < rows[0].Number("all_requests")
}

// bars are the boxes of one run, gaps above the decode they are in.
func (a Ask) bars(rows []query.Row) (shown int, boxes chart.Boxes) {
	order, begin, end := "place", "from_s", "to_s"
	if some(rows) {
		order, begin, end = "slowness", "since_s", "until_s"
	}
	for _, p := range parts {
		for _, row := range where(rows, "part", p.key) {
			place := row.Number(order)
			shown = max(shown, int(place))
			from, to := row.Number(begin), row.Number(end)
			boxes.Boxes = append(boxes.Boxes, chart.Box{
				Least: p.least, X0: from, X1: to, Y0: -place - 0.42, Y1: -place + 0.42, Fill: p.fill,
				Hover: fmt.Sprintf("%s %d\n%s: %s", a.say("request"), int(row.Number("request_id")), a.say(p.name), chart.MS(1e3*(to-from))),
			})
		}
	}
	return shown, boxes
}
