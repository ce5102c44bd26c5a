package main

import (
	"llmbench/query"
	"llmbench/report/format"
)

// formatRows gives the rows of an answer to package format.
type formatRows struct{ *query.Rows }

var _ format.Rows = formatRows{}

func (r formatRows) Columns() []format.Column {
	columns := make([]format.Column, 0, len(r.Rows.Columns))
	for _, c := range r.Rows.Columns {
		columns = append(columns, format.Column{Name: c.Name, Type: c.Type})
	}
	return columns
}
