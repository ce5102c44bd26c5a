package format

import (
	"bufio"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// batchRows is how many rows a record batch holds: large enough that its header does not matter, small enough to
// stream.
const batchRows = 8192

// batchBytes ends a batch of long texts or lists earlier: it bounds the memory, and Arrow's strings end at 2 GiB.
const batchBytes = 32 << 20

// weight is roughly what a value takes in a batch.
func weight(v any) int {
	switch x := v.(type) {
	case nil, bool, int64, float64:
		return 8
	case string:
		return len(x)
	case []byte:
		return len(x)
	}
	total := 8
	if members, ok := asStruct(v, Type{}); ok {
		for _, m := range members {
			total += weight(m.value)
		}
	} else if _, values, ok := asMap(v); ok {
		for _, e := range values {
			total += 16 + weight(e)
		}
	} else if list, ok := asList(v); ok {
		for _, e := range list {
			total += weight(e)
		}
	}
	return total
}

// writeArrow writes an Arrow IPC stream of record batches. HUGEINT becomes decimal128(38, 0), as DuckDB itself
// exports it, and a value beyond 38 digits is an error; types Arrow has no match for become strings. A name that
// comes twice stays: Arrow allows it.
func writeArrow(w *bufio.Writer, rows result, _ Options) (err error) {
	columns := rows.columns
	fields := make([]arrow.Field, len(columns))
	for i, c := range columns {
		fields[i] = arrow.Field{Name: c.Name, Type: arrowType(rows.types[i]), Nullable: true}
	}
	schema := arrow.NewSchema(fields, nil)
	out := ipc.NewWriter(w, ipc.WithSchema(schema))
	defer func() {
		if closeErr := out.Close(); err == nil && closeErr != nil {
			err = fmt.Errorf("write arrow: %w", closeErr)
		}
	}()
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	n, bytes := 0, 0
	for rows.Next() {
		for i, v := range rows.Values() {
			if err := appendArrow(b.Field(i), v, rows.types[i]); err != nil {
				return fmt.Errorf("write arrow: column %q: %w", columns[i].Name, err)
			}
			bytes += weight(v)
		}
		if n++; n == batchRows || bytes > batchBytes {
			if err := flushBatch(out, b); err != nil {
				return err
			}
			n, bytes = 0, 0
		}
	}
	if n > 0 {
		if err := flushBatch(out, b); err != nil {
			return err
		}
	}
	return rows.Err()
}

func flushBatch(out *ipc.Writer, b *array.RecordBuilder) error {
	batch := b.NewRecordBatch()
	defer batch.Release()
	if err := out.Write(batch); err != nil {
		return fmt.Errorf("write arrow: %w", err)
	}
	return nil
}

var arrowTypes = map[Kind]arrow.DataType{
	Null: arrow.Null, Boolean: arrow.FixedWidthTypes.Boolean,
	Int8: arrow.PrimitiveTypes.Int8, Int16: arrow.PrimitiveTypes.Int16,
	Int32: arrow.PrimitiveTypes.Int32, Int64: arrow.PrimitiveTypes.Int64,
	Uint8: arrow.PrimitiveTypes.Uint8, Uint16: arrow.PrimitiveTypes.Uint16,
	Uint32: arrow.PrimitiveTypes.Uint32, Uint64: arrow.PrimitiveTypes.Uint64,
	HugeInt: &arrow.Decimal128Type{Precision: 38}, Float32: arrow.PrimitiveTypes.Float32,
	Float64: arrow.PrimitiveTypes.Float64, Blob: arrow.BinaryTypes.Binary,
	Date: arrow.FixedWidthTypes.Date32, Time: arrow.FixedWidthTypes.Time64us,
	Timestamp: &arrow.TimestampType{Unit: arrow.Microsecond}, TimestampS: &arrow.TimestampType{Unit: arrow.Second},
	TimestampMS: &arrow.TimestampType{Unit: arrow.Millisecond}, TimestampNS: &arrow.TimestampType{Unit: arrow.Nanosecond},
	TimestampTZ:  &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"},
	IntervalKind: arrow.FixedWidthTypes.MonthDayNanoInterval,
}

func arrowType(t Type) arrow.DataType {
	switch t.Kind {
	case Decimal:
		return &arrow.Decimal128Type{Precision: int32(t.Precision), Scale: int32(t.Scale)}
	case List:
		return arrow.ListOf(arrowType(*t.Elem))
	case Array:
		return arrow.FixedSizeListOf(int32(t.Size), arrowType(*t.Elem))
	case Map:
		return arrow.MapOf(arrowType(*t.Key), arrowType(*t.Value))
	case Struct:
		fields := make([]arrow.Field, len(t.Fields))
		for i, f := range t.Fields {
			fields[i] = arrow.Field{Name: f.Name, Type: arrowType(f.Type), Nullable: true}
		}
		return arrow.StructOf(fields...)
	}
	if a, ok := arrowTypes[t.Kind]; ok {
		return a
	}
	return arrow.BinaryTypes.String
}
