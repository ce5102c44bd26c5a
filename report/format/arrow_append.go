package format

import (
	"fmt"
	"math/big"
	"reflect"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

// appendArrow appends a value of the DuckDB type t to the builder of its Arrow type.
func appendArrow(b array.Builder, v any, t Type) error {
	if v == nil {
		b.AppendNull()
		return nil
	}
	ok := true
	switch b := b.(type) {
	case *array.BooleanBuilder:
		ok = appendAs(b.Append, v)
	case *array.Int8Builder:
		ok = appendWhole(b.Append, v)
	case *array.Int16Builder:
		ok = appendWhole(b.Append, v)
	case *array.Int32Builder:
		ok = appendWhole(b.Append, v)
	case *array.Int64Builder:
		ok = appendWhole(b.Append, v)
	case *array.Uint8Builder:
		ok = appendWhole(b.Append, v)
	case *array.Uint16Builder:
		ok = appendWhole(b.Append, v)
	case *array.Uint32Builder:
		ok = appendWhole(b.Append, v)
	case *array.Uint64Builder:
		ok = appendWhole(b.Append, v)
	case *array.Float32Builder:
		ok = appendAs(b.Append, v)
	case *array.Float64Builder:
		ok = appendAs(b.Append, v)
	case *array.BinaryBuilder:
		ok = appendAs(b.Append, v)
	case *array.StringBuilder:
		b.Append(string(appendText(nil, v, t)))
	case *array.Decimal128Builder:
		return appendArrowDecimal(b, v, t)
	default:
		return appendArrowOther(b, v, t)
	}
	if !ok {
		return unfit(v, t)
	}
	return nil
}

func appendAs[T any](add func(T), v any) bool {
	x, ok := v.(T)
	if ok {
		add(x)
	}
	return ok
}

type whole interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64
}

// appendWhole appends an integer of whatever Go type, if the column's type can hold it.
func appendWhole[T whole](add func(T), v any) bool {
	switch x := v.(type) {
	case T:
		add(x)
		return true
	case int64:
		return appendFitting(add, x)
	case uint64:
		return appendFitting(add, x)
	}
	r := reflect.ValueOf(v)
	switch {
	case r.CanInt():
		return appendFitting(add, r.Int())
	case r.CanUint():
		return appendFitting(add, r.Uint())
	}
	return false
}

func appendFitting[T whole, V int64 | uint64](add func(T), v V) bool {
	x := T(v)
	if V(x) != v || (x < 0) != (v < 0) {
		return false
	}
	add(x)
	return true
}

func unfit(v any, t Type) error {
	return fmt.Errorf("a %T does not fit %s; cast the column to VARCHAR", v, arrowType(t))
}

func appendArrowOther(b array.Builder, v any, t Type) error {
	switch b := b.(type) {
	case *array.Date32Builder:
		return appendArrowTime(v, t, func(v time.Time) { b.Append(arrow.Date32FromTime(v)) })
	case *array.Time64Builder:
		return appendArrowTime(v, t, func(v time.Time) { b.Append(arrow.Time64(sinceMidnight(v))) })
	case *array.TimestampBuilder:
		return appendArrowTime(v, t, func(v time.Time) { b.Append(ticks(v, t.Kind)) })
	case *array.MonthDayNanoIntervalBuilder:
		i, ok := asInterval(v)
		if !ok || i.micros > maxIntervalMicros || i.micros < -maxIntervalMicros {
			return unfit(v, t)
		}
		b.Append(arrow.MonthDayNanoInterval{Months: i.months, Days: i.days, Nanoseconds: i.micros * 1000})
		return nil
	case *array.MapBuilder: // before lists: a map is a list of its entries
		return appendArrowMap(b, v, t)
	case *array.ListBuilder:
		return appendArrowList(b, b.ValueBuilder(), v, t)
	case *array.FixedSizeListBuilder:
		return appendArrowList(b, b.ValueBuilder(), v, t)
	case *array.StructBuilder:
		return appendArrowStruct(b, v, t)
	}
	return unfit(v, t)
}

// maxIntervalMicros is where microseconds, counted as nanoseconds, leave 64 bits: 292 years.
const maxIntervalMicros = (1<<63 - 1) / 1000

func appendArrowTime(v any, t Type, add func(time.Time)) error {
	x, ok := asTime(v)
	if !ok {
		return unfit(v, t)
	}
	add(x)
	return nil
}

func sinceMidnight(v time.Time) int64 {
	hour, minute, second := v.Clock()
	return int64(hour*3600+minute*60+second)*1e6 + int64(v.Nanosecond()/1000)
}

func ticks(v time.Time, k Kind) arrow.Timestamp {
	switch k {
	case TimestampS:
		return arrow.Timestamp(v.Unix())
	case TimestampMS:
		return arrow.Timestamp(v.UnixMilli())
	case TimestampNS:
		return arrow.Timestamp(v.UnixNano())
	}
	return arrow.Timestamp(v.UnixMicro())
}

// maxDecimal is 10^38: the first number with more digits than decimal128 may hold.
var maxDecimal = new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil)

func appendArrowDecimal(b *array.Decimal128Builder, v any, t Type) error {
	n, isInteger := v.(*big.Int)
	if !isInteger {
		value, scale, ok := asDecimal(v, t)
		if !ok || scale != t.Scale {
			return unfit(v, t)
		}
		n = value
	}
	if n.CmpAbs(maxDecimal) >= 0 {
		return fmt.Errorf("%s has more than 38 digits; cast the column to VARCHAR or DOUBLE", n)
	}
	b.Append(decimal128.FromBigInt(n))
	return nil
}

// listBuilder is what LIST and ARRAY builders share.
type listBuilder interface{ Append(bool) }

func appendArrowList(b listBuilder, values array.Builder, v any, t Type) error {
	list, ok := asList(v)
	if !ok || t.Kind == Array && len(list) != t.Size {
		return unfit(v, t)
	}
	b.Append(true)
	for _, e := range list {
		if err := appendArrow(values, e, *t.Elem); err != nil {
			return err
		}
	}
	return nil
}

func appendArrowMap(b *array.MapBuilder, v any, t Type) error {
	keys, values, ok := asMap(v)
	if !ok {
		return unfit(v, t)
	}
	b.Append(true)
	for i := range keys {
		if err := appendArrow(b.KeyBuilder(), keys[i], *t.Key); err != nil {
			return err
		}
		if err := appendArrow(b.ItemBuilder(), values[i], *t.Value); err != nil {
			return err
		}
	}
	return nil
}

func appendArrowStruct(b *array.StructBuilder, v any, t Type) error {
	members, ok := asStruct(v, t)
	if !ok {
		return unfit(v, t)
	}
	b.Append(true)
	for i, m := range members {
		if err := appendArrow(b.FieldBuilder(i), m.value, m.typ); err != nil {
			return err
		}
	}
	return nil
}
