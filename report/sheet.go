package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"html/template"
	"io"
	"strings"

	"llmbench/near"
)

// sheet is a plain document: a title, lines, one table, notes.
type sheet struct {
	title  string
	lines  []string
	header []string
	rows   [][]string
	notes  []string
}

func writeRecords(w io.Writer, records [][]string) error {
	return csv.NewWriter(w).WriteAll(records)
}

// write prints the sheet as table, markdown or html.
func (s sheet) write(w io.Writer, format string, opts WriteOptions) error {
	switch format {
	case "table":
		return s.writeTable(w, opts)
	case "markdown":
		return s.writeMarkdown(w)
	case "html":
		return s.writeHTML(w)
	}
	return fmt.Errorf("format %q is not known; %s", format, near.OneOf(format, ComparisonFormats()))
}

func (s sheet) writeTable(w io.Writer, opts WriteOptions) error {
	var out bytes.Buffer
	out.WriteString(paragraph(s.title, "", opts.width()) + "\n")
	for _, line := range s.lines {
		out.WriteString(paragraph(line, "   ", opts.width()))
	}
	header, aligned := []any{}, []int{}
	for i, h := range s.header {
		header = append(header, h)
		if i > 0 {
			aligned = append(aligned, i+1)
		}
	}
	t := newTable(header...)
	t.SetColumnConfigs(right(aligned...))
	for _, row := range s.rows {
		cells := []any{}
		for _, cell := range row {
			cells = append(cells, cell)
		}
		t.AppendRow(cells)
	}
	out.WriteString("\n" + t.Render() + "\n\n")
	for _, n := range s.notes {
		out.WriteString(paragraph("Note: "+n, "      ", opts.width()))
	}
	_, err := w.Write(out.Bytes())
	return err
}

func (s sheet) writeMarkdown(w io.Writer) error {
	var out strings.Builder
	out.WriteString("## " + escapeMarkdown(s.title) + "\n\n")
	for _, line := range s.lines {
		out.WriteString("- " + escapeMarkdown(line) + "\n")
	}
	out.WriteString("\n| " + strings.Join(s.header, " | ") + " |\n|---|" + strings.Repeat("---:|", len(s.header)-1) + "\n")
	for _, row := range s.rows {
		for _, cell := range row {
			out.WriteString("| " + escapeMarkdown(cell) + " ")
		}
		out.WriteString("|\n")
	}
	out.WriteByte('\n')
	for _, n := range s.notes {
		out.WriteString("- " + escapeMarkdown(n) + "\n")
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func (s sheet) writeHTML(w io.Writer) error {
	return page.Execute(w, map[string]any{
		"Title": s.title, "Lines": s.lines, "Style": template.CSS(pageStyle), "Notes": s.notes,
		"Tables": []pageTable{{Header: s.header, Rows: pageRows(s.rows)}},
	})
}

func pageRows(rows [][]string) []pageRow {
	list := make([]pageRow, len(rows))
	for i, cells := range rows {
		list[i].Cells = cells
	}
	return list
}
