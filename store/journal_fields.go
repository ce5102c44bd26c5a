package store

import (
	"reflect"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// sampleColumns are the journal's columns of a row type, by its tags.
func sampleColumns[R sampleRow]() []journalColumn[R] {
	var columns []journalColumn[R]
	for field := range reflect.TypeFor[R]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("parquet"), ",")
		if name != "run_id" {
			columns = append(columns, fieldColumn[R](name, field.Type, field.Index))
		}
	}
	return columns
}

// fieldColumn moves the field at index: a number, text or truth value, a pointer to one, which is NULL when nil, or a map.
func fieldColumn[R any](name string, t reflect.Type, index []int) journalColumn[R] {
	optional := t.Kind() == reflect.Pointer
	plain := t
	if optional {
		plain = t.Elem()
	}
	datatype := fieldTypes[plain.Kind()]
	return journalColumn[R]{
		name: name, datatype: datatype, nullable: optional || plain.Kind() == reflect.Map,
		put: func(b array.Builder, r *R) {
			v := reflect.ValueOf(r).Elem().FieldByIndex(index)
			if (optional || v.Kind() == reflect.Map) && v.IsNil() {
				b.AppendNull()
				return
			}
			putField(b, reflect.Indirect(v))
		},
		get: func(a arrow.Array, row int, r *R) {
			if a.IsNull(row) {
				return
			}
			v := reflect.ValueOf(r).Elem().FieldByIndex(index)
			if optional {
				v.Set(reflect.New(plain))
				v = v.Elem()
			}
			getField(a, row, v)
		},
	}
}

var fieldTypes = map[reflect.Kind]arrow.DataType{
	reflect.Int64:   arrow.PrimitiveTypes.Int64,
	reflect.Float64: arrow.PrimitiveTypes.Float64,
	reflect.String:  arrow.BinaryTypes.String,
	reflect.Bool:    arrow.FixedWidthTypes.Boolean,
	reflect.Map:     arrow.MapOf(arrow.BinaryTypes.String, arrow.BinaryTypes.String),
}

func putField(b array.Builder, v reflect.Value) {
	switch b := b.(type) {
	case *array.Int64Builder:
		b.Append(v.Int())
	case *array.Float64Builder:
		b.Append(v.Float())
	case *array.StringBuilder:
		b.Append(v.String())
	case *array.BooleanBuilder:
		b.Append(v.Bool())
	case *array.MapBuilder:
		b.Append(true)
		for key, value := range v.Interface().(map[string]string) {
			b.KeyBuilder().(*array.StringBuilder).Append(key)
			b.ItemBuilder().(*array.StringBuilder).Append(value)
		}
	}
}

// getField copies out of the batch, whose memory is used again.
func getField(a arrow.Array, row int, v reflect.Value) {
	switch a := a.(type) {
	case *array.Int64:
		v.SetInt(a.Value(row))
	case *array.Float64:
		v.SetFloat(a.Value(row))
	case *array.String:
		v.SetString(strings.Clone(a.Value(row)))
	case *array.Boolean:
		v.SetBool(a.Value(row))
	case *array.Map:
		from, to := a.ValueOffsets(row)
		keys, items := a.Keys().(*array.String), a.Items().(*array.String)
		labels := make(map[string]string, to-from)
		for i := int(from); i < int(to); i++ {
			labels[strings.Clone(keys.Value(i))] = strings.Clone(items.Value(i))
		}
		v.Set(reflect.ValueOf(labels))
	}
}
