package format

import (
	"bufio"
	"strings"
	"unicode"
)

// writeMarkdown writes a table of GitHub's Markdown. NULL is an empty cell.
func writeMarkdown(w *bufio.Writer, rows result, _ Options) error {
	w.WriteByte('|')
	for _, c := range rows.columns {
		w.WriteString(" " + markdownCell(c.Name) + " |")
	}
	w.WriteString("\n|")
	for _, t := range rows.types {
		if t.Numeric() {
			w.WriteString("---:|")
		} else {
			w.WriteString("---|")
		}
	}
	w.WriteByte('\n')
	for rows.Next() {
		w.WriteByte('|')
		for i, v := range rows.Values() {
			text := ""
			if v != nil {
				text = string(appendText(nil, v, rows.types[i]))
			}
			w.WriteString(" " + markdownCell(text) + " |")
		}
		if err := w.WriteByte('\n'); err != nil {
			return err
		}
	}
	return rows.Err()
}

var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "|", `\|`, "&", "&amp;", "<", "&lt;", "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`,
	"\r\n", "<br>", "\n", "<br>", "\r", "<br>",
)

// markdownCell takes their meaning from characters that would end a cell or turn text into markup.
func markdownCell(s string) string {
	s = markdownEscapes.Replace(s)
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}
