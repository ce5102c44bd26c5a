package format

import (
	"bufio"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// writeTable writes a table for people and, below it, the number of rows. Numbers stand on the right. A table wider
// than the terminal first has its widest columns cut, with "..." at the end, then loses columns in the middle.
// Characters a terminal would act on are written as escapes.
func writeTable(w *bufio.Writer, rows result, opts Options) error {
	var cells [][]string
	total := 0
	for rows.Next() {
		total++
		if opts.MaxRows > 0 && total > opts.MaxRows {
			continue
		}
		row := make([]string, len(rows.types))
		for i, v := range rows.Values() {
			row[i] = visible(string(appendText(nil, v, rows.types[i])))
		}
		cells = append(cells, row)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	header := make([]string, len(rows.types))
	for i, c := range rows.columns {
		header[i] = visible(c.Name)
	}
	columns := fit(header, cells, rows.types, opts.Width)
	if len(header) > 0 {
		w.WriteString(render(header, cells, rows.types, columns) + "\n")
	}
	w.WriteString(countLine(total, len(cells), len(rows.types), columns))
	return nil
}

// shown is a column of the output: which one, how wide, and how far it may be cut; column -1 stands for those left
// out.
type shown struct{ column, width, least int }

// minText is as far as text is cut before columns are left out. Numbers are never cut: half a number misleads.
const minText = 10

// gap is what a column takes beside its cells: a blank on both sides and the line between.
const gap = 3

// fit chooses columns and their widths for a terminal of the given width; 0 is unlimited.
func fit(header []string, cells [][]string, types []Type, width int) []shown {
	columns := make([]shown, len(header))
	for i := range header {
		title, widest := text.StringWidth(header[i]), 0
		for _, row := range cells {
			widest = max(widest, text.StringWidth(row[i]))
		}
		c := shown{column: i, width: max(title, widest)}
		c.least = min(c.width, minText)
		if types[i].Numeric() {
			c.least = max(c.least, widest)
		}
		columns[i] = c
	}
	if width <= 0 {
		return columns
	}
	columns = leaveOut(columns, width)
	shrink(columns, taken(columns)-width)
	return columns
}

// shrink takes the excess from the widest columns first, one terminal column at a time: there are few of both.
func shrink(columns []shown, excess int) {
	for ; excess > 0; excess-- {
		widest := -1
		for i, c := range columns {
			if c.width > c.least && (widest < 0 || c.width >= columns[widest].width) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		columns[widest].width--
	}
}

func taken(columns []shown) int {
	total := 1
	for _, c := range columns {
		total += c.width + gap
	}
	return total
}

// leaveOut drops columns from the middle until those left would fit when cut as far as they may be. A single column
// is cut to whatever there is.
func leaveOut(columns []shown, width int) []shown {
	least := func(columns []shown) int {
		total := 1
		for _, c := range columns {
			total += c.least + gap
		}
		return total
	}
	if least(columns) <= width {
		return columns
	}
	ellipsis := shown{-1, 3, 3}
	for kept := len(columns) - 1; kept > 0; kept-- {
		head := (kept + 1) / 2
		out := slices.Concat(columns[:head], []shown{ellipsis}, columns[len(columns)-(kept-head):])
		if least(out) <= width {
			return out
		}
	}
	only := columns[0]
	only.least = 1
	return []shown{only}
}

func render(header []string, cells [][]string, types []Type, columns []shown) string {
	t := table.NewWriter()
	style := table.StyleDefault
	style.Format.Header = text.FormatDefault
	t.SetStyle(style)
	line := func(row []string) table.Row {
		out := make(table.Row, len(columns))
		for i, c := range columns {
			out[i] = "..."
			if c.column >= 0 {
				out[i] = text.Snip(row[c.column], c.width, "...")
			}
		}
		return out
	}
	t.AppendHeader(line(header))
	for _, row := range cells {
		t.AppendRow(line(row))
	}
	var configs []table.ColumnConfig
	for i, c := range columns {
		if c.column >= 0 && types[c.column].Numeric() {
			configs = append(configs, table.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
		} else {
			configs = append(configs, table.ColumnConfig{Number: i + 1, Align: text.AlignLeft, AlignHeader: text.AlignLeft})
		}
	}
	t.SetColumnConfigs(configs)
	return t.Render()
}

func countLine(total, printed, columns int, out []shown) string {
	line := fmt.Sprintf("(%d rows", total)
	if total == 1 {
		line = "(1 row"
	}
	if printed < total {
		line += fmt.Sprintf(", %d shown", printed)
	}
	if kept := len(slices.DeleteFunc(slices.Clone(out), func(c shown) bool { return c.column < 0 })); kept < columns {
		line += fmt.Sprintf("; %d columns, %d shown", columns, kept)
	}
	return line + ")\n"
}

// visible writes control characters as escapes: a cell is one line, and text from a model is not to steer the
// terminal.
func visible(s string) string {
	if !strings.ContainsFunc(s, unicode.IsControl) {
		return s
	}
	var out strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\r':
			out.WriteString(`\r`)
		case r == '\t':
			out.WriteString(`\t`)
		case unicode.IsControl(r):
			fmt.Fprintf(&out, `\x%02x`, r)
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}
