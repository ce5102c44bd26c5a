package query

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"github.com/duckdb/duckdb-go/v2"
)

// Column is a column of an answer.
type Column struct {
	Name string
	Type string // DuckDB's name of the type, such as BIGINT or DOUBLE[]
}

// Rows is the answer of a query, read row by row:
//
//	for rows.Next() { use(rows.Values()) }
//	err := errors.Join(rows.Err(), rows.Close())
//
// Values are nil for NULL, bool, int64, uint64, *big.Int, float32, float64, string, []byte, time.Time for a point in
// time, and this package's Date, TimeOfDay, Timestamp, Interval, Decimal, List, Struct, Map and Union. A UUID and JSON
// are strings.
type Rows struct {
	// Columns is empty for a statement that asks nothing, such as CREATE or COPY; it has no rows.
	Columns []Column
	// Changed is how many rows such a statement wrote.
	Changed int64

	ctx    context.Context
	stmt   *duckdb.Stmt
	rows   driver.Rows
	types  []duckdb.TypeInfo
	row    []driver.Value
	values []any
	err    error
	// stream makes the rows as they are read; nil for an answer that is kept.
	stream *stream
}

func newRows(ctx context.Context, stmt *duckdb.Stmt, rows driver.Rows) *Rows {
	names := rows.Columns()
	r := &Rows{
		Columns: make([]Column, len(names)),
		ctx:     ctx,
		stmt:    stmt,
		rows:    rows,
		types:   make([]duckdb.TypeInfo, len(names)),
		row:     make([]driver.Value, len(names)),
		values:  make([]any, len(names)),
	}
	typed, _ := rows.(driver.RowsColumnTypeDatabaseTypeName)
	for i, name := range names {
		r.Columns[i] = Column{Name: name, Type: typed.ColumnTypeDatabaseTypeName(i)}
		// Unknown for a column that is a parameter; its values are then told apart by their Go types.
		r.types[i], _ = stmt.ColumnTypeInfo(i)
	}
	return r
}

// asksNothing tells a statement without an answer, for which DuckDB makes up a column.
func (r *Rows) asksNothing() bool {
	kind, err := r.stmt.StatementType()
	if err != nil || len(r.Columns) != 1 {
		return false
	}
	switch kind {
	case duckdb.STATEMENT_TYPE_SELECT, duckdb.STATEMENT_TYPE_EXPLAIN, duckdb.STATEMENT_TYPE_EXECUTE:
		return false
	}
	return r.Columns[0] == Column{"Success", "BOOLEAN"} || r.Columns[0] == Column{"Count", "BIGINT"}
}

// countChanged takes the made-up column away.
func (r *Rows) countChanged() {
	if r.Next() {
		r.Changed, _ = r.values[0].(int64)
	}
	r.Columns = nil
	if r.err == nil {
		r.err = io.EOF
	}
}

// Next reads the next row. It reports false at the end and on an error, which Err then gives.
func (r *Rows) Next() bool {
	if r.err != nil {
		return false
	}
	if r.err = r.ctx.Err(); r.err != nil {
		return false
	}
	if err := r.rows.Next(r.row); err != nil {
		r.err = err
		if r.stream != nil && err == io.EOF {
			r.err = r.stream.end()
		}
		return false
	}
	for i, value := range r.row {
		r.values[i] = convert(value, r.types[i])
	}
	return true
}

// Values is the row that Next read. The slice is used again by the next call of Next, what it holds is not.
func (r *Rows) Values() []any { return r.values }

// Err is the error that ended the reading, nil when all rows were read.
func (r *Rows) Err() error {
	if r.err == nil || r.err == io.EOF {
		return nil
	}
	return explain(r.ctx, r.err)
}

// Close frees the answer. It may be called at any time, and more than once.
func (r *Rows) Close() error {
	if r.rows == nil {
		return nil
	}
	if r.stream != nil {
		r.stream.stop()
		r.stream = nil
	}
	err := errors.Join(r.rows.Close(), r.stmt.Close())
	r.rows, r.stmt = nil, nil
	if r.err == nil {
		r.err = io.EOF
	}
	if err != nil {
		return fmt.Errorf("close the answer: %w", err)
	}
	return nil
}

// collect reads all rows and closes them.
func collect[T any](rows *Rows, row func(values []any) T) ([]T, error) {
	var all []T
	for rows.Next() {
		all = append(all, row(rows.Values()))
	}
	return all, errors.Join(rows.Err(), rows.Close())
}
