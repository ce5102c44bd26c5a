package gallery

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"llmbench/query"
	"llmbench/report"
	"llmbench/report/chart"
	"llmbench/report/document"
)

// TableKind is one kind of table of a report.
type TableKind struct {
	Name, Title, About string
	Input              Input
	// Last puts the table behind the charts of its input.
	Last bool
	SQL  func(Ask) string
	// Table lays the answer out; nil when there is nothing to say.
	Table func(Ask, *query.Table) *document.Table
}

// TableKinds lists every kind, in the order of a report. Those of the runs stand before the charts.
func TableKinds() []TableKind { return []TableKind{summary, failures, sweepPoints, best} }

// summaryRows are run_summary's numbers under the labels of vLLM's report.
var summaryRows = []struct{ column, label string }{
	{"completed", "Successful requests"},
	{"failed", "Failed requests"},
	{"duration", "Benchmark duration (s)"},
	{"total_input_tokens", "Total input tokens"},
	{"total_output_tokens", "Total generated tokens"},
	{"request_throughput", "Request throughput (req/s)"},
	{"request_goodput", "Request goodput (req/s)"},
	{"output_throughput", "Output token throughput (tok/s)"},
	{"total_token_throughput", "Total Token throughput (tok/s)"},
	{"max_output_tokens_per_s", "Peak output token throughput (tok/s)"},
	{"max_concurrent_requests", "Peak concurrent requests"},
	{"mean_ttft_ms", "Mean TTFT (ms)"},
	{"median_ttft_ms", "Median TTFT (ms)"},
	{"p99_ttft_ms", "P99 TTFT (ms)"},
	{"mean_tpot_ms", "Mean TPOT (ms)"},
	{"median_tpot_ms", "Median TPOT (ms)"},
	{"p99_tpot_ms", "P99 TPOT (ms)"},
	{"mean_itl_ms", "Mean ITL (ms)"},
	{"median_itl_ms", "Median ITL (ms)"},
	{"p99_itl_ms", "P99 ITL (ms)"},
	{"mean_e2el_ms", "Mean E2EL (ms)"},
	{"median_e2el_ms", "Median E2EL (ms)"},
	{"p99_e2el_ms", "P99 E2EL (ms)"},
}

var summary = TableKind{
	Name: "summary", Title: "Summary",
	About: "the numbers of vLLM's report; the rating goes by mean TTFT and TPOT",
	Input: SomeRuns,
	SQL: func(a Ask) string {
		if a.limits() == "" {
			return "FROM run_summary\nORDER BY run_id"
		}
		return "SELECT s.* REPLACE (g.request_goodput AS request_goodput)\nFROM run_summary AS s JOIN goodput(" + a.limits() + ") AS g USING (run_id)\nORDER BY run_id"
	},
	Table: func(a Ask, answer *query.Table) *document.Table {
		t := &document.Table{Header: []string{""}}
		runs := a.byRun(answer)
		for _, r := range a.Runs {
			t.Header = append(t.Header, r.Label)
		}
		for _, l := range summaryRows {
			row := []document.Cell{document.Text(a.say(l.label))}
			for _, rows := range runs {
				row = append(row, a.numberOf(rows, l.column))
			}
			t.Rows = append(t.Rows, row)
		}
		for _, l := range []struct {
			label, column string
			scale         report.Thresholds
		}{{"Rating of TTFT", "mean_ttft_ms", a.Scale.TTFT}, {"Rating of TPOT", "mean_tpot_ms", a.Scale.TPOT}} {
			row := []document.Cell{document.Text(a.say(l.label))}
			for _, rows := range runs {
				rating := a.say("n/a")
				if len(rows) > 0 {
					rating = a.say(l.scale.Rate(new(rows[0].Number(l.column))))
				}
				row = append(row, document.Text(rating))
			}
			t.Rows = append(t.Rows, row)
		}
		return t
	},
}

func (a Ask) numberOf(rows []query.Row, column string) document.Cell {
	if len(rows) == 0 {
		return document.Text(a.say("n/a"))
	}
	return a.number(rows[0], column)
}

func (a Ask) number(row query.Row, column string) document.Cell {
	show := chart.Number
	if strings.HasSuffix(column, "tokens") || column == "completed" || column == "failed" {
		show = chart.Counted
	}
	if row.Value(column) == nil {
		return document.Text(a.say("n/a"))
	}
	return document.Number(new(row.Number(column)), show)
}

var failures = TableKind{
	Name: "failures", Title: "Failures",
	About: "how requests failed, the most frequent first",
	Input: SomeRuns,
	SQL: func(Ask) string {
		return "SELECT run_id, phase, status, http_status, error, count, retried\nFROM failures\nORDER BY count DESC, run_id, status, error\nLIMIT 50"
	},
	Table: func(a Ask, answer *query.Table) *document.Table {
		if len(answer.Rows()) == 0 {
			return nil
		}
		t := &document.Table{Header: []string{a.say("run"), a.say("phase"), a.say("status"), "HTTP", a.say("error"), a.say("requests"), a.say("retried")}}
		for _, row := range answer.Rows() {
			label := row.Text("run_id")
			if i := a.series(row); i >= 0 {
				label = a.Runs[i].Label
			}
			http := ""
			if code := row.Value("http_status"); code != nil {
				http = fmt.Sprint(code)
			}
			t.Rows = append(t.Rows, []document.Cell{
				document.Text(label), document.Text(row.Text("phase")), document.Text(row.Text("status")), document.Text(http),
				document.Text(shortened(row.Text("error"), 120)), a.number(row, "count"), a.number(row, "retried"),
			})
		}
		return t
	},
}

func shortened(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-3]) + "..."
	}
	return s
}

// pointMetrics are the columns of the table of a sweep.
var pointMetrics = []struct{ metric, label string }{
	{"output_throughput", "output tok/s"}, {"device_throughput", "tok/s per device"}, {"user_throughput", "tok/s per user"},
	{"request_throughput", "req/s"}, {"goodput", "goodput, req/s"},
	{"p50_ttft_ms", "TTFT p50, ms"}, {"p99_ttft_ms", "TTFT p99, ms"}, {"p50_tpot_ms", "TPOT p50, ms"}, {"p99_tpot_ms", "TPOT p99, ms"},
	{"p99_itl_ms", "ITL p99, ms"}, {"p99_e2el_ms", "E2EL p99, ms"},
}

var sweepPoints = TableKind{
	Name: "points", Title: "Points of the sweep",
	About: "means over the repeats of each point",
	Input: SweepRuns, Last: true,
	SQL: func(a Ask) string {
		var columns []string
		for _, m := range pointMetrics {
			columns = append(columns, fmt.Sprintf("    any_value(mean) FILTER (metric = '%s') AS %s", m.metric, m.metric))
		}
		return "SELECT setting, load_kind, load, max(repeats) AS repeats, max(requests) AS requests,\n" + strings.Join(columns, ",\n") +
			"\nFROM sweep_points(" + a.limits() + ")\nGROUP BY setting, load_kind, load\nORDER BY setting, load"
	},
	Table: func(a Ask, answer *query.Table) *document.Table {
		rows := answer.Rows()
		if len(rows) == 0 {
			return nil
		}
		t := &document.Table{Header: []string{a.say("setting"), loadName(rows[0]), a.say("runs"), a.say("requests")}}
		var known []string
		for _, m := range pointMetrics {
			if slices.ContainsFunc(rows, func(r query.Row) bool { return r.Value(m.metric) != nil }) {
				known, t.Header = append(known, m.metric), append(t.Header, a.say(m.label))
			}
		}
		for _, row := range rows {
			cells := []document.Cell{document.Text(a.settingName(row.Text("setting"))), a.number(row, "load"), a.number(row, "repeats"), a.number(row, "requests")}
			for _, metric := range known {
				cells = append(cells, a.number(row, metric))
			}
			t.Rows = append(t.Rows, cells)
		}
		return t
	},
}

func loadName(row query.Row) string { return row.Text("load_kind") }

var best = TableKind{
	Name: "best", Title: "Best configuration for each SLO",
	About: "the highest output throughput at which the 99th percentiles of every repeat keep the limits and no request failed",
	Input: SweepRuns,
	SQL: func(a Ask) string {
		var parts []string
		for i, l := range a.levels() {
			parts = append(parts, fmt.Sprintf("SELECT %d AS level, *\nFROM sweep_best(%s)\n", i, Ask{SLO: l}.limits()))
		}
		return strings.Join(parts, "UNION ALL\n") + "ORDER BY level, rank, setting"
	},
	Table: func(a Ask, answer *query.Table) *document.Table {
		t := &document.Table{Header: []string{
			a.say("limits on p99"), a.say("setting"), a.say("load"), a.say("output tok/s"), a.say("tok/s per device"), a.say("TTFT p99, ms"), a.say("TPOT p99, ms"),
			a.say("E2EL p99, ms"), a.say("rests on"), a.say("next load"),
		}}
		rows := answer.Rows()
		for i, level := range a.levels() {
			some := false
			for _, row := range rows {
				if int(row.Number("level")) != i {
					continue
				}
				some = true
				t.Rows = append(t.Rows, []document.Cell{
					document.Text(limitsText(level)), document.Text(a.settingName(row.Text("setting"))), document.Text(a.loadLabel(row)),
					a.number(row, "output_throughput"), a.number(row, "device_throughput"), a.number(row, "p99_ttft_ms"), a.number(row, "p99_tpot_ms"), a.number(row, "p99_e2el_ms"),
					document.Text(a.runs(int(row.Number("repeats"))) + a.say(", ") + a.say("%s requests", chart.Counted(row.Number("requests")))), document.Text(a.nextLoad(row)),
				})
			}
			if !some {
				cells := make([]document.Cell, len(t.Header))
				cells[0], cells[1] = document.Text(limitsText(level)), document.Text(a.say("no point keeps them"))
				t.Rows = append(t.Rows, cells)
			}
		}
		return t
	},
}

// levels are the limits asked for, or those of the rating scale.
func (a Ask) levels() []query.SLO {
	if a.SLO != (query.SLO{}) {
		return []query.SLO{a.SLO}
	}
	s := a.Scale
	return []query.SLO{
		{TTFTMS: &s.TTFT.ExcellentMS, TPOTMS: &s.TPOT.ExcellentMS},
		{TTFTMS: &s.TTFT.GoodMS, TPOTMS: &s.TPOT.GoodMS},
		{TTFTMS: &s.TTFT.NeedsWorkMS, TPOTMS: &s.TPOT.NeedsWorkMS},
	}
}

func limitsText(s query.SLO) string {
	var parts []string
	for _, l := range []struct {
		name string
		ms   *float64
	}{{"TTFT", s.TTFTMS}, {"TPOT", s.TPOTMS}, {"E2EL", s.E2ELMS}} {
		if l.ms != nil {
			parts = append(parts, l.name+" ≤ "+strconv.FormatFloat(*l.ms, 'f', -1, 64)+" ms")
		}
	}
	return strings.Join(parts, ", ")
}

// nextLoad says how sure the limit of the load is.
func (a Ask) nextLoad(row query.Row) string {
	next := row.Number("next_load")
	switch {
	case next != next:
		return a.say("none tried: more may be possible")
	case row.True("next_keeps"):
		return a.say("%s keeps them too, with less throughput", chart.Number(next))
	case row.Value("next_keeps") == nil:
		return a.say("%s is not known: the client was saturated", chart.Number(next))
	}
	return a.say("%s breaks them", chart.Number(next))
}
