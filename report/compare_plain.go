package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
)

func (c *Comparison) writeJSON(w io.Writer, _ WriteOptions) error { return WriteJSON(w, c) }

var csvHeader = []string{
	"point", "side", "metric", "unit", "better", "primary", "a", "a_half_width", "b", "b_half_width", "n1", "n2", "change_percent",
	"lo_percent", "hi_percent", "level", "lo95_percent", "hi95_percent", "noise", "p", "p_t", "p_holm", "verdict", "footnotes",
}

// writeCSV writes a row for each metric, side and point, with full precision, NULL as an empty field. The averages over
// all points have the point "all".
func (c *Comparison) writeCSV(w io.Writer, opts WriteOptions) error {
	out := csv.NewWriter(w)
	records := [][]string{csvHeader}
	for _, p := range c.Points {
		records = append(records, csvRows(KeyText(p.Key), p)...)
	}
	if c.Overall != nil {
		records = append(records, csvRows("all", *c.Overall)...)
	}
	if err := out.WriteAll(records); err != nil || opts.Notes == nil {
		return err
	}
	_, err := fmt.Fprintf(opts.Notes, "%s\n%s\n%s", c.Title, c.differenceTable(opts.width()), c.noteLines(opts.width()))
	return err
}

func csvRows(point string, p Point) [][]string {
	var records [][]string
	for _, r := range p.Rows {
		for i, ch := range r.Changes {
			var a, b Cell
			if len(r.Cells) > 0 {
				a, b = r.Cells[0], r.Cells[i+1]
			}
			records = append(records, []string{
				point, ch.Side, r.Metric, r.Unit, r.Better.String(), strconv.FormatBool(r.Primary),
				exact(a.Value), exact(a.HalfWidth), exact(b.Value), exact(b.HalfWidth), strconv.Itoa(ch.N1), strconv.Itoa(ch.N2), exact(ch.Percent),
				exact(ch.LoPercent), exact(ch.HiPercent), exact(ch.Level), exact(ch.Lo95Percent), exact(ch.Hi95Percent),
				string(ch.Noise), exact(ch.P), exact(ch.PT), exact(ch.PHolm), string(ch.Verdict), footnoteNumbers(r.Footnotes, ch.Footnotes),
			})
		}
	}
	return records
}

func footnoteNumbers(lists ...[]int) string {
	var numbers []string
	for _, list := range lists {
		for _, n := range list {
			numbers = append(numbers, strconv.Itoa(n))
		}
	}
	return strings.Join(numbers, " ")
}

func exact(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'g', -1, 64)
}

func (c *Comparison) writeMarkdown(w io.Writer, opts WriteOptions) error {
	var out strings.Builder
	out.WriteString("## " + escapeMarkdown(c.Title) + "\n\n")
	if how := c.lens(); how != "" {
		out.WriteString(escapeMarkdown(how) + "\n\n")
	}
	for _, s := range c.Sides {
		fmt.Fprintf(&out, "- **%s**%s, %s\n", escapeMarkdown(s.titled()), marks(s.Footnotes), escapeMarkdown(s.describe()))
	}
	if len(c.Differences) > 0 {
		out.WriteString("\n| Differs | Key |")
		for _, s := range c.Sides {
			out.WriteString(" " + s.Letter + " |")
		}
		out.WriteString("\n|---|---|" + strings.Repeat("---|", len(c.Sides)) + "\n")
		for _, d := range c.Differences {
			fmt.Fprintf(&out, "| %s | %s |", d.Group, escapeMarkdown(d.Key)+unlikeMark(d)+marks(d.Footnotes))
			for _, v := range d.Values {
				out.WriteString(" " + escapeMarkdown(v) + " |")
			}
			out.WriteByte('\n')
		}
	}
	for _, t := range c.tables() {
		out.WriteString("\n")
		if t.title != "" {
			out.WriteString("### " + escapeMarkdown(t.title) + "\n\n")
		}
		t.writeMarkdown(&out)
	}
	if len(c.Footnotes)+len(c.Notes)+len(c.Gates) > 0 {
		out.WriteByte('\n')
	}
	for i, n := range c.Footnotes {
		fmt.Fprintf(&out, "- [%d] %s\n", i+1, escapeMarkdown(n))
	}
	for _, n := range c.Notes {
		fmt.Fprintf(&out, "- %s\n", escapeMarkdown(n))
	}
	for _, g := range c.Gates {
		fmt.Fprintf(&out, "- **%s**\n", escapeMarkdown(g.line()))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func (t metricTable) writeMarkdown(out *strings.Builder) {
	header, rows := t.cells(allColumns, false)
	for i, h := range header {
		fmt.Fprintf(out, "| %s ", h)
		if i == len(header)-1 {
			out.WriteString("|\n")
		}
	}
	out.WriteString("|---|" + strings.Repeat("---:|", len(header)-2) + "---|\n")
	for i, row := range rows {
		for k, cell := range row {
			value := escapeMarkdown(fmt.Sprint(cell))
			if k == 0 && t.rows[i].Primary {
				value = "**" + value + "**"
			}
			out.WriteString("| " + value + " ")
		}
		out.WriteString("|\n")
	}
}

// escapeMarkdown keeps text from outside from being taken for markup.
func escapeMarkdown(s string) string {
	return markdownEscapes.Replace(s)
}

var markdownEscapes = strings.NewReplacer(`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "<", "&lt;", "#", `\#`)
