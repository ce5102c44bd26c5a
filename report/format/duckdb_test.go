package format

import (
	"database/sql"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"
)

// sqlRows reads a real result as the sql command does.
type sqlRows struct {
	*sql.Rows
	t      *testing.T
	values []any
}

func (r *sqlRows) Columns() []Column {
	types, err := r.ColumnTypes()
	if err != nil {
		r.t.Fatal(err)
	}
	columns := make([]Column, len(types))
	for i, c := range types {
		columns[i] = Column{c.Name(), c.DatabaseTypeName()}
	}
	r.values = make([]any, len(columns))
	return columns
}

func (r *sqlRows) Values() []any {
	into := make([]any, len(r.values))
	for i := range r.values {
		into[i] = &r.values[i]
	}
	if err := r.Scan(into...); err != nil {
		r.t.Fatal(err)
	}
	return r.values
}

func queryDuckDB(t *testing.T, query string) *sqlRows {
	t.Helper()
	db, err := sql.Open("duckdb", "?autoinstall_known_extensions=false&autoload_known_extensions=false")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	rows, err := db.Query(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	t.Cleanup(func() { rows.Close() })
	return &sqlRows{Rows: rows, t: t}
}

var duckExpressions = []string{
	"true", "42", "-1::TINYINT", "18446744073709551615::UBIGINT", "170141183460469231731687303715884105727::HUGEINT",
	"340282366920938463463374607431768211455::UHUGEINT",
	"1.0::DOUBLE", "1e15::DOUBLE", "1e16::DOUBLE", "1e-4::DOUBLE", "1e-5::DOUBLE", "0.1::FLOAT", "16777216::FLOAT", "1e21::DOUBLE",
	"14.015799967152496::DOUBLE", "123456789012345678::DOUBLE", "'nan'::DOUBLE", "'-inf'::DOUBLE", "0::DOUBLE", "'-0'::DOUBLE",
	"12.500::DECIMAL(10,3)", "0::DECIMAL(10,3)", "(-0.005)::DECIMAL(10,3)", "5::DECIMAL(38,0)",
	"'text'", "''", `'\xAB\x00ab'::BLOB`, "'it''s'",
	"DATE '2026-11-23'", "TIME '17:32:00.25'", "TIMESTAMP '2026-11-23 17:32:00.5'", "TIMESTAMP '2026-11-23 00:00:00'",
	"'2026-11-23 17:32:00.123456789'::TIMESTAMP_NS", "'2026-11-23 17:32:00'::TIMESTAMP_S", "'2026-11-23 17:32:00.123'::TIMESTAMP_MS",
	"INTERVAL '14 months 3 days 4 hours 5.5 seconds'", "INTERVAL '0 days'", "INTERVAL '-1 day'", "INTERVAL '-2 days'",
	"INTERVAL '-5 seconds'", "INTERVAL '30 hours'", "INTERVAL '-14 months'", "INTERVAL '1 month'",
	"UUID '123e4567-e89b-12d3-a456-426614174000'", "'happy'::ENUM('happy', 'sad')", "'10101'::BIT",
	"[1, NULL, 3]", "[]::INTEGER[]", "[[1], [], NULL]", "[1.5, 2]::DOUBLE[2]",
	`['a b', 'c,d', '', NULL, 'null', 'it''s', 'x=y', 'a:b', 'q"q', '(x)', ' x']`,
	"{'a': 1, 'b c': 'x y', 'd': NULL, 'e': [1, 2]}", "{'z': {'y': DATE '2026-11-23'}}",
	"MAP {'k': 1.5::DOUBLE, 'l m': 2}", "MAP {1: 'x', 2: NULL}", "MAP {}::MAP(VARCHAR, INTEGER)",
	"union_value(num := 2)", "[UUID '123e4567-e89b-12d3-a456-426614174000']", "[INTERVAL '1 day']",
}

// DuckDB itself is the oracle: text must be what it casts a value to.
func TestTextMatchesDuckDB(t *testing.T) {
	t.Parallel()
	for _, e := range duckExpressions {
		rows := queryDuckDB(t, "SELECT "+e+" AS v, ("+e+")::VARCHAR AS want")
		typ := ParseType(rows.Columns()[0].Type)
		if !rows.Next() {
			t.Fatalf("%s: no row: %v", e, rows.Err())
		}
		v := rows.Values()
		if got := string(appendText(nil, v[0], typ)); got != v[1] {
			t.Errorf("%s (%s): %q, DuckDB says %q", e, rows.Columns()[0].Type, got, v[1])
		}
	}
}

// Every type the driver can return must go through every format.
func TestFormatsTakeDuckDB(t *testing.T) {
	t.Parallel()
	query := "SELECT " + strings.Join(duckExpressions, ", ") + ", TIMESTAMPTZ '2026-11-23 17:32:00+00', '{\"a\": [1, null]}'::JSON, NULL"
	for _, name := range Names() {
		if name == "arrow" { // one expression has 39 digits, which decimal128 cannot hold
			query = strings.ReplaceAll(query, "170141183460469231731687303715884105727", "17014118346046923173168730371588410572")
		}
		if out := write(t, name, queryDuckDB(t, query), Options{}); len(out) == 0 {
			t.Errorf("%s: no output", name)
		}
	}
}

func TestZonedTimeMatchesDuckDB(t *testing.T) {
	t.Parallel()
	rows := queryDuckDB(t, "SELECT TIMESTAMPTZ '2026-11-23 17:32:00.5+08'")
	typ := ParseType(rows.Columns()[0].Type)
	rows.Next()
	v := rows.Values()[0]
	if got := string(appendText(nil, v, typ)); got != "2026-11-23 09:32:00.5+00" {
		t.Errorf("text %s", got)
	}
	if got := string(appendJSON(nil, v, typ)); got != `"2026-11-23T09:32:00.5Z"` {
		t.Errorf("json %s", got)
	}
}
