package report

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// defaultWidth is the width of a terminal nobody told us about.
const defaultWidth = 80

// newTable gives the one style of table all reports share: a ruled header, no borders, ASCII only, because a
// terminal in a Chinese locale may draw box characters and ellipses two columns wide.
func newTable(header ...any) table.Writer {
	t := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.Options{SeparateHeader: true, SeparateColumns: true}
	style.Format.Header = text.FormatDefault
	style.Box.MiddleHorizontal = "-"
	style.Box.MiddleSeparator = "--"
	style.Box.MiddleVertical = "  "
	style.Box.PaddingLeft = ""
	style.Box.PaddingRight = ""
	t.SetStyle(style)
	t.AppendHeader(header)
	t.SuppressTrailingSpaces()
	return t
}

func right(columns ...int) []table.ColumnConfig {
	var configs []table.ColumnConfig
	for _, c := range columns {
		configs = append(configs, table.ColumnConfig{Number: c, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	return configs
}

// wrapped breaks a column's cells at width columns, inside words if need be: nothing is cut off.
func wrapped(width int, columns ...int) []table.ColumnConfig {
	var configs []table.ColumnConfig
	for _, c := range columns {
		configs = append(configs, table.ColumnConfig{Number: c, WidthMax: width, WidthMaxEnforcer: text.WrapText})
	}
	return configs
}

// paragraph wraps prose at width; lines after the first begin with indent.
func paragraph(s, indent string, width int) string {
	var out strings.Builder
	used := 0
	for i, w := range strings.Fields(s) {
		n := text.StringWidth(w)
		switch {
		case i == 0:
		case used+1+n > width:
			out.WriteString("\n" + indent)
			used = text.StringWidth(indent)
		default:
			out.WriteByte(' ')
			used++
		}
		out.WriteString(w)
		used += n
	}
	return out.String() + "\n"
}
