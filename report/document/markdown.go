package document

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteMarkdown writes the report as Markdown. Its pictures are the files that the sections name, beside it.
func (d Document) WriteMarkdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "# %s\n", plain(d.Title))
	for _, p := range d.Lead {
		fmt.Fprintf(out, "\n%s\n", plain(p))
	}
	for _, s := range d.Sections {
		fmt.Fprintf(out, "\n## %s\n\n", plain(s.Title))
		if s.About != "" {
			fmt.Fprintf(out, "%s\n\n", plain(s.About))
		}
		switch {
		case s.Why != "":
			fmt.Fprintf(out, "%s\n", plain(s.Why))
		case s.File != "":
			fmt.Fprintf(out, "![%s](%s)\n", plain(s.Title), strings.ReplaceAll(s.File, " ", "%20"))
		case s.Table != nil:
			s.Table.writeMarkdown(out)
		}
		if s.SQL != "" {
			fmt.Fprintf(out, "\n```sql\n%s\n```\n", s.SQL)
		}
	}
	return out.Flush()
}

func (t Table) writeMarkdown(out io.Writer) {
	cells := make([]string, len(t.Header))
	rules := make([]string, len(t.Header))
	for i, h := range t.Header {
		cells[i], rules[i] = plain(h), "---"
		if t.numeric(i) {
			rules[i] = "---:"
		}
	}
	fmt.Fprintf(out, "| %s |\n|%s|\n", strings.Join(cells, " | "), strings.Join(rules, "|"))
	for _, row := range t.Rows {
		for i, c := range row {
			cells[i] = plain(c.Text)
		}
		fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | "))
	}
}

// numeric reports whether a column has numbers.
func (t Table) numeric(column int) bool {
	for _, row := range t.Rows {
		if row[column].Number != nil {
			return true
		}
	}
	return false
}

var special = strings.NewReplacer("\\", "\\\\", "|", "\\|", "*", "\\*", "_", "\\_", "`", "\\`", "<", "&lt;", "[", "\\[", "#", "\\#", "\n", " ", "\r", " ")

// plain keeps what people name their runs from being taken for Markdown.
func plain(s string) string { return special.Replace(s) }
