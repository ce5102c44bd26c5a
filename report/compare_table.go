package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"llmbench/near"
)

// WriteOptions say where a table goes.
type WriteOptions struct {
	// Width is that of the terminal in columns. Defaults to 80.
	Width int
	// Color marks verdicts with ANSI colours. The words stay, so nothing is said by colour alone.
	Color bool
	// Notes takes what does not fit into a format of plain rows (CSV): differences and notes. Defaults to nowhere.
	Notes io.Writer
}

func (o WriteOptions) width() int {
	if o.Width <= 0 {
		return defaultWidth
	}
	return max(o.Width, 40)
}

var comparisonWriters = map[string]func(*Comparison, io.Writer, WriteOptions) error{
	"table":    (*Comparison).writeTable,
	"markdown": (*Comparison).writeMarkdown,
	"csv":      (*Comparison).writeCSV,
	"json":     (*Comparison).writeJSON,
	"html":     (*Comparison).writeHTML,
}

// ComparisonFormats lists the formats Write knows.
func ComparisonFormats() []string { return []string{"table", "markdown", "csv", "json", "html"} }

// Write prints the comparison as table, markdown, csv, json or html.
func (c *Comparison) Write(w io.Writer, format string, opts WriteOptions) error {
	write, ok := comparisonWriters[format]
	if !ok {
		return fmt.Errorf("format %q is not known; %s", format, near.OneOf(format, ComparisonFormats()))
	}
	return write(c, w, opts)
}

func (c *Comparison) writeTable(w io.Writer, opts WriteOptions) error {
	var out bytes.Buffer
	out.WriteString(paragraph(c.Title, "", opts.width()))
	if how := c.lens(); how != "" {
		out.WriteString(paragraph(how, "", opts.width()))
	}
	out.WriteByte('\n')
	for _, s := range c.Sides {
		out.WriteString(paragraph(s.titled()+marks(s.Footnotes)+", "+s.describe(), "   ", opts.width()))
	}
	out.WriteString("\n" + c.differenceTable(opts.width()) + "\n")
	for _, t := range c.tables() {
		out.WriteString("\n")
		if t.title != "" {
			out.WriteString(paragraph(t.title, "", opts.width()))
		}
		out.WriteString(t.render(opts) + "\n")
	}
	out.WriteString(c.noteLines(opts.width()))
	_, err := w.Write(out.Bytes())
	return err
}

// lens says how the runs were looked at, where that is not the usual way.
func (c *Comparison) lens() string {
	var parts []string
	if c.Window != "all" {
		parts = append(parts, "window "+c.Window)
	}
	if c.Definitions != "llmbench" {
		parts = append(parts, "counted as "+c.Definitions+" does")
	}
	return strings.Join(parts, ", ")
}

// describe says what a side is made of.
func (s Side) describe() string {
	requests := fmt.Sprintf("%d requests, %d failed", s.Completed+s.Failed, s.Failed)
	const minute = "2006-01-02 15:04"
	first, last := moment(s.Runs[0].BeganAt, minute), moment(s.Runs[len(s.Runs)-1].BeganAt, minute)
	if len(s.Runs) == 1 {
		name := ""
		if s.Label != s.Runs[0].RunID {
			name = s.Runs[0].RunID + ", "
		}
		return name + requests + ", began " + first + " UTC"
	}
	return fmt.Sprintf("%d runs, %s, began %s to %s UTC", len(s.Runs), requests, first, last)
}

func (c *Comparison) differenceTable(width int) string {
	if len(c.Differences) == 0 {
		return "The runs do not differ in system, workload, measurement or flags."
	}
	header := []any{"Differs", "Key"}
	for _, s := range c.Sides {
		header = append(header, s.Letter)
	}
	t := newTable(header...)
	t.SetColumnConfigs(differenceWidths(c.Differences, width))
	group := ""
	for _, d := range c.Differences {
		row := []any{"", d.Key + unlikeMark(d) + marks(d.Footnotes)}
		if d.Group != group {
			group = d.Group
			row[0] = group
		}
		for _, v := range d.Values {
			row = append(row, v)
		}
		t.AppendRow(row)
	}
	return t.Render()
}

// differenceWidths wraps the values only as far as the terminal asks for, the widest first, and keys rather than values.
func differenceWidths(list []Difference, width int) []table.ColumnConfig {
	key := 0
	widths := make([]int, len(list[0].Values))
	for _, d := range list {
		key = max(key, text.StringWidth(d.Key)+len(unlikeMark(d))+len(marks(d.Footnotes)))
		for i, v := range d.Values {
			widths[i] = max(widths[i], text.StringWidth(v))
		}
	}
	key = min(key, 34)
	gaps := 2 * (1 + len(widths))
	rest := max(10*len(widths), width-len(GroupMeasurement)-gaps-key)
	for sum(widths) > rest {
		widths[slices.Index(widths, slices.Max(widths))]--
	}
	configs := wrapped(key, 2)
	for i, w := range widths {
		configs = append(configs, wrapped(w, 3+i)...)
	}
	return configs
}

func sum(list []int) int {
	total := 0
	for _, v := range list {
		total += v
	}
	return total
}

func unlikeMark(d Difference) string {
	if d.Refuses {
		return " (unlike)"
	}
	return ""
}

// marks names footnotes: " [1] [2]".
func marks(footnotes []int) string {
	var out strings.Builder
	for _, n := range footnotes {
		fmt.Fprintf(&out, " [%d]", n)
	}
	return out.String()
}

// metricTable is one side against the baseline, at one load point.
type metricTable struct {
	title string
	sides [2]*Side // nil over all points
	rows  []Row
	side  int // the place of the side's change in a row
}

// tables are all of them: for each point one for each side, and at the end the averages.
func (c *Comparison) tables() []metricTable {
	var list []metricTable
	for _, p := range c.Points {
		for i := 1; i < len(c.Sides); i++ {
			t := metricTable{sides: [2]*Side{&c.Sides[0], &c.Sides[i]}, rows: p.Rows, side: i - 1}
			var title []string
			if len(p.Key) > 0 {
				title = append(title, KeyText(p.Key))
			}
			if len(c.Sides) > 2 {
				title = append(title, c.Sides[i].Letter+" against "+c.Sides[0].Letter)
			}
			if how := p.Pairing[c.Sides[i].Letter]; how != "" {
				title = append(title, how)
			}
			t.title = strings.Join(title, ": ")
			list = append(list, t)
		}
	}
	if c.Overall == nil {
		return list
	}
	for i := 1; i < len(c.Sides); i++ {
		title := fmt.Sprintf("Over all %d points: geometric means of the changes", len(c.Points))
		if len(c.Sides) > 2 {
			title += ", " + c.Sides[i].Letter + " against " + c.Sides[0].Letter
		}
		list = append(list, metricTable{title: title, rows: c.Overall.Rows, side: i - 1})
	}
	return list
}

// metricColumns are what a table can do without where a terminal has no room for all: the widths of the values, p, n.
type metricColumns struct{ width, p, n bool }

// allColumns leaves nothing out.
var allColumns = metricColumns{true, true, true}

// render makes the table fit: first the widths of the values go, then the p-values, then the numbers of runs.
func (t metricTable) render(opts WriteOptions) string {
	for _, columns := range []metricColumns{allColumns, {false, true, true}, {false, false, true}, {}} {
		out := t.with(columns, opts.Color)
		if columns == (metricColumns{}) || widest(t.with(columns, false)) <= opts.width() {
			return out
		}
	}
	return ""
}

func widest(s string) int {
	most := 0
	for line := range strings.Lines(s) {
		most = max(most, text.StringWidth(strings.TrimRight(line, "\n")))
	}
	return most
}

func (t metricTable) with(columns metricColumns, color bool) string {
	header, cells := t.cells(columns, color)
	w := newTable(header...)
	aligned := []int{}
	for i, h := range header {
		if h == "A" || t.sides[0] != nil && (i == 1 || i == 2) {
			aligned = append(aligned, i+1)
		}
	}
	w.SetColumnConfigs(right(aligned...))
	separated := false
	for i, row := range cells {
		if i > 0 && t.rows[i-1].Primary && !t.rows[i].Primary && !separated {
			w.AppendSeparator()
			separated = true
		}
		w.AppendRow(row)
	}
	return w.Render()
}

// cells gives the table's texts, for every format that has cells.
func (t metricTable) cells(columns metricColumns, color bool) (header []any, rows [][]any) {
	header = []any{"Metric"}
	for _, s := range t.sides {
		if s != nil {
			header = append(header, s.Letter+marks(s.Footnotes))
		}
	}
	header = append(header, "Change")
	tested := columns.p && t.any(func(ch Change) bool { return ch.P != nil })
	if tested {
		header = append(header, "p")
	}
	repeated := columns.n && t.any(func(ch Change) bool { return ch.N1 > 1 || ch.N2 > 1 })
	if repeated {
		header = append(header, "n")
	}
	judged := t.any(func(ch Change) bool { return ch.Verdict != NoWords || len(ch.Footnotes) > 0 })
	if judged {
		header = append(header, "Verdict")
	}
	for _, r := range t.rows {
		ch := r.Changes[t.side]
		row := []any{r.Title + marks(r.Footnotes)}
		row = append(row, t.values(r, columns.width)...)
		row = append(row, ch.words(0))
		if tested {
			row = append(row, pText(ch.P))
		}
		if repeated {
			row = append(row, fmt.Sprintf("%d+%d", ch.N1, ch.N2))
		}
		if judged {
			row = append(row, ch.judgement(color))
		}
		rows = append(rows, row)
	}
	return header, rows
}

func (t metricTable) any(has func(Change) bool) bool {
	return slices.ContainsFunc(t.rows, func(r Row) bool { return has(r.Changes[t.side]) })
}

// values prints both sides with one unit and one number of decimals; over all points there are none.
func (t metricTable) values(r Row, width bool) []any {
	if t.sides[0] == nil {
		return nil
	}
	pair := []Cell{r.Cells[0], r.Cells[t.side+1]}
	s := commonScale(r.Unit, pair[0].Value, pair[1].Value)
	out := make([]any, len(pair))
	for i, cell := range pair {
		value := s.format(cell.Value)
		if width && cell.HalfWidth != nil {
			value += fmt.Sprintf(" ± %s", halfWidth(*cell.HalfWidth))
		}
		out[i] = value
	}
	return out
}

// halfWidth prints a share as whole percents, with a decimal below one.
func halfWidth(share float64) string {
	if share > 10 {
		return ">999%"
	}
	if share < 0.00995 && share != 0 {
		return fmt.Sprintf("%.1f%%", 100*share)
	}
	return fmt.Sprintf("%.0f%%", 100*share)
}
