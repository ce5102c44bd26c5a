// Package sql holds the tables, views and macros of the warehouse, one .sql file each, and what is documented of
// them in their comments. It runs nothing: package query does, and so does any DuckDB shell, for each file is plain
// SQL that stands by itself.
//
// The first line of a file says what a row is. Lines of the form
//
//	-- column NAME TYPE: sentence
//	-- parameter NAME TYPE: sentence
//	-- returns TYPE: sentence
//
// document a view's columns and a macro's parameters and value. The types are DuckDB's names for them.
package sql

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

//go:embed *.sql
var files embed.FS

// order lists every file, each after those it reads from. A new view is a new file and a line here.
var order = []string{
	"runs",
	"selected_runs",
	"requests",
	"token_lists",
	"texts",
	"devices",
	"server_metrics",
	"hosts",

	"unplaced_runs",
	"retried_attempts",
	"population_std",
	"ns_stats",
	"fraction_stats",
	"chunk_kinds",
	"tokens",
	"chunk_arrivals",
	"token_arrivals",
	"token_gaps",
	"request_latency_ns",
	"request_latency",
	"request_records",
	"session_requests",
	"sessions",
	"turn_latency",
	"latency_stats",
	"latency_percentiles",
	"run_durations",
	"throughput_timeline",
	"concurrency_timeline",
	"slo_limits",
	"keeps_limits",
	"goodput",
	"share_interval",
	"failures",
	"answer_chunks",
	"answers",
	"plateaus",
	"windows",
	"cache_hits",
	"window_device_power",
	"window_power",
	"window_utilisation",
	"energy",
	"device_timeline",
	"device_at_request",
	"server_signals",
	"server_timeline",
	"server_summary",
	"window_answers",
	"window_chunks",
	"window_gaps",
	"window_tokens",
	"window_latency",
	"window_totals",
	"window_summary",
	"window_slices",
	"drift",
	"percentile_curve",
	"latency_histogram",
	"run_steps",
	"run_timeline",
	"waterfall",
	"latency_by_prompt",
	"latency_by_concurrency",
	"gap_heatmap",
	"token_deadlines",
	"run_summary",
	"sweep_runs",
	"sweep_points",
	"sweep_pareto",
	"sweep_parameters",
	"sweep_grid",
	"sweep_best",
	"run_summary_vllm",
	"reported_summary",
	"tpot_guidellm",
	"itl_guidellm",
	"itl_aiperf",
	"ntpot_inference_perf",
}

// bases counts the tables at the head of order: typed and empty in their files, over a warehouse's Parquet files in
// a session.
const bases = 8

// Kinds of a Table.
const (
	KindTable      = "table"
	KindView       = "view"
	KindMacro      = "macro"       // an expression
	KindTableMacro = "table macro" // a relation
)

// Table is one file: a base table, a view or a macro, with its documentation.
type Table struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	// Row is one sentence: what a row is; of a macro, its call and what it gives.
	Row string `json:"row"`
	// Parameters are a macro's, Columns those of the rows. A macro that is an expression has one column without a
	// name: its value.
	Parameters []Column `json:"parameters,omitempty"`
	Columns    []Column `json:"columns"`
	// SQL is the whole file, one CREATE OR REPLACE statement with its comments.
	SQL string `json:"-"`
}

// Column is a column or a parameter.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"` // as DuckDB names it
	Doc  string `json:"doc"`  // a sentence, the unit in brackets at its end
}

// tables is parsed once. That the files are well-formed is a matter of this package's tests, not of its callers.
var tables = func() []Table {
	all := make([]Table, 0, len(order))
	for i, name := range order {
		text, err := files.ReadFile(name + ".sql")
		if err != nil {
			panic(fmt.Sprintf("sql: order names %s, which has no file", name))
		}
		table := parse(name, string(text))
		if i < bases {
			table.Kind = KindTable
		}
		all = append(all, table)
	}
	return all
}()

// Tables lists every table, view and macro in an order in which they can be created. The result is shared and must
// not be changed.
func Tables() []Table { return tables }

// Find gives the table, view or macro of that name.
func Find(name string) (Table, bool) {
	for _, table := range tables {
		if table.Name == name {
			return table, true
		}
	}
	return Table{}, false
}

// Needs lists what must exist for a query on the named table: all that it reads from and then itself, in an order in
// which they can be created. It is empty for an unknown name.
func Needs(name string) []Table {
	needed := map[string]bool{name: true}
	for _, table := range slices.Backward(tables) {
		if !needed[table.Name] {
			continue
		}
		for _, word := range words.FindAllString(table.Body(), -1) {
			needed[word] = true
		}
	}
	var list []Table
	for _, table := range tables {
		if needed[table.Name] {
			list = append(list, table)
		}
	}
	return list
}

// words finds names; one that is a column's as well as a table's merely makes Needs list a table too many.
var words = regexp.MustCompile(`[a-z_0-9]+`)

// Body is a view's query or a macro's definition: the file without its comments, CREATE clause and final semicolon.
func (t Table) Body() string {
	_, statement, _ := strings.Cut(t.SQL, "\nCREATE OR REPLACE ")
	_, body, _ := strings.Cut(statement, " AS")
	return strings.TrimSuffix(strings.TrimSpace(body), ";")
}

func parse(name, text string) Table {
	table := Table{Name: name, Kind: KindView, SQL: text}
	first, _, _ := strings.Cut(text, "\n")
	table.Row = strings.TrimPrefix(first, "-- ")
	for line := range strings.Lines(text) {
		line, isComment := strings.CutPrefix(strings.TrimRight(line, "\n"), "-- ")
		if !isComment {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "column":
			table.Columns = append(table.Columns, parseColumn(rest))
		case "parameter":
			table.Parameters = append(table.Parameters, parseColumn(rest))
		case "returns":
			table.Columns = append(table.Columns, parseColumn(" "+rest))
		}
	}
	if call, isMacro := strings.CutPrefix(table.Row, "macro "); isMacro {
		table.Row = call
		table.Kind = KindMacro
		if strings.Contains(text, ") AS TABLE\n") {
			table.Kind = KindTableMacro
		}
	}
	return table
}

// parseColumn reads "NAME TYPE: sentence"; a type may hold blanks.
func parseColumn(text string) Column {
	head, doc, _ := strings.Cut(text, ": ")
	name, typ, _ := strings.Cut(head, " ")
	return Column{Name: name, Type: typ, Doc: doc}
}
