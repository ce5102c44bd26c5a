package query

import (
	"strings"

	views "llmbench/sql"
)

// Schema lists every table, view and macro with the meaning of a row and of each column.
func Schema() []views.Table { return views.Tables() }

// InitScript is the whole session as a script for a stock DuckDB shell: every table, view and macro over the source's
// files by their paths. run_summary is the computed one.
func InitScript(source Source) string {
	var script strings.Builder
	script.WriteString("-- The tables, views and macros of llmbench. Views are made over empty tables first, for DuckDB opens the files of a\n" +
		"-- table whenever it makes a view of it; the runs' own files are put under them at the end.\n\n")
	for _, table := range views.Tables() {
		script.WriteString(table.SQL + "\n")
	}
	script.WriteString("-- The runs.\n\n")
	if source.Catalogue != "" {
		script.WriteString(catalogueView(source.Catalogue) + "\n")
	} else if len(source.Entries) > 0 {
		script.WriteString(literalView(source.Entries) + "\n")
	}
	if len(source.Entries) > 0 {
		script.WriteString(selectedView(source) + "\n")
	}
	for _, file := range eventFiles {
		if paths := source.paths(file.path); len(paths) > 0 {
			script.WriteString(eventView(mustFind(file.table), paths) + "\n")
		}
	}
	return script.String()
}
