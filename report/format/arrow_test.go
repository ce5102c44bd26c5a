package format

import (
	"bytes"
	"math/big"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

func readArrow(t *testing.T, data []byte) (*arrow.Schema, []arrow.RecordBatch) {
	t.Helper()
	r, err := ipc.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Release)
	var batches []arrow.RecordBatch
	for r.Next() {
		b := r.RecordBatch()
		b.Retain()
		batches = append(batches, b)
	}
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
	return r.Schema(), batches
}

func TestArrowTypes(t *testing.T) {
	t.Parallel()
	schema, batches := readArrow(t, write(t, "arrow", everyType(), Options{}))
	var out strings.Builder
	out.WriteString(schema.String() + "\n")
	if len(batches) != 1 || batches[0].NumRows() != 3 {
		t.Fatalf("%d batches, want one of 3 rows", len(batches))
	}
	for i, c := range batches[0].Columns() {
		out.WriteString(schema.Field(i).Name + ": " + c.String() + "\n")
		if !c.IsNull(2) {
			t.Errorf("%s: NULL is not null", schema.Field(i).Name)
		}
	}
	golden(t, "types.arrow.txt", []byte(out.String()))
}

func TestArrowStreamsBatches(t *testing.T) {
	t.Parallel()
	rows := &memoryRows{columns: []Column{{"i", "BIGINT"}, {"s", "VARCHAR"}}}
	for i := range 2*batchRows + 1 {
		rows.values = append(rows.values, []any{int64(i), "x"})
	}
	_, batches := readArrow(t, write(t, "arrow", rows, Options{}))
	if len(batches) != 3 {
		t.Fatalf("%d batches, want 3", len(batches))
	}
	n := int64(0)
	for _, b := range batches {
		for _, v := range b.Column(0).(*array.Int64).Int64Values() {
			if v != n {
				t.Fatalf("row %d holds %d", n, v)
			}
			n++
		}
	}
	if n != 2*batchRows+1 {
		t.Errorf("%d rows", n)
	}
}

func TestArrowEndsLargeBatchesEarly(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", batchBytes/4+1)
	for kind, v := range map[string]any{
		"VARCHAR":               long,
		"VARCHAR[]":             layerList{long},
		"STRUCT(a VARCHAR)":     layerStruct{{"a", long}},
		"MAP(INTEGER, VARCHAR)": layerMap{{int64(1), long}},
	} {
		rows := &memoryRows{columns: []Column{{"s", kind}}}
		for range 9 {
			rows.values = append(rows.values, []any{v})
		}
		if _, batches := readArrow(t, write(t, "arrow", rows, Options{})); len(batches) != 3 {
			t.Errorf("%s: %d batches, want 3 of 4, 4 and 1 rows", kind, len(batches))
		}
	}
}

func TestArrowNoRows(t *testing.T) {
	t.Parallel()
	schema, batches := readArrow(t, write(t, "arrow", &memoryRows{columns: few().columns}, Options{}))
	if schema.NumFields() != 3 || len(batches) != 0 {
		t.Errorf("%d fields and %d batches, want 3 and 0", schema.NumFields(), len(batches))
	}
}

func TestArrowRefuses(t *testing.T) {
	t.Parallel()
	tooBig := new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil)
	check := func(name, kind string, v any) {
		t.Helper()
		rows := &memoryRows{columns: []Column{{"c", kind}}, values: [][]any{{v}}}
		err := Write(&bytes.Buffer{}, "arrow", rows, Options{})
		if err == nil || !strings.Contains(err.Error(), `column "c"`) || !strings.Contains(err.Error(), "cast") {
			t.Errorf("%s: err = %v, want one that names the column and the way out", name, err)
		}
	}
	check("39 digits", "HUGEINT", tooBig)
	check("text in a number", "BIGINT", "x")
	check("too wide", "INTEGER", int64(1<<31))
	check("negative", "UBIGINT", int64(-1))
	check("too high", "BIGINT", uint64(1<<63))
	check("wrong length", "INTEGER[2]", []any{int32(1)})
	check("no list", "INTEGER[]", int32(1))
	check("no map", "MAP(VARCHAR, INTEGER)", 5)
	check("no struct", "STRUCT(a INTEGER)", []any{})
	check("no time", "DATE", "2026-11-23")
	check("endless interval", "INTERVAL", driverInterval{Micros: 1 << 62})
	check("inside a list", "BIGINT[]", []any{"x"})
}
