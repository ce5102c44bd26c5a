package query

import (
	"context"
	"math"
	"math/big"
)

// Table is a whole answer, for those who look at it more than once.
type Table struct {
	Columns []Column
	rows    [][]any
	places  map[string]int
}

// Row is one row of a Table.
type Row struct {
	table  *Table
	values []any
}

// Table asks for a whole answer.
func (s *Session) Table(ctx context.Context, text string) (*Table, error) {
	rows, err := s.Query(ctx, text)
	if err != nil {
		return nil, err
	}
	return ReadTable(rows)
}

// ReadTable reads an answer to its end and closes it.
func ReadTable(rows *Rows) (*Table, error) {
	t := &Table{Columns: rows.Columns, places: map[string]int{}}
	for i, c := range rows.Columns {
		t.places[c.Name] = i
	}
	var err error
	t.rows, err = collect(rows, func(v []any) []any { return append([]any(nil), v...) })
	return t, err
}

// NewTable is a table of values at hand, as a query would give them.
func NewTable(columns []Column, rows ...[]any) *Table {
	t := &Table{Columns: columns, rows: rows, places: map[string]int{}}
	for i, c := range columns {
		t.places[c.Name] = i
	}
	return t
}

// Rows gives the rows in order.
func (t *Table) Rows() []Row {
	rows := make([]Row, len(t.rows))
	for i, values := range t.rows {
		rows[i] = Row{t, values}
	}
	return rows
}

// Values are the row's values as Rows.Values gives them.
func (r Row) Values() []any { return r.values }

// Value is the value of a column; nil for NULL, and for a column that the answer does not have.
func (r Row) Value(column string) any {
	i, ok := r.table.places[column]
	if !ok {
		return nil
	}
	return r.values[i]
}

// Text is a text, "" for NULL.
func (r Row) Text(column string) string {
	text, _ := r.Value(column).(string)
	return text
}

// True reports whether a BOOLEAN is true.
func (r Row) True(column string) bool {
	is, _ := r.Value(column).(bool)
	return is
}

// Number is any number, NaN for NULL.
func (r Row) Number(column string) float64 { return asNumber(r.Value(column)) }

func asNumber(v any) float64 {
	switch x := v.(type) {
	case int64:
		return float64(x)
	case uint64:
		return float64(x)
	case float64:
		return x
	case float32:
		return float64(x)
	case *big.Int:
		f, _ := new(big.Float).SetInt(x).Float64()
		return f
	}
	return math.NaN()
}
