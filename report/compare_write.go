package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
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
	"json":     (*Comparison).writeJSON,
	"csv":      (*Comparison).writeCSV,
	"markdown": (*Comparison).writeMarkdown,
}

// ComparisonFormats lists the formats Write knows.
func ComparisonFormats() []string { return []string{"table", "json", "csv", "markdown"} }

// Write prints the comparison as table, json, csv or markdown.
func (c *Comparison) Write(w io.Writer, format string, opts WriteOptions) error {
	write, ok := comparisonWriters[format]
	if !ok {
		return fmt.Errorf("unknown format %q; want one of %s", format, strings.Join(ComparisonFormats(), ", "))
	}
	return write(c, w, opts)
}

func (c *Comparison) writeTable(w io.Writer, opts WriteOptions) error {
	var out bytes.Buffer
	out.WriteString(paragraph(c.Title, "", opts.width()) + "\n")
	for _, s := range []struct {
		letter string
		side   Side
	}{{"A", c.A}, {"B", c.B}} {
		for _, r := range s.side.Runs {
			out.WriteString(paragraph(s.letter+": "+s.side.describe(r), "   ", opts.width()))
		}
	}
	out.WriteString("\n" + c.differenceTable(opts.width()) + "\n\n" + c.metricTable(opts.Color) + "\n")
	out.WriteString(c.noteLines(opts.width()))
	_, err := w.Write(out.Bytes())
	return err
}

func (s Side) describe(r SideRun) string {
	name := s.Label
	if name != r.RunID {
		name += ", " + r.RunID
	}
	return name + ", began " + moment(r.BeganAt, "2006-01-02 15:04:05 UTC")
}

func (c *Comparison) differenceTable(width int) string {
	if len(c.Differences) == 0 {
		return "The runs do not differ in system, workload, measurement or flags."
	}
	t := newTable("Differs", "Key", "A", "B")
	t.SetColumnConfigs(differenceWidths(c.Differences, width))
	group := ""
	for _, d := range c.Differences {
		shown := d.Group
		if d.Group == group {
			shown = ""
		}
		group = d.Group
		t.AppendRow([]any{shown, d.Key + unlikeMark(d), d.A, d.B})
	}
	return t.Render()
}

// differenceWidths wraps the values only as far as the terminal asks for, and keys rather than both values.
func differenceWidths(list []Difference, width int) []table.ColumnConfig {
	var key, a, b int
	for _, d := range list {
		key = max(key, text.StringWidth(d.Key)+len(unlikeMark(d)))
		a, b = max(a, text.StringWidth(d.A)), max(b, text.StringWidth(d.B))
	}
	const group, gaps = len(GroupMeasurement), 6
	key = min(key, 34)
	rest := max(20, width-group-gaps-key)
	switch {
	case a+b <= rest:
	case a <= rest/2:
		b = rest - a
	case b <= rest/2:
		a = rest - b
	default:
		a, b = rest/2, rest/2
	}
	return slices.Concat(wrapped(key, 2), wrapped(a, 3), wrapped(b, 4))
}

func unlikeMark(d Difference) string {
	if d.Refuses {
		return " (unlike)"
	}
	return ""
}

func (c *Comparison) metricTable(color bool) string {
	t := newTable("Metric", "A"+marks(c.A.Footnotes), "B"+marks(c.B.Footnotes), "Change", "Verdict")
	t.SetColumnConfigs(right(2, 3, 4))
	for _, r := range c.Rows {
		s := commonScale(r.Unit, r.A, r.B)
		t.AppendRow([]any{r.Title, s.format(r.A), s.format(r.B), r.change(), r.verdict(color)})
	}
	return t.Render()
}

// change prints the change: ~ when there is none, ? when A is 0, n/a when a side is NULL.
func (r Row) change() string {
	switch {
	case r.A == nil || r.B == nil:
		return unknown
	case r.Change.N1 > 0 && r.Change.N2 > 0 && r.Change.None():
		return "~"
	case r.Percent == nil && *r.A == 0:
		return "?"
	case r.Percent == nil:
		return unknown
	}
	return percent(*r.Percent)
}

func (r Row) verdict(color bool) string {
	out := string(r.Verdict)
	if color {
		// Written here, not with a colour library: those look at the environment, and the caller has decided.
		switch r.Verdict {
		case Better:
			out = "\x1b[32m" + out + "\x1b[0m"
		case Worse:
			out = "\x1b[31m" + out + "\x1b[0m"
		}
	}
	return strings.TrimLeft(out+marks(r.Footnotes), " ")
}

// marks names footnotes: " [1] [2]".
func marks(footnotes []int) string {
	var out strings.Builder
	for _, n := range footnotes {
		fmt.Fprintf(&out, " [%d]", n)
	}
	return out.String()
}

func (c *Comparison) noteLines(width int) string {
	var out strings.Builder
	if len(c.Footnotes) > 0 {
		out.WriteByte('\n')
	}
	for i, n := range c.Footnotes {
		out.WriteString(paragraph(fmt.Sprintf("[%d] %s", i+1, n), "    ", width))
	}
	out.WriteByte('\n')
	for _, n := range c.Notes {
		out.WriteString(paragraph("Note: "+n, "      ", width))
	}
	return out.String()
}

func (c *Comparison) writeJSON(w io.Writer, _ WriteOptions) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(c)
}

// writeCSV writes the metrics with full precision, NULL as an empty field.
func (c *Comparison) writeCSV(w io.Writer, opts WriteOptions) error {
	out := csv.NewWriter(w)
	records := [][]string{{"metric", "unit", "better", "a", "b", "change_percent", "verdict"}}
	for _, r := range c.Rows {
		records = append(records, []string{
			r.Metric, r.Unit, r.Better.String(), exact(r.A), exact(r.B), exact(r.Percent), string(r.Verdict),
		})
	}
	if err := out.WriteAll(records); err != nil || opts.Notes == nil {
		return err
	}
	_, err := fmt.Fprintf(opts.Notes, "%s\n%s\n%s", c.Title, c.differenceTable(opts.width()), c.noteLines(opts.width()))
	return err
}

func exact(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'g', -1, 64)
}

func (c *Comparison) writeMarkdown(w io.Writer, _ WriteOptions) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "## %s\n\n- A: %s\n- B: %s\n\n", markdown(c.Title),
		markdown(c.A.describe(c.A.Runs[0])), markdown(c.B.describe(c.B.Runs[0])))
	if len(c.Differences) > 0 {
		out.WriteString("| Differs | Key | A | B |\n|---|---|---|---|\n")
		for _, d := range c.Differences {
			fmt.Fprintf(&out, "| %s | `%s`%s | %s | %s |\n",
				d.Group, strings.NewReplacer("`", "'", "|", `\|`).Replace(d.Key), unlikeMark(d), markdown(d.A), markdown(d.B))
		}
		out.WriteByte('\n')
	}
	fmt.Fprintf(&out, "| Metric | A%s | B%s | Change | Verdict |\n|---|---:|---:|---:|---|\n",
		marks(c.A.Footnotes), marks(c.B.Footnotes))
	for _, r := range c.Rows {
		s := commonScale(r.Unit, r.A, r.B)
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s |\n", r.Title, s.format(r.A), s.format(r.B), r.change(), r.verdict(false))
	}
	for i, n := range c.Footnotes {
		fmt.Fprintf(&out, "\n[%d] %s\n", i+1, markdown(n))
	}
	for _, n := range c.Notes {
		fmt.Fprintf(&out, "\nNote: %s.\n", markdown(n))
	}
	_, err := w.Write(out.Bytes())
	return err
}

// markdown takes the meaning from characters that would break a cell or turn into markup.
func markdown(s string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`, "`", "\\`").Replace(oneLine(s))
}
