package query

import (
	"context"
	"errors"
	"math/big"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestValuesHaveTheDocumentedTypes(t *testing.T) {
	t.Parallel()
	s := openSession(t, Source{}, Options{})
	for expression, want := range map[string]any{
		"NULL":                                 nil,
		"1::TINYINT":                           int64(1),
		"1::UINTEGER":                          int64(1),
		"1::UBIGINT":                           uint64(1),
		"1::HUGEINT":                           big.NewInt(1),
		"1.5::FLOAT":                           float32(1.5),
		"1.5::DOUBLE":                          1.5,
		"1.50":                                 Decimal("1.50"),
		"'x'::BLOB":                            []byte("x"),
		"DATE '2026-11-23'":                    Date{time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)},
		"INTERVAL 14 MONTH":                    Interval{Months: 14},
		"[1]":                                  List{int64(1)},
		"{'a': [DATE '2026-11-23']}":           Struct{{"a", List{Date{time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}}}},
		"MAP {'a': 1.5}":                       Map{{"a", Decimal("1.5")}},
		"'{\"a\": 1}'::JSON":                   `{"a": 1}`,
		"'12:30:00'::TIME":                     TimeOfDay{time.Date(1, 1, 1, 12, 30, 0, 0, time.UTC)},
		"TIMESTAMP '2026-11-23'":               Timestamp{time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)},
		"TIMESTAMPTZ '2026-11-23 08:00:00+08'": time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
		"uuid '0b9f2f5e-58a4-4a3a-9d1c-0123456789ab'": "0b9f2f5e-58a4-4a3a-9d1c-0123456789ab",
		"union_value(num := 2)":                       Union{"num", int64(2)},
		"'101'::BIT":                                  "101",
		"(-0.05)::DECIMAL(4,2)":                       Decimal("-0.05"),
		"7::DECIMAL(38,0)":                            Decimal("7"),
		"[1, 2]::INTEGER[2]":                          List{int64(1), int64(2)},
		"'b'::ENUM('a', 'b')":                         "b",
		"['[1]'::JSON]":                               List{"[1]"},
	} {
		rows, err := s.Query(t.Context(), "SELECT "+expression)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		got, err := collect(rows, func(v []any) any { return v[0] })
		if err != nil || !reflect.DeepEqual(got, []any{want}) {
			t.Errorf("%s = %#v (%v), want %#v", expression, got, err, want)
		}
	}
}

func TestJSONKeepsItsText(t *testing.T) {
	t.Parallel()
	s := openSession(t, Source{}, Options{})
	const json = `{"b": 12345678901234567890, "a": [1.50, null]}`
	for query, args := range map[string][]any{
		"SELECT 1, j AS j FROM (VALUES (" + Literal(json) + "::JSON)) t(j) -- trailing": nil,
		"SELECT 1, $1::JSON AS j;": {json},
		"PIVOT (SELECT 1 AS one, 'j' AS k, " + Literal(json) + "::JSON AS v) ON k USING any_value(v)":                 nil,
		"WITH x AS (SELECT 1 AS j, 1 AS j, 2 AS o) SELECT 1 AS j, " + Literal(json) + "::JSON AS j FROM x ORDER BY o": nil,
	} {
		rows, err := s.Query(t.Context(), query, args...)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if want := (Column{"j", "JSON"}); rows.Columns[1] != want {
			t.Errorf("%s: column %v, want %v", query, rows.Columns[1], want)
		}
		got, err := collect(rows, func(v []any) any { return v[1] })
		if err != nil || !reflect.DeepEqual(got, []any{json}) {
			t.Errorf("%s = %v (%v)", query, got, err)
		}
	}
	if got := asTexts(t, s, "SELECT 'null'::JSON, NULL::JSON"); !reflect.DeepEqual(got, [][]string{{"null", "NULL"}}) {
		t.Errorf("null and NULL = %v", got)
	}
}

func TestQueryRunsEveryStatement(t *testing.T) {
	t.Parallel()
	s := openSession(t, Source{}, Options{})
	for _, test := range []struct {
		query string
		args  []any
		want  [][]string
	}{
		{"SELECT 1 AS a", nil, [][]string{{"1"}}},
		{"CREATE TEMP TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2); SELECT sum(a) FROM t;", nil, [][]string{{"3"}}},
		{"SELECT a FROM t WHERE a > ? ORDER BY a", []any{1}, [][]string{{"2"}}},
		{"SELECT $1 || '!', $2 IS NULL", []any{"x; y", nil}, [][]string{{"x; y!", "true"}}},
		{"SELECT a FROM t WHERE false", nil, nil},
		{"/* first */ SELECT ';' AS a -- ; comment", nil, [][]string{{";"}}},
		{"PIVOT (SELECT 1 AS v, 'x' AS k) ON k USING sum(v)", nil, [][]string{{"1"}}},
		{"FROM range(3)", nil, [][]string{{"0"}, {"1"}, {"2"}}},
		{"SET VARIABLE x = 5; SELECT getvariable('x')", nil, [][]string{{"5"}}},
	} {
		if got := asTexts(t, s, test.query, test.args...); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s = %v, want %v", test.query, got, test.want)
		}
	}
	rows, err := s.Query(t.Context(), "SELECT 1::BIGINT AS a, [1.5::DOUBLE] AS b, {'x': 1} AS c")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	want := []Column{{"a", "BIGINT"}, {"b", "DOUBLE[]"}, {"c", `STRUCT("x" INTEGER)`}}
	if !reflect.DeepEqual(rows.Columns, want) {
		t.Errorf("columns %v, want %v", rows.Columns, want)
	}
}

func TestStatementsThatAskNothing(t *testing.T) {
	t.Parallel()
	s := openSession(t, Source{}, Options{})
	path := filepath.Join(t.TempDir(), "out.csv")
	for _, test := range []struct {
		query   string
		columns int
		changed int64
	}{
		{"CREATE TEMP TABLE t (a INTEGER)", 0, 0},
		{"INSERT INTO t VALUES (1), (2)", 0, 2},
		{"COPY t TO " + Literal(path), 0, 2},
		{"SET VARIABLE v = 1", 0, 0},
		{"INSERT INTO t VALUES (3) RETURNING a", 1, 0},
		{"SELECT true AS \"Success\"", 1, 0},
		{"SELECT 1::BIGINT AS \"Count\" WHERE false", 1, 0},
		{"EXPLAIN FROM t", 2, 0},
		{"SHOW TABLES", 1, 0},
		{"DROP TABLE t", 0, 0},
	} {
		rows, err := s.Query(t.Context(), test.query)
		if err != nil {
			t.Fatalf("%s: %v", test.query, err)
		}
		if len(rows.Columns) != test.columns || rows.Changed != test.changed || test.columns == 0 && rows.Next() {
			t.Errorf("%s: columns %v, %d changed", test.query, rows.Columns, rows.Changed)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Errorf("%s: %v", test.query, err)
		}
	}
}

func TestRowsOfTwoQueriesAtOnce(t *testing.T) {
	t.Parallel()
	s := openSession(t, Source{}, Options{})
	first, err := s.Query(t.Context(), "FROM range(5000)")
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.Query(t.Context(), "FROM range(5000, 10000)")
	if err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	for first.Next() && second.Next() {
		sum += first.Values()[0].(int64) + second.Values()[0].(int64)
	}
	if err := errors.Join(first.Err(), second.Err(), first.Close(), second.Close(), second.Close()); err != nil {
		t.Fatal(err)
	}
	if sum != 9999*10000/2 {
		t.Errorf("sum %d", sum)
	}
	if first.Next() {
		t.Error("a closed answer has a next row")
	}
}

func TestErrorsKeepDuckDBsWords(t *testing.T) {
	t.Parallel()
	s := openSession(t, Source{}, Options{})
	for _, test := range []struct{ query, first, contains string }{
		{"SELEC 1", "sql: the query is not valid SQL", "LINE 1: SELEC 1\n        ^"},
		{"SELECT ttft_ms FROM requests", "sql: ttft_ms is a column of the view request_latency, which has a row a request", "LINE 1: SELECT ttft_ms"},
		{"SELECT 1;\n\nSELECT nix FROM runs", "sql: a name or a type in the query does not fit; llmbench sql --schema lists every column", "LINE 3: SELECT nix FROM runs"},
		{"FROM requsts", `sql: no table "requsts"; llmbench sql --schema lists every table`, `Did you mean "requests"?`},
		{"FROM ttft", `sql: no table "ttft"; request_latency has it`, "LINE 1: FROM ttft"},
		{"FROM goodput", "sql: goodput is a table macro and wants its parentheses: goodput(ttft_ms := NULL", "Catalog Error"},
		{"FROM runs()", "sql: runs takes no parentheses", "Table Function"},
		{"SELECT ttft(1)", `sql: no function "ttft"`, "Scalar Function"},
		{"SELECT 'x'::INTEGER", "sql: the query failed", "Conversion Error: Could not convert string 'x'"},
		{"  ; -- nothing\n;", "sql: the query is empty", ""},
		{"SELECT ?", "sql: incorrect argument count", ""},
		{"SELECT error('mine')", "sql: the query failed", "mine"},
		{"FROM read_parquet('/nowhere/x.parquet')", "sql: a file cannot be read or written", "/nowhere/x.parquet"},
	} {
		_, err := s.Query(t.Context(), test.query)
		if err == nil {
			t.Errorf("%s: no error", test.query)
			continue
		}
		if !strings.HasPrefix(err.Error(), test.first) || !strings.Contains(err.Error(), test.contains) {
			t.Errorf("%s:\n%v\nwant %q and %q", test.query, err, test.first, test.contains)
		}
	}
	if got := asTexts(t, s, "SELECT 1"); len(got) != 1 {
		t.Errorf("after errors SELECT 1 = %v", got)
	}
}

// No query may wait for a network, whatever it asks for.
func TestNothingIsDownloaded(t *testing.T) {
	t.Parallel()
	s := openSession(t, Source{}, Options{})
	for _, query := range []string{
		"INSTALL httpfs",
		"LOAD httpfs",
		"FROM read_parquet('https://example.invalid/x.parquet')",
		"FROM 's3://bucket/x.parquet'",
		"ATTACH 'x.db' AS x (TYPE sqlite)",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		_, err := s.Query(ctx, query)
		cancel()
		var ours *Error
		if !errors.As(err, &ours) || ours.Summary == "interrupted" {
			t.Errorf("%s: %v", query, err)
		}
	}
}

func TestCancelInterruptsAQuery(t *testing.T) {
	t.Parallel()
	s := openSession(t, Source{}, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := s.Query(ctx, "SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range + b.range = -1")
		done <- err
	}()
	cancel()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) || err.Error() != "sql: interrupted" {
			t.Errorf("error %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the query goes on after its context was canceled")
	}
	if got := asTexts(t, s, "SELECT 1"); len(got) != 1 {
		t.Errorf("after an interrupt SELECT 1 = %v", got)
	}
}

func TestRowsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	s := openSession(t, Source{}, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	rows, err := s.Query(ctx, "FROM range(10)")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() {
		t.Fatal(rows.Err())
	}
	cancel()
	if rows.Next() || !errors.Is(rows.Err(), context.Canceled) {
		t.Errorf("after cancel: %v", rows.Err())
	}
}
