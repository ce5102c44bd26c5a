package format

import (
	"bytes"
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestJSONReadsBack(t *testing.T) {
	t.Parallel()
	var array []map[string]any
	if err := json.Unmarshal(write(t, "json", everyType(), Options{}), &array); err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(write(t, "jsonl", everyType(), Options{})), []byte("\n"))
	if len(array) != 3 || len(lines) != 3 {
		t.Fatalf("%d objects and %d lines, want 3", len(array), len(lines))
	}
	for i, line := range lines {
		var object map[string]any
		if err := json.Unmarshal(line, &object); err != nil {
			t.Fatal(err)
		}
		if len(object) != len(everyType().columns) || len(array[i]) != len(object) {
			t.Errorf("row %d has %d and %d keys", i, len(object), len(array[i]))
		}
	}
	for key, v := range array[2] {
		if v != nil {
			t.Errorf("%s: NULL became %v", key, v)
		}
	}
	var none []any
	if err := json.Unmarshal(write(t, "json", &memoryRows{columns: few().columns}, Options{}), &none); err != nil || none == nil {
		t.Errorf("no rows: %v, %v, want an empty array", none, err)
	}
}

func TestJSONValues(t *testing.T) {
	t.Parallel()
	huge, _ := new(big.Int).SetString("170141183460469231731687303715884105727", 10)
	check := func(v any, typ, want string) {
		t.Helper()
		if got := string(appendJSON(nil, v, ParseType(typ))); got != want {
			t.Errorf("%v as %s: %s, want %s", v, typ, got, want)
		}
	}
	check(int64(math.MaxInt64), "BIGINT", "9223372036854775807")
	check(huge, "HUGEINT", "170141183460469231731687303715884105727")
	check(math.Inf(1), "DOUBLE", `"inf"`)
	check(math.Inf(-1), "DOUBLE", `"-inf"`)
	check(math.NaN(), "DOUBLE", `"nan"`)
	check(float32(0.1), "FLOAT", "0.1")
	check(2.0, "DOUBLE", "2")
	check(1e300, "DOUBLE", "1e+300")
	check(driverDecimal{18, 3, big.NewInt(-1005)}, "DECIMAL(18,3)", "-1.005")
	check(driverMap{[]any{int32(1)}, []any{"x"}}, "MAP(INTEGER, VARCHAR)", `{"1":"x"}`)
	check(map[string]any{"z": 1.0, "a": nil}, "JSON", `{"a":null,"z":1}`)
	check("q\"\\\n\t\x01</script>\u2028显", "VARCHAR", `"q\"\\\n\t\u0001</script>\u2028显"`)
	check("bad\xffutf", "VARCHAR", `"bad\ufffdutf"`)
}

func TestJSONDuplicateNames(t *testing.T) {
	t.Parallel()
	rows := &memoryRows{
		columns: []Column{{"a", "INTEGER"}, {"a", "INTEGER"}, {"a_1", "INTEGER"}},
		values:  [][]any{{int32(1), int32(2), int32(3)}},
	}
	if got := strings.TrimSpace(string(write(t, "jsonl", rows, Options{}))); got != `{"a":1,"a_1":2,"a_1_1":3}` {
		t.Errorf("got %s", got)
	}
}

func FuzzJSONString(f *testing.F) {
	for _, s := range []string{"", "plain", "q\"\\", "\x00\x1f\x7f", "显存", "bad\xff", "\u2028\u2029", "\xed\xa0\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var back string
		quoted := appendJSONString(nil, s)
		if err := json.Unmarshal(quoted, &back); err != nil {
			t.Fatalf("%q became %s: %v", s, quoted, err)
		}
		if utf8.ValidString(s) && back != s {
			t.Errorf("%q read back as %q", s, back)
		}
	})
}
