package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	gptext "github.com/jedib0t/go-pretty/v6/text"

	"llmbench/store"
)

// runColumn is one column of the table of runs. Columns of a high rank are dropped first on a narrow terminal.
type runColumn struct {
	title string
	rank  int
	right bool
	free  bool // text of any length, which may be cut
	read  func(store.Entry) string
}

const statusTitle = "Status"

var runColumns = []runColumn{
	{"Run", 0, false, false, func(e store.Entry) string { return e.Run.RunID }},
	{"Name", 1, false, true, func(e store.Entry) string { return optional(e.Run.Name) }},
	{statusTitle, 5, false, false, func(e store.Entry) string { return e.Run.Status }},
	{"Began (UTC)", 11, false, false, func(e store.Entry) string { return moment(e.Run.BeganAt, "2006-01-02 15:04") }},
	{"Model", 7, false, true, func(e store.Entry) string { return modelName(e.Run.Model) }},
	{"DCU", 9, false, true, func(e store.Entry) string { return word(e.Run.DCU) }},
	{"TP", 8, true, false, func(e store.Entry) string { return integer(e.Run.TP) }},
	{"Rate", 6, true, false, func(e store.Entry) string { return rate(e.Run.RequestRate) }},
	{"OK/failed", 3, true, false, okFailed},
	{"Out tok/s", 2, true, false, func(e store.Entry) string { return metricCell(e, "output_throughput") }},
	{"P99 TTFT", 2, true, false, func(e store.Entry) string { return metricCell(e, "p99_ttft_ms") }},
	{"Client", 4, false, false, func(e store.Entry) string { return word(e.Run.ClientVerdict) }},
}

func optional(s *string) string {
	if s == nil {
		return ""
	}
	return oneLine(*s)
}

// modelName is the last part of a model's path, as vLLM names its files.
func modelName(model *string) string {
	if model == nil {
		return unknown
	}
	name := strings.TrimRight(oneLine(*model), "/")
	return name[strings.LastIndexByte(name, '/')+1:]
}

func okFailed(e store.Entry) string {
	switch {
	case e.Summary != nil:
		return fmt.Sprintf("%d/%d", e.Summary.Completed, e.Summary.Failed)
	case e.Run.Completed != nil || e.Run.Failed != nil:
		return integer(e.Run.Completed) + "/" + integer(e.Run.Failed)
	}
	return unknown
}

func metricCell(e store.Entry, name string) string {
	m, _ := MetricNamed(name)
	v := m.Read(e.Summary)
	s := commonScale(m.Unit, v)
	if m.Unit != "ms" {
		s.unit = "" // the heading has it; seconds must be told from milliseconds
	}
	return s.format(v)
}

// WriteRuns prints one line a run, in the order given. On a terminal too narrow for all columns the least needed
// are left out, and a last line names them.
func WriteRuns(w io.Writer, runs []store.Entry, opts WriteOptions) error {
	if len(runs) == 0 {
		_, err := io.WriteString(w, "no runs yet; llmbench collect makes one\n")
		return err
	}
	cells := make([][]string, len(runs))
	for i, e := range runs {
		for _, c := range runColumns {
			cells[i] = append(cells[i], c.read(e))
		}
	}
	ranks := runRanks(runs)
	shorten(cells, roomyText)
	shown, hidden := fitting(cells, ranks, opts.width())
	if len(hidden) > 0 {
		shorten(cells, tightText)
		if slices.Contains(hidden, statusTitle) {
			tellStatus(runs, cells)
		}
		shown, hidden = fitting(cells, ranks, opts.width())
	}
	t := newTable(titles(shown)...)
	t.SetColumnConfigs(alignments(shown))
	for _, row := range cells {
		var r table.Row
		for _, c := range shown {
			r = append(r, row[c])
		}
		t.AppendRow(r)
	}
	out := t.Render() + "\n"
	if len(hidden) > 0 {
		out += paragraph("not shown, for width: "+strings.Join(hidden, ", "), "", opts.width())
	}
	_, err := io.WriteString(w, out)
	return err
}

// Names and models are as long as people make them: they are cut to the first width, and to the second before a
// column is dropped.
const (
	roomyText = 24
	tightText = 14
)

func shorten(cells [][]string, width int) {
	for _, row := range cells {
		for c := range row {
			if runColumns[c].free {
				row[c] = snip(row[c], width)
			}
		}
	}
}

func titles(columns []int) []any {
	var list []any
	for _, c := range columns {
		list = append(list, runColumns[c].title)
	}
	return list
}

func alignments(columns []int) []table.ColumnConfig {
	var configs []table.ColumnConfig
	for i, c := range columns {
		if runColumns[c].right {
			configs = append(configs, right(i+1)...)
		}
	}
	return configs
}

// tellStatus puts the status of runs that are not complete where there is no column for it: into the last one, for what
// the client says of such a run counts little.
func tellStatus(runs []store.Entry, cells [][]string) {
	for i, e := range runs {
		if e.Run.Status != store.RunComplete {
			cells[i][len(runColumns)-1] = e.Run.Status
		}
	}
}

// runRanks are the ranks of the columns. The status is the least needed where every run is complete.
func runRanks(runs []store.Entry) []int {
	other := slices.ContainsFunc(runs, func(e store.Entry) bool { return e.Run.Status != store.RunComplete })
	ranks := make([]int, len(runColumns))
	for c, column := range runColumns {
		ranks[c] = column.rank
		if column.title == statusTitle && !other {
			ranks[c] = len(runColumns)
		}
	}
	return ranks
}

// fitting drops columns, those of the highest rank first, until the table fits.
func fitting(cells [][]string, ranks []int, width int) (shown []int, hidden []string) {
	total := -2
	widths := make([]int, len(runColumns))
	for c := range runColumns {
		widths[c] = len(runColumns[c].title)
		for _, row := range cells {
			widths[c] = max(widths[c], gptext.StringWidth(row[c]))
		}
		shown = append(shown, c)
		total += widths[c] + 2
	}
	for total > width && len(shown) > 1 {
		drop := slices.MaxFunc(shown, func(a, b int) int { return ranks[a] - ranks[b] })
		shown = slices.DeleteFunc(shown, func(c int) bool { return c == drop })
		hidden = append(hidden, runColumns[drop].title)
		total -= widths[drop] + 2
	}
	return shown, hidden
}
