package main

import (
	"context"

	"llmbench/collect/dataset"
	"llmbench/query"
)

// tableFiles lends DuckDB to the datasets, which know nothing of it.
type tableFiles struct{ ctx context.Context }

var _ dataset.Tables = tableFiles{}

// Look gives the names of the columns and the number of rows.
func (t tableFiles) Look(format string, files []string) (columns []string, rows int64, err error) {
	return query.TableFiles{Format: format, Paths: files}.Look(t.ctx)
}

// Write writes rows as lines of JSON.
func (t tableFiles) Write(format string, files, columns []string, keep, path string) error {
	return query.TableFiles{Format: format, Paths: files}.Write(t.ctx, columns, keep, path)
}
