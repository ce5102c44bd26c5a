// Package format writes the rows of a query as people and programs want them: one file per format, one line in the
// registry. Rows are streamed; only the table format, which must know its widths, keeps those it shows. The package
// knows DuckDB's type names and the plain Go values a driver gives for them, and imports no driver.
package format

import (
	"bufio"
	"fmt"
	"io"

	"llmbench/near"
)

// Column is one column of a result.
type Column struct {
	Name string
	// Type is DuckDB's name of the type: BIGINT, DECIMAL(18,3), STRUCT("a" INTEGER)[].
	Type string
}

// Rows are the rows of a result, read once, in order. Columns is asked once, before the first Next. After Next has
// returned false, Err says why.
//
// A value is nil for NULL, a bool, an integer, a float, *big.Int, string, []byte or time.Time. Types that Go has none
// for are known by their shape, whoever defines them: a struct around a time.Time for DATE, TIME and TIMESTAMP; one
// with Months, Days and Micros for INTERVAL; one with Scale and Value, or text, for DECIMAL; a slice for LIST and
// ARRAY; a map[string]any or a slice of Name and Value for STRUCT; a slice of Key and Value, or methods Keys and
// Values, for MAP; one with Tag and Value for UNION; 16 bytes or text for UUID; its text for JSON. Integers may be
// wider than their column. Anything else is written as fmt prints it.
type Rows interface {
	Columns() []Column
	Next() bool
	Values() []any
	Err() error
}

// Options shape the output for people; formats for programs ignore them.
type Options struct {
	// Width is the width of the terminal in columns, to which tables are cut. 0 cuts nothing.
	Width int
	// MaxRows is how many rows a table shows; the rest is counted. 0 shows all.
	MaxRows int
}

// result is what writers read: the rows, and their columns, asked for once while the rows were still open.
type result struct {
	Rows
	columns []Column
	types   []Type
}

// writer writes one format. It must read rows to the end or return an error.
type writer func(w *bufio.Writer, rows result, opts Options) error

var writers = map[string]writer{
	"table":    writeTable,
	"csv":      writeCSV,
	"json":     writeJSON,
	"jsonl":    writeJSONL,
	"markdown": writeMarkdown,
	"arrow":    writeArrow,
}

// Names lists the formats Write knows.
func Names() []string { return []string{"table", "csv", "json", "jsonl", "markdown", "arrow"} }

// Write writes all rows to w in the named format. An error of the rows is returned as it is; what had been read
// before it has then been written.
func Write(w io.Writer, name string, rows Rows, opts Options) error {
	write, ok := writers[name]
	if !ok {
		return fmt.Errorf("format %q is not known; %s", name, near.OneOf(name, Names()))
	}
	in := result{Rows: rows, columns: rows.Columns()}
	for _, c := range in.columns {
		in.types = append(in.types, ParseType(c.Type))
	}
	out := bufio.NewWriterSize(w, 1<<16)
	err := write(out, in, opts)
	if err == nil {
		err = rows.Err()
	}
	if flushErr := out.Flush(); err == nil && flushErr != nil {
		err = fmt.Errorf("write %s: %w", name, flushErr)
	}
	return err
}
