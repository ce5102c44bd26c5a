package format

import (
	"bytes"
	"errors"
	"flag"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// memoryRows is a result held in memory.
type memoryRows struct {
	columns []Column
	values  [][]any
	next    int
	err     error
}

func (r *memoryRows) Columns() []Column { return r.columns }
func (r *memoryRows) Next() bool        { r.next++; return r.next <= len(r.values) }
func (r *memoryRows) Values() []any     { return r.values[r.next-1] }
func (r *memoryRows) Err() error        { return r.err }

var _ Rows = (*memoryRows)(nil)

// Stand-ins with the shape of a driver's types.
type driverDecimal struct {
	Width, Scale uint8
	Value        *big.Int
}
type driverInterval struct {
	Days, Months int32
	Micros       int64
}
type driverUnion struct {
	Value any
	Tag   string
}
type driverMap struct{ keys, values []any }

func (m *driverMap) Keys() []any   { return m.keys }
func (m *driverMap) Values() []any { return m.values }

func uuidBytes() []byte {
	return []byte{0x12, 0x3e, 0x45, 0x67, 0xe8, 0x9b, 0x12, 0xd3, 0xa4, 0x56, 0x42, 0x66, 0x14, 0x17, 0x40, 0}
}

// everyType has one column of every type, a row of values, a row of awkward ones and a row of NULLs.
func everyType() *memoryRows {
	at := time.Date(2026, 11, 23, 17, 32, 0, 500_000_000, time.UTC)
	huge, _ := new(big.Int).SetString("12345678901234567890123", 10)
	columns := []struct {
		name, kind     string
		value, awkward any
	}{
		{"yes", "BOOLEAN", true, false},
		{"tiny", "TINYINT", int8(-8), int8(math.MinInt8)},
		{"big", "BIGINT", int64(42), int64(math.MaxInt64)},
		{"ubig", "UBIGINT", uint64(42), uint64(math.MaxUint64)},
		{"huge", "HUGEINT", big.NewInt(7), huge},
		{"real", "FLOAT", float32(0.1), float32(math.Inf(-1))},
		{"double", "DOUBLE", 14.015799967152496, math.NaN()},
		{"price", "DECIMAL(10,3)", driverDecimal{10, 3, big.NewInt(12500)}, driverDecimal{10, 3, big.NewInt(-5)}},
		{"text", "VARCHAR", "plain", "a,\"b\"|c\r\n\x1b[31m<显存> \\"},
		{"blob", "BLOB", []byte("ab\x00\xff"), []byte{}},
		{"day", "DATE", time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"clock", "TIME", time.Date(1, 1, 1, 17, 32, 0, 250_000_000, time.UTC), time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"local", "TIMESTAMP", at, at.Add(-500 * time.Millisecond)},
		{"at", "TIMESTAMPTZ", at, at.In(time.FixedZone("", 8*3600))},
		{"nanos", "TIMESTAMP_NS", at.Add(7), at},
		{"span", "INTERVAL", driverInterval{3, 14, 14_705_500_000}, driverInterval{0, 0, -1}},
		{"id", "UUID", uuidBytes(), make([]byte, 16)},
		{"doc", "JSON", map[string]any{"b": []any{1.0, nil}, "a": "x"}, `"just text"`},
		{"list", "INTEGER[]", []any{int32(1), nil, int32(3)}, []any{}},
		{"pair", "DOUBLE[2]", []any{1.5, 2.0}, []any{nil, math.Inf(1)}},
		{"row", `STRUCT("b" INTEGER, "a c" VARCHAR)`, map[string]any{"b": int32(1), "a c": "it's"}, map[string]any{"b": nil, "a c": nil}},
		{"map", "MAP(VARCHAR, DOUBLE)", driverMap{[]any{"k", "a b"}, []any{1.5, nil}}, driverMap{}},
		{"either", `UNION("num" INTEGER, "str" VARCHAR)`, driverUnion{int32(5), "num"}, driverUnion{"x", "str"}},
		{"mood", "ENUM", "happy", "sad"},
	}
	r := &memoryRows{values: [][]any{nil, nil, nil}}
	for _, c := range columns {
		r.columns = append(r.columns, Column{c.name, c.kind})
		r.values[0] = append(r.values[0], c.value)
		r.values[1] = append(r.values[1], c.awkward)
		r.values[2] = append(r.values[2], nil)
	}
	return r
}

func write(t *testing.T, format string, rows Rows, opts Options) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, format, rows, opts); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (run with -update if it should)\n--- got\n%s\n--- want\n%s", path, got, want)
	}
}

func few() *memoryRows {
	return &memoryRows{
		columns: []Column{{"metric", "VARCHAR"}, {"n", "BIGINT"}, {"ms", "DOUBLE"}},
		values:  [][]any{{"ttft", int64(40), 65.48}, {"itl", int64(1189), nil}, {nil, nil, 8.5}},
	}
}

func TestGoldens(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"csv", "json", "jsonl", "markdown", "table"} {
		golden(t, "types."+format, write(t, format, everyType(), Options{}))
		golden(t, "few."+format, write(t, format, few(), Options{}))
		golden(t, "none."+format, write(t, format, &memoryRows{columns: few().columns}, Options{}))
	}
	golden(t, "types-100.table", write(t, "table", everyType(), Options{Width: 100}))
}

func TestUnknownFormat(t *testing.T) {
	t.Parallel()
	if err := Write(&bytes.Buffer{}, "yaml", few(), Options{}); err == nil {
		t.Error("yaml was taken")
	}
	for _, name := range Names() {
		if writers[name] == nil {
			t.Errorf("%s is listed and not registered", name)
		}
	}
	if len(Names()) != len(writers) {
		t.Errorf("%d names for %d formats", len(Names()), len(writers))
	}
}

func TestRowsError(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection lost")
	for _, format := range Names() {
		rows := few()
		rows.err = broken
		if err := Write(&bytes.Buffer{}, format, rows, Options{}); !errors.Is(err, broken) {
			t.Errorf("%s: err = %v, want %v", format, err, broken)
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWriteError(t *testing.T) {
	t.Parallel()
	for _, format := range Names() {
		rows := few()
		for range 20_000 {
			rows.values = append(rows.values, rows.values[0])
		}
		if err := Write(fullDisk{}, format, rows, Options{}); err == nil {
			t.Errorf("%s: a full disk was not noticed", format)
		}
	}
}
