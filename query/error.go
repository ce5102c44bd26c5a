package query

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	views "llmbench/sql"
)

// Error is a query that DuckDB refused or gave up. Its text is one line of ours and, below it, DuckDB's own words with
// the place in the query and the names it thinks were meant.
type Error struct {
	Summary string // what happened and what to do
	Detail  string // DuckDB's text, "" when it says nothing more
	err     error
}

// Error is the summary, with the detail in the lines below it.
func (e *Error) Error() string {
	if e.Detail == "" {
		return "sql: " + e.Summary
	}
	return "sql: " + e.Summary + "\n" + e.Detail
}

// Unwrap gives the driver's error, or the context's for a query that was interrupted.
func (e *Error) Unwrap() error { return e.err }

// explain turns an error of the driver into an *Error.
func explain(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if known := (*Error)(nil); errors.As(err, &known) {
		return err
	}
	if cause := ctx.Err(); cause != nil {
		return &Error{Summary: "interrupted", err: cause}
	}
	var duck *duckdb.Error
	if !errors.As(err, &duck) {
		return &Error{Summary: err.Error(), err: err}
	}
	return &Error{Summary: summarise(duck), Detail: strings.TrimSpace(duck.Msg), err: err}
}

// summaries are for the kinds of error about which there is more to say than that the query failed.
var summaries = map[duckdb.ErrorType]string{
	duckdb.ErrorTypeParser:           "the query is not valid SQL",
	duckdb.ErrorTypeSyntax:           "the query is not valid SQL",
	duckdb.ErrorTypeBinder:           "a name or a type in the query does not fit; llmbench sql --schema lists every column",
	duckdb.ErrorTypeIO:               "a file cannot be read or written",
	duckdb.ErrorTypeOutOfMemory:      "out of memory; select fewer runs or raise --memory-limit",
	duckdb.ErrorTypeMissingExtension: "the query needs a DuckDB extension, and llmbench never fetches any",
	duckdb.ErrorTypeAutoLoad:         "the query needs a DuckDB extension, and llmbench never fetches any",
	duckdb.ErrorTypePermission:       "the query asks for what this session does not allow",
}

func summarise(err *duckdb.Error) string {
	if kind, name, ok := missingIn(err); ok {
		return missingSummary(kind, name)
	}
	if match := missingColumn.FindStringSubmatch(err.Msg); match != nil && slices.Contains(latencyColumns, strings.ToLower(match[1])) {
		return match[1] + " is a column of the view request_latency, which has a row a request"
	}
	if strings.Contains(err.Msg, "Failed to install") {
		return summaries[duckdb.ErrorTypeMissingExtension]
	}
	if summary, ok := summaries[err.Type]; ok {
		return summary
	}
	return "the query failed"
}

var missing = regexp.MustCompile(`^Catalog Error: (Table|View|Table Function|Scalar Function) with name (\S+) does not exist!`)

var missingColumn = regexp.MustCompile(`^Binder Error: Referenced column "([^"]+)" not found in FROM clause`)

// latencyColumns are what people seek in requests, which has the stamps alone.
var latencyColumns = []string{"ttft_ms", "tpot_ms", "e2el_ms", "queue_ms", "ttft_from_intended_ms", "e2el_from_intended_ms"}

// missingIn gives the kind and the name of what DuckDB did not find.
func missingIn(err *duckdb.Error) (kind, name string, ok bool) {
	match := missing.FindStringSubmatch(err.Msg)
	if match == nil {
		return "", "", false
	}
	return match[1], match[2], true
}

// missingName gives the name of the table, view or macro whose absence err reports.
func missingName(err error) (string, bool) {
	var duck *duckdb.Error
	if !errors.As(err, &duck) {
		return "", false
	}
	_, name, ok := missingIn(duck)
	return strings.ToLower(name), ok
}

// sought maps names that people look for to the table that has what they want.
var sought = map[string]string{
	"run":         "runs",
	"request":     "requests",
	"token":       "tokens",
	"chunk":       "tokens",
	"chunks":      "tokens",
	"itl":         "token_gaps",
	"gaps":        "token_gaps",
	"ttft":        "request_latency",
	"tpot":        "request_latency",
	"e2el":        "request_latency",
	"latency":     "request_latency",
	"summary":     "run_summary",
	"percentiles": "latency_percentiles",
	"quantiles":   "latency_percentiles",
	"throughput":  "throughput_timeline",
	"timeline":    "throughput_timeline",
	"concurrency": "concurrency_timeline",
	"errors":      "failures",
	"gpu":         "devices",
	"gpus":        "devices",
	"device":      "devices",
	"dcus":        "devices",
	"metrics":     "server_metrics",
	"text":        "texts",
}

func missingSummary(kind, name string) string {
	table, ours := views.Find(strings.ToLower(name))
	switch meant, ok := sought[strings.ToLower(name)]; {
	case kind == "Scalar Function":
		return fmt.Sprintf("no function %q", name)
	case ours && table.Kind == views.KindTableMacro:
		return fmt.Sprintf("%s is a table macro and wants its parentheses: %s", table.Name, table.Row)
	case ours && kind == "Table Function":
		return fmt.Sprintf("%s takes no parentheses", table.Name)
	case ok:
		return fmt.Sprintf("no table %q; %s has it", name, meant)
	}
	return fmt.Sprintf("no table %q; llmbench sql --schema lists every table", name)
}
