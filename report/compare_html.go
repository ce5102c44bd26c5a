package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
)

// The page is one file without a script or a font, so that it opens anywhere and says the same in ten years.
var (
	//go:embed compare.html
	pageText string
	//go:embed compare.css
	pageStyle string

	page = template.Must(template.New("page").Parse(pageText))
)

// pageTable is a table of a page.
type pageTable struct {
	Title  string
	Class  string
	Header []string
	Rows   []pageRow
}

// pageRow is a row with the classes that its looks depend on.
type pageRow struct {
	Class string
	Cells []string
}

func (c *Comparison) writeHTML(w io.Writer, _ WriteOptions) error {
	data := map[string]any{
		"Title": c.Title, "Style": template.CSS(pageStyle), "Notes": c.Notes, "Footnotes": c.Footnotes, "Differences": c.differencePage(),
	}
	var lines, gates []string
	if how := c.lens(); how != "" {
		lines = append(lines, how)
	}
	for _, s := range c.Sides {
		lines = append(lines, s.titled()+marks(s.Footnotes)+", "+s.describe())
	}
	for _, g := range c.Gates {
		gates = append(gates, g.line())
	}
	var tables []pageTable
	for _, t := range c.tables() {
		tables = append(tables, t.page())
	}
	data["Lines"], data["Gates"], data["Tables"] = lines, gates, tables
	return page.Execute(w, data)
}

func (c *Comparison) differencePage() *pageTable {
	if len(c.Differences) == 0 {
		return nil
	}
	t := &pageTable{Title: "What differs", Class: "texts", Header: []string{"Group", "Key"}}
	for _, s := range c.Sides {
		t.Header = append(t.Header, s.Letter)
	}
	for _, d := range c.Differences {
		row := pageRow{Cells: append([]string{d.Group, d.Key + unlikeMark(d) + marks(d.Footnotes)}, d.Values...)}
		if d.Refuses {
			row.Class = "unlike"
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (t metricTable) page() pageTable {
	header, rows := t.cells(allColumns, false)
	out := pageTable{Title: t.title}
	for _, h := range header {
		out.Header = append(out.Header, fmt.Sprint(h))
	}
	for i, cells := range rows {
		row := pageRow{Class: string(t.rows[i].Changes[t.side].Verdict)}
		if t.rows[i].Primary {
			row.Class += " primary"
		}
		for _, cell := range cells {
			row.Cells = append(row.Cells, fmt.Sprint(cell))
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}
