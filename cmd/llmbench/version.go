package main

import (
	"fmt"

	"github.com/alecthomas/kong"

	"llmbench/query"
)

// versionFlag prints the version, the commit where the build knows it, and DuckDB's.
type versionFlag bool

// BeforeReset prints before anything is checked, as --help does.
func (versionFlag) BeforeReset(k *kong.Context, a *app) error {
	text := versionText()
	if duckdb, err := query.DuckDBVersion(a.ctx); err == nil {
		text += ", DuckDB " + duckdb
	}
	fmt.Fprintln(k.Stdout, text)
	k.Exit(0)
	return nil
}
