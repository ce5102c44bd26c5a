package report

import (
	"llmbench/query"
	"llmbench/report/format"
)

// Rows gives the rows of an answer to package format, which knows no driver:
// format.Write(w, "csv", report.Rows{Rows: answer}, format.Options{}).
type Rows struct{ *query.Rows }

var _ format.Rows = Rows{}

// Columns are those of the answer.
func (r Rows) Columns() []format.Column {
	columns := make([]format.Column, 0, len(r.Rows.Columns))
	for _, c := range r.Rows.Columns {
		columns = append(columns, format.Column{Name: c.Name, Type: c.Type})
	}
	return columns
}
