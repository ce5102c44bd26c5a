package gallery

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"llmbench/query"
	"llmbench/report/chart"
)

var load = Kind{
	Name: "load", Title: "Throughput and latency against load",
	About: "output throughput, TTFT and goodput over the load; the bands reach from the lowest repeat to the highest",
	Input: SweepRuns,
	SQL: func(a Ask) string {
		return "SELECT setting, load_kind, load, metric, repeats, requests, mean, low, high\nFROM sweep_points(" + a.limits() + ")\nORDER BY setting, load, metric"
	},
	Figure: func(a Ask, t *query.Table) chart.Figure {
		rows := t.Rows()
		settings := distinct(rows, "setting")
		f := chart.Figure{ShareX: true, Facts: a.facts(), Note: a.sweepNote(rows), Empty: a.say("no data: no run has a load and a summary")}
		for _, s := range settings {
			f.Legend = append(f.Legend, chart.Key{Name: a.settingName(s)})
		}
		for _, q := range []struct {
			title, unit string
			metrics     []string
			axis        chart.Axis
			rule        string
			optional    bool
		}{
			{"output throughput", "tok/s", []string{"output_throughput"}, chart.Axis{FromZero: true, Unit: "tok/s"}, "", false},
			{"TTFT p99", "log scale, dotted: p50", []string{"p99_ttft_ms", "p50_ttft_ms"}, chart.Axis{Scale: chart.Log, Show: chart.MS}, "ttft", false},
			{"TPOT p99", "log scale, dotted: p50", []string{"p99_tpot_ms", "p50_tpot_ms"}, chart.Axis{Scale: chart.Log, Show: chart.MS}, "tpot", false},
			{"goodput", "requests per second within the limits", []string{"goodput"}, chart.Axis{FromZero: true, Unit: "req/s"}, "", true},
		} {
			panel := chart.Panel{
				Title: a.say(q.title), Note: a.say(q.unit), Height: 135, X: a.loadAxis(rows), Y: q.axis, Empty: a.say("no data: no run has this number"),
			}
			panel.Y.Unit = a.unit(panel.Y.Unit)
			for i, s := range settings {
				for k, metric := range q.metrics {
					panel.Marks = append(panel.Marks, curve(i, k > 0, where(where(rows, "setting", s), "metric", metric))...)
				}
			}
			if len(panel.Marks) == 0 && q.optional {
				continue
			}
			panel.Marks = append(panel.Marks, a.limit(q.rule)...)
			f.Panels = append(f.Panels, panel)
		}
		return f
	},
}

// curve is a mean with its band; of a second metric the mean alone, dotted.
func curve(series int, faint bool, rows []query.Row) []chart.Mark {
	if len(rows) == 0 {
		return nil
	}
	line := chart.Line{Series: series, Points: points(rows, "load", "mean"), Every: true, Faint: faint}
	if faint {
		return []chart.Mark{line}
	}
	band := chart.Band{Series: series}
	for _, row := range rows {
		band.Points = append(band.Points, chart.Range{X: row.Number("load"), Low: row.Number("low"), High: row.Number("high")})
	}
	return []chart.Mark{band, line}
}

// loadAxis is logarithmic when loads span more than a factor of 20.
func (a Ask) loadAxis(rows []query.Row) chart.Axis {
	axis := chart.Axis{Title: a.say("requests in flight at most (max_concurrency)"), Unit: a.say("in flight"), Room: true}
	low, high := 0.0, 0.0
	for _, row := range rows {
		switch row.Text("load_kind") {
		case "request_rate":
			axis.Title, axis.Unit = a.say("requests per second (request_rate)"), a.say("req/s")
		case "batch":
			axis.Title, axis.Unit = a.say("requests sent all at once (batch)"), a.say("requests")
		}
		if v := row.Number("load"); v > 0 {
			if low == 0 || v < low {
				low = v
			}
			high = max(high, v)
		}
	}
	if low > 0 && high/low > 20 {
		axis.Scale = chart.Log
		axis.Title += a.say(", log scale")
	}
	return axis
}

func (a Ask) sweepNote(rows []query.Row) string {
	fewest, most := 0, 0
	placed := slices.DeleteFunc(where(rows, "metric", "output_throughput"), func(r query.Row) bool { return r.Value("load") == nil })
	for _, row := range rows {
		if n := int(row.Number("repeats")); n > 0 {
			if fewest == 0 || n < fewest {
				fewest = n
			}
			most = max(most, n)
		}
	}
	switch {
	case most == 0:
		return ""
	case most == 1:
		return a.say("one run for each point") + a.missing(placed)
	case fewest == most:
		return a.say("%d runs for each point; bands: lowest to highest", most) + a.missing(placed)
	}
	return a.say("%d to %d runs for each point; bands: lowest to highest", fewest, most) + a.missing(placed)
}

// missing says how many runs are not in the picture, which has those of rows.
func (a Ask) missing(rows []query.Row) string {
	shown := 0
	for _, row := range rows {
		shown += int(row.Number("repeats"))
	}
	if left := len(a.Runs) - shown; left > 0 && shown > 0 {
		return a.say("; not shown: %d without these numbers", left)
	}
	return ""
}

func (a Ask) settingName(s string) string {
	if s == "" {
		return a.say("all runs")
	}
	return s
}

var pareto = Kind{
	Name: "pareto", Title: "Throughput per device against speed per user",
	About: "throughput per device over the speed that a user sees: a dot for each point; the frontier is drawn",
	Input: SweepRuns,
	SQL: func(Ask) string {
		return "SELECT setting, load_kind, load, user_throughput, device_throughput, per_device, repeats, on_frontier\nFROM sweep_pareto()\nORDER BY setting, load"
	},
	Figure: func(a Ask, t *query.Table) chart.Figure {
		rows := t.Rows()
		settings := distinct(rows, "setting")
		f := chart.Figure{Facts: a.facts(), Note: a.paretoNote(rows), Empty: a.say("no data: no run has a TPOT and a throughput")}
		panel := chart.Panel{
			Title: a.say("output tok/s per device"), Note: a.say("output tokens / duration / accelerators; up and right is better"), Height: 280,
			X: chart.Axis{Title: a.say("speed per user: 1 / median TPOT, tok/s"), Unit: a.say("tok/s"), Room: true},
			Y: chart.Axis{FromZero: true, Unit: a.say("tok/s")},
		}
		var front []query.Row
		for _, row := range rows {
			if !row.True("per_device") {
				panel.Title, panel.Note = a.say("output tok/s"), a.say("of all devices together: their number is not known; up and right is better")
			}
			if row.True("on_frontier") {
				front = append(front, row)
			}
		}
		slices.SortFunc(front, func(x, y query.Row) int { return sign(x.Number("user_throughput") - y.Number("user_throughput")) })
		panel.Marks = append(panel.Marks, chart.Frontier{Points: points(front, "user_throughput", "device_throughput")})
		for i, s := range settings {
			f.Legend = append(f.Legend, chart.Key{Name: a.settingName(s), Dot: true})
			panel.Marks = append(panel.Marks, a.dots(i, where(rows, "setting", s), true), a.dots(i, where(rows, "setting", s), false))
		}
		f.Panels = []chart.Panel{panel}
		return f
	},
}

// dots are the points on the frontier, labelled first, or those off it.
func (a Ask) dots(series int, rows []query.Row, front bool) chart.Dots {
	d := chart.Dots{Series: series, Faint: !front}
	for _, row := range rows {
		if row.True("on_frontier") == front {
			d.Points = append(d.Points, chart.Point{X: row.Number("user_throughput"), Y: row.Number("device_throughput")})
			d.Labels = append(d.Labels, a.loadLabel(row))
		}
	}
	return d
}

// loadLabel names a point; "" where the load is not known.
func (a Ask) loadLabel(row query.Row) string {
	v := row.Number("load")
	switch kind := row.Text("load_kind"); {
	case v != v:
		return ""
	case kind == "request_rate":
		return a.say("%s req/s", chart.Number(v))
	case kind == "batch":
		return "b=" + chart.Number(v)
	}
	return "c=" + chart.Number(v)
}

// paretoNote says what line, points and labels are.
func (a Ask) paretoNote(rows []query.Row) string {
	note := a.say("the line is the frontier: no point beats it in both; faint points are beaten")
	if len(rows) == 0 {
		return note
	}
	switch rows[0].Text("load_kind") {
	case "batch":
		note += a.say("; b: requests sent at once")
	case "max_concurrency":
		note += a.say("; c: most requests in flight")
	}
	return note + a.missing(rows)
}

var grid = Kind{
	Name: "grid", Title: "A sweep over two parameters",
	About: "a number over two parameters as a heat map",
	Input: SweepRuns,
	SQL: func(a Ask) string {
		return fmt.Sprintf("SELECT *\nFROM sweep_grid(x := %s, y := %s, measure := %s)\nORDER BY x_place, y_place", sqlText(a.X), sqlText(a.Y), query.Literal(a.measure()))
	},
	Figure: func(a Ask, t *query.Table) chart.Figure {
		rows := t.Rows()
		measure := a.measure()
		f := chart.Figure{
			Title: a.say("A sweep over two parameters") + ": " + measure, Facts: a.facts(), Note: a.say("mean over the runs of a cell; dark is high"),
			Empty: a.say("no data: two parameters that differ, and runs with %s, are needed", measure),
		}
		if unit := a.unitOf(measure); unit != "" {
			f.Title += ", " + unit
		}
		if len(rows) == 0 {
			f.Panels = []chart.Panel{{}}
			return f
		}
		panel := chart.Panel{Title: rows[0].Text("y"), Height: 240}
		panel.X = chart.Axis{Title: rows[0].Text("x"), Scale: chart.Names, Names: places(rows, "x")}
		panel.Y = chart.Axis{Scale: chart.Names, Names: places(rows, "y")}
		low, high := rows[0].Number("mean"), rows[0].Number("mean")
		for _, row := range rows {
			low, high = min(low, row.Number("mean")), max(high, row.Number("mean"))
		}
		var boxes chart.Boxes
		for _, row := range rows {
			x, y, v := row.Number("x_place")-1, row.Number("y_place")-1, row.Number("mean")
			share := 0.5
			if high > low {
				share = (v - low) / (high - low)
			}
			boxes.Boxes = append(boxes.Boxes, chart.Box{
				X0: x - 0.48, X1: x + 0.48, Y0: y - 0.48, Y1: y + 0.48, Fill: chart.Heat(share), Label: chart.Number(v),
				Hover: fmt.Sprintf("%s %s, %s %s\n%s (%s)", rows[0].Text("x"), row.Text("x_value"), rows[0].Text("y"), row.Text("y_value"),
					strings.TrimSpace(chart.Number(v)+" "+a.unitOf(measure)), a.runs(int(row.Number("runs")))),
			})
		}
		panel.Marks = []chart.Mark{boxes}
		f.Panels = []chart.Panel{panel}
		return f
	},
}

// runs counts runs.
func (a Ask) runs(n int) string {
	if n == 1 {
		return a.say("1 run")
	}
	return a.say("%d runs", n)
}

// measure is the column of run_summary that a heat map shows.
func (a Ask) measure() string { return cmp.Or(a.Measure, "output_throughput") }

// unitOf is the unit of a column of run_summary, as its name has it.
func (a Ask) unitOf(column string) string {
	switch {
	case strings.HasSuffix(column, "_ms"):
		return "ms"
	case strings.HasPrefix(column, "request_"):
		return a.say("req/s")
	case strings.HasSuffix(column, "_throughput") || strings.HasSuffix(column, "_per_s"):
		return a.say("tok/s")
	case column == "duration":
		return "s"
	case strings.HasSuffix(column, "_tokens"):
		return a.say("tokens")
	}
	return ""
}

// places are the names on an axis, in their places.
func places(rows []query.Row, axis string) []string {
	var names []string
	for _, row := range rows {
		i := int(row.Number(axis + "_place"))
		for len(names) < i {
			names = append(names, "")
		}
		names[i-1] = row.Text(axis + "_value")
	}
	return names
}

// distinct lists the texts of a column in their order.
func distinct(rows []query.Row, column string) []string {
	var all []string
	for _, row := range rows {
		if s := row.Text(column); !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

func sign(v float64) int {
	switch {
	case v < 0:
		return -1
	case v > 0:
		return 1
	}
	return 0
}
