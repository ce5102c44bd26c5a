package query

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"llmbench/store"

	views "llmbench/sql"
)

// Source is what a session looks at.
type Source struct {
	// Entries are the runs whose events the views read: all of a warehouse's, or a selection.
	Entries []store.Entry
	// Catalogue is the path of runs.parquet, from which runs lists every run of the warehouse, selected or not. When it
	// is "" or cannot be read, runs lists the entries alone.
	Catalogue string
	// All, in place of Entries, selects every run of the catalogue. It is called when a question first reads events, and
	// not at all while the catalogue answers.
	All func(ctx context.Context) ([]store.Entry, error)
}

// WholeWarehouse is a source of every run. Of many runs the entries are only listed when a question reads events.
func WholeWarehouse(ctx context.Context, w *store.Warehouse) (Source, error) {
	catalogue, runs, err := w.Catalogue(ctx)
	w.TellSetAside()
	source := Source{Catalogue: catalogue, All: func(ctx context.Context) ([]store.Entry, error) {
		entries, err := w.Runs(ctx)
		if err == nil {
			err = w.Fetch(ctx, entries)
		}
		return entries, err
	}}
	if err == nil && runs <= attachAtOpen {
		err = source.Load(ctx)
	}
	return source, err
}

// Selection is a source of the runs that the references name.
func Selection(ctx context.Context, w *store.Warehouse, refs ...string) (Source, error) {
	catalogue, entries, err := w.Select(ctx, refs...)
	return Source{Catalogue: catalogue, Entries: entries}, err
}

// every tells whether the source is a whole warehouse that has not been looked at yet.
func (s *Source) every() bool { return s.All != nil }

// Load lists the entries of every run, where that was left until they are needed.
func (s *Source) Load(ctx context.Context) (err error) {
	if !s.every() {
		return nil
	}
	s.Entries, err = s.All(ctx)
	s.All = nil
	return err
}

// eventFiles says which base table reads which file of a run. A table without a line here is empty.
var eventFiles = []struct {
	table string
	path  func(store.Files) string
}{
	{"requests", func(f store.Files) string { return f.Requests }},
	{"token_lists", func(f store.Files) string { return f.Tokens }},
	{"texts", func(f store.Files) string { return f.Texts }},
	{"devices", func(f store.Files) string { return f.Devices }},
	{"server_metrics", func(f store.Files) string { return f.ServerMetrics }},
	{"hosts", func(f store.Files) string { return f.Hosts }},
}

// paths lists the files that the base table reads.
func (s Source) paths(path func(store.Files) string) []string {
	var all []string
	for _, entry := range s.Entries {
		if p := path(entry.Files); p != "" {
			all = append(all, p)
		}
	}
	return all
}

// eventView is a base table over Parquet files: the typed empty table, which settles names and types and stands for
// columns that no file has, and the files. Partitions are not read from the paths, for DuckDB would let them override
// the columns of the files.
func eventView(table views.Table, paths []string) string {
	if len(paths) == 0 {
		return table.SQL
	}
	return createView(table.Name, typedUnion(table, readParquet(paths)))
}

// typedUnion puts rows, a FROM or SELECT clause, below the typed empty table. Rows older than retries tell no attempt:
// there was one, number 0, and a join must find it.
func typedUnion(table views.Table, rows string) string {
	union := table.Body() + "\nUNION ALL BY NAME\n" + rows
	if slices.ContainsFunc(table.Columns, func(c views.Column) bool { return c.Name == "attempt" }) {
		return "SELECT * REPLACE (coalesce(attempt, 0) AS attempt) FROM (\n" + union + "\n)"
	}
	return union
}

func readParquet(paths []string) string {
	return "FROM read_parquet([" + literals(paths) + "], union_by_name = true, hive_partitioning = false)"
}

func createView(name, body string) string {
	return "CREATE OR REPLACE VIEW " + Identifier(name) + " AS\n" + body + ";\n"
}

// selectedView is selected_runs over the entries, or the whole catalogue.
func selectedView(source Source) string {
	table := mustFind("selected_runs")
	switch {
	case source.every():
		return createView(table.Name, typedUnion(table, "SELECT run_id "+readParquet([]string{source.Catalogue})))
	case len(source.Entries) == 0:
		return table.SQL
	}
	ids := make([]string, len(source.Entries))
	for i, entry := range source.Entries {
		ids[i] = entry.Run.RunID
	}
	return createView(table.Name, typedUnion(table, "SELECT unnest(["+literals(ids)+"]) AS run_id"))
}

// catalogueView is runs over the catalogue, without its summaries and the store's own columns.
func catalogueView(catalogue string) string {
	table := mustFind("runs")
	return createView(table.Name, "SELECT "+columnList(table)+" FROM (\n"+typedUnion(table, readParquet([]string{catalogue}))+"\n)")
}

// storedSummaryView is run_summary as the catalogue has it, of the selected runs. The same numbers as the file
// run_summary.sql computes, for it made them when each run was finished.
func storedSummaryView(catalogue string) string {
	table := mustFind("run_summary")
	empty := make([]string, len(table.Columns))
	for i, column := range table.Columns {
		empty[i] = "NULL::" + column.Type + " AS " + column.Name
	}
	return createView(table.Name, "SELECT "+columnList(table)+" FROM (\n"+
		"SELECT "+strings.Join(empty, ", ")+" WHERE false\nUNION ALL BY NAME\n"+
		"SELECT run_id, name, unnest(summary) "+readParquet([]string{catalogue})+" WHERE summary IS NOT NULL\n"+
		") SEMI JOIN selected_runs USING (run_id)")
}

func columnList(table views.Table) string {
	names := make([]string, len(table.Columns))
	for i, column := range table.Columns {
		names[i] = column.Name
	}
	return strings.Join(names, ", ")
}

// literalView is runs with the entries' rows written into it.
func literalView(entries []store.Entry) string {
	table := mustFind("runs")
	if len(entries) == 0 {
		return table.SQL
	}
	rows := make([]string, len(entries))
	for i, entry := range entries {
		rows[i] = literalRow(table, entry.Run)
	}
	return createView(table.Name, typedUnion(table,
		"FROM (VALUES\n"+strings.Join(rows, ",\n")+"\n) AS entries("+columnList(table)+")"))
}

// literalRow writes a run as a row of the table runs, matching its fields to columns by their parquet tags.
func literalRow(table views.Table, run store.Run) string {
	fields := map[string]reflect.Value{}
	value := reflect.ValueOf(run)
	for i := range value.NumField() {
		name, _, _ := strings.Cut(value.Type().Field(i).Tag.Get("parquet"), ",")
		fields[name] = value.Field(i)
	}
	cells := make([]string, len(table.Columns))
	for i, column := range table.Columns {
		cells[i] = literalValue(fields[column.Name]) + "::" + column.Type
	}
	return "(" + strings.Join(cells, ", ") + ")"
}

// literalValue writes a field of store.Run. The caller adds the type.
func literalValue(v reflect.Value) string {
	if v.IsValid() && v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if !v.IsValid() {
		return "NULL"
	}
	switch x := v.Interface().(type) {
	case time.Time:
		return fmt.Sprintf("make_timestamptz(%d)", x.UnixMicro())
	case map[string]string:
		if x == nil {
			return "NULL"
		}
		pairs := make([]string, 0, len(x))
		for key, item := range x {
			pairs = append(pairs, Literal(key)+": "+Literal(item))
		}
		return "MAP {" + strings.Join(pairs, ", ") + "}"
	}
	switch v.Kind() {
	case reflect.String:
		return Literal(v.String())
	case reflect.Float64:
		return Literal(strconv.FormatFloat(v.Float(), 'g', -1, 64))
	}
	return fmt.Sprint(v.Interface()) // an integer or a bool
}

func mustFind(name string) views.Table {
	table, ok := views.Find(name)
	if !ok {
		panic("query: package sql has no " + name)
	}
	return table
}
