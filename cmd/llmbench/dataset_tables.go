package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

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

// Write writes rows as lines of JSON. Ctrl-C ends it by an error, for the file is to be removed.
func (t tableFiles) Write(format string, files, columns []string, keep, path string) error {
	ctx, stop := signal.NotifyContext(t.ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := query.TableFiles{Format: format, Paths: files}.Write(ctx, columns, keep, path)
	if ctx.Err() != nil {
		return &exitError{exitInterrupted, errors.New("interrupted")}
	}
	return err
}
