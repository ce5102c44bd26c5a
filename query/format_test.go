package query_test

import (
	"bytes"
	"encoding/csv"
	"testing"

	"llmbench/query"
	"llmbench/report"
	"llmbench/report/format"
)

// Package format knows values by their shape alone. Through it each must read as DuckDB itself casts it to text.
func TestFormatReadsEveryValue(t *testing.T) {
	t.Parallel()
	s, err := query.Open(t.Context(), query.Source{}, query.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, expression := range []string{
		"true", "(-128)::TINYINT", "255::UTINYINT", "(-32768)::SMALLINT", "65535::USMALLINT", "42", "4294967295::UINTEGER",
		"(-9223372036854775808)::BIGINT", "18446744073709551615::UBIGINT",
		"170141183460469231731687303715884105727::HUGEINT", "340282366920938463463374607431768211455::UHUGEINT",
		"1.0::DOUBLE", "0.1::DOUBLE", "1e300::DOUBLE", "1e16::DOUBLE", "-0.00001::DOUBLE", "0.1::FLOAT", "'-inf'::DOUBLE", "'nan'::DOUBLE",
		"12.50::DECIMAL(9,2)", "(-0.05)::DECIMAL(4,2)", "0::DECIMAL(18,3)", "7::DECIMAL(38,0)", "12345678901234567890.123456789::DECIMAL(38,9)",
		"'text with '' and \"'", "'多字节 ✓'", `'\xAA\x00z'::BLOB`, "'10101'::BIT", "uuid '0b9f2f5e-58a4-4a3a-9d1c-0123456789ab'",
		"DATE '2026-11-23'", "DATE '0044-03-15'", "TIME '17:32:00.5'", "TIMETZ '17:32:00+05:30'",
		"TIMESTAMP '2026-11-23 17:32:00'", "TIMESTAMP '2026-11-23 17:32:00.123456'", "TIMESTAMPTZ '2026-11-23 17:32:00.25+08'",
		"TIMESTAMP_NS '2026-11-23 17:32:00.123456789'", "TIMESTAMP_MS '2026-11-23 17:32:00.123'", "TIMESTAMP_S '2026-11-23 17:32:00'",
		"INTERVAL '14 months 3 days 04:05:06.7'", "INTERVAL '1 day -00:00:01'", "INTERVAL 0 SECOND",
		"'b'::ENUM('a', 'b')", "[1, 2, NULL]", "[]::INTEGER[]", "[['a'], [], NULL]", "[1.5, 2.5]::DOUBLE[2]", "[DATE '2026-11-23', NULL]",
		"{'b': 1, 'a': 'x', 'c': {'d': [1.50]}}", "MAP {'k': 1, 'j': NULL}", "MAP {1: DATE '2026-11-23'}", "MAP {}::MAP(VARCHAR, VARCHAR)",
		"['a, b', 'null', '', 'x', ' lead', 'it''s']", "union_value(num := 2)", "[uuid '0b9f2f5e-58a4-4a3a-9d1c-0123456789ab']", `'{"b": 1, "a": [2]}'::JSON`,
	} {
		rows, err := s.Query(t.Context(), "SELECT "+expression+" AS v, CAST("+expression+" AS VARCHAR) AS text")
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		var out bytes.Buffer
		if err := format.Write(&out, "csv", report.Rows{Rows: rows}, format.Options{}); err != nil {
			t.Errorf("%s: %v", expression, err)
		}
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
		lines, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(lines) != 2 || lines[1][0] != lines[1][1] {
			t.Errorf("%s: %q (%v)", expression, lines, err)
		}
	}
}
