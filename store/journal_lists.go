package store

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// listColumn is a column of lists: NULL for a nil slice, [] for an empty one. part may give the batch's own memory.
func listColumn[R, T any](
	name string, element arrow.DataType, at func(*R) *[]T,
	putAll func(array.Builder, []T), part func(a arrow.Array, from, to int64) []T,
) journalColumn[R] {
	return journalColumn[R]{
		name: name, datatype: arrow.ListOfNonNullable(element), nullable: true,
		length: func(r *R) int { return len(*at(r)) },
		put: func(b array.Builder, r *R) {
			list := b.(*array.ListBuilder)
			values := *at(r)
			list.Append(values != nil)
			if len(values) > 0 {
				putAll(list.ValueBuilder(), values)
			}
		},
		get: func(a arrow.Array, row int, r *R) {
			list := a.(*array.List)
			switch from, to := list.ValueOffsets(row); {
			case list.IsNull(row):
				*at(r) = nil
			case from == to:
				*at(r) = []T{}
			default:
				*at(r) = part(list.ListValues(), from, to)
			}
		},
	}
}

func timesColumn[R any](name string, at func(*R) *[]int64) journalColumn[R] {
	return listColumn(name, arrow.PrimitiveTypes.Int64, at,
		func(b array.Builder, v []int64) { b.(*array.Int64Builder).AppendValues(v, nil) },
		func(a arrow.Array, from, to int64) []int64 { return a.(*array.Int64).Int64Values()[from:to:to] })
}

func countsColumn[R any](name string, at func(*R) *[]int32) journalColumn[R] {
	return listColumn(name, arrow.PrimitiveTypes.Int32, at,
		func(b array.Builder, v []int32) { b.(*array.Int32Builder).AppendValues(v, nil) },
		func(a arrow.Array, from, to int64) []int32 { return a.(*array.Int32).Int32Values()[from:to:to] })
}

// kindsColumn copies the kinds on their way, because Arrow's bytes are no Kinds; they are few, but for a stream of
// reasoning.
func kindsColumn[R any](name string, at func(*R) *[]Kind) journalColumn[R] {
	return listColumn(name, arrow.PrimitiveTypes.Uint8, at,
		func(b array.Builder, kinds []Kind) {
			for _, k := range kinds {
				b.(*array.Uint8Builder).Append(uint8(k))
			}
		},
		func(a arrow.Array, from, to int64) []Kind {
			numbers := a.(*array.Uint8).Uint8Values()[from:to]
			kinds := make([]Kind, len(numbers))
			for i, k := range numbers {
				kinds[i] = Kind(k)
			}
			return kinds
		})
}
