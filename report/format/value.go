package format

import (
	"fmt"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Drivers and the layers above them have types of their own for some DuckDB types. They are read by shape, so that
// neither is imported here and both will do.

// asTime gives the time of a time.Time or of a struct that wraps one, such as a date.
func asTime(v any) (time.Time, bool) {
	if t, ok := v.(time.Time); ok {
		return t, true
	}
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Struct || r.NumField() == 0 || !r.Type().Field(0).Anonymous {
		return time.Time{}, false
	}
	t, ok := r.Field(0).Interface().(time.Time)
	return t, ok
}

// interval is a DuckDB INTERVAL: three parts that do not convert into each other.
type interval struct {
	months, days int32
	micros       int64
}

// asInterval reads a struct with fields Months, Days and Micros.
func asInterval(v any) (interval, bool) {
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Struct {
		return interval{}, false
	}
	months, days, micros := r.FieldByName("Months"), r.FieldByName("Days"), r.FieldByName("Micros")
	if !months.IsValid() || !days.IsValid() || !micros.IsValid() || !months.CanInt() || !days.CanInt() || !micros.CanInt() {
		return interval{}, false
	}
	return interval{int32(months.Int()), int32(days.Int()), micros.Int()}, true
}

// append writes the interval as DuckDB does: 1 year 2 months 3 days 04:05:06.7.
func (i interval) append(b []byte) []byte {
	start := len(b)
	part := func(n int64, unit string) {
		if n == 0 {
			return
		}
		if len(b) > start {
			b = append(b, ' ')
		}
		b = fmt.Appendf(b, "%d %s", n, unit)
		if n != 1 && n != -1 {
			b = append(b, 's')
		}
	}
	part(int64(i.months/12), "year")
	part(int64(i.months%12), "month")
	part(int64(i.days), "day")
	if i.micros == 0 && len(b) > start {
		return b
	}
	if len(b) > start {
		b = append(b, ' ')
	}
	micros := uint64(i.micros)
	if i.micros < 0 {
		b = append(b, '-')
		micros = -micros
	}
	seconds := micros / 1e6
	b = fmt.Appendf(b, "%02d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	if rest := micros % 1e6; rest != 0 {
		b = append(b, strings.TrimRight(fmt.Sprintf(".%06d", rest), "0")...)
	}
	return b
}

// asDecimal reads a struct with fields Scale and Value, whose number is Value / 10^Scale, or the text of a DECIMAL.
func asDecimal(v any, t Type) (value *big.Int, scale int, ok bool) {
	r := reflect.ValueOf(v)
	if r.Kind() == reflect.String && t.Kind == Decimal {
		whole, fraction, _ := strings.Cut(r.String(), ".")
		value, ok = new(big.Int).SetString(whole+fraction, 10)
		return value, len(fraction), ok
	}
	if r.Kind() != reflect.Struct {
		return nil, 0, false
	}
	s, n := r.FieldByName("Scale"), r.FieldByName("Value")
	if !s.IsValid() || !n.IsValid() || !n.CanInterface() {
		return nil, 0, false
	}
	value, ok = n.Interface().(*big.Int)
	switch {
	case !ok || value == nil:
		return nil, 0, false
	case s.CanUint():
		return value, int(s.Uint()), true
	case s.CanInt():
		return value, int(s.Int()), true
	}
	return nil, 0, false
}

// appendDecimal writes value / 10^scale with all digits of the scale, as DuckDB does.
func appendDecimal(b []byte, value *big.Int, scale int) []byte {
	digits := new(big.Int).Abs(value).String()
	if value.Sign() < 0 {
		b = append(b, '-')
	}
	if scale <= 0 {
		return append(b, digits...)
	}
	if len(digits) <= scale {
		digits = strings.Repeat("0", scale-len(digits)+1) + digits
	}
	b = append(b, digits[:len(digits)-scale]...)
	b = append(b, '.')
	return append(b, digits[len(digits)-scale:]...)
}

// orderedMap is what a driver's MAP with ordered keys can do.
type orderedMap interface {
	Keys() []any
	Values() []any
}

// asMap gives the entries of a MAP: a slice of pairs, something with ordered keys, or a Go map, which has no order
// and is sorted by the text of its keys.
func asMap(v any) (keys, values []any, ok bool) {
	if m, ok := v.(orderedMap); ok {
		return m.Keys(), m.Values(), true
	}
	r := reflect.ValueOf(v)
	if !r.IsValid() {
		return nil, nil, false
	}
	if pairsOf(r, "Key") {
		keys, values = unpair(r, "Key")
		return keys, values, true
	}
	// The methods may have a pointer receiver, while the value comes as it is.
	p := reflect.New(r.Type())
	p.Elem().Set(r)
	if m, ok := p.Interface().(orderedMap); ok {
		return m.Keys(), m.Values(), true
	}
	if r.Kind() != reflect.Map {
		return nil, nil, false
	}
	entries := r.MapKeys()
	slices.SortFunc(entries, func(a, b reflect.Value) int {
		return strings.Compare(fmt.Sprint(a.Interface()), fmt.Sprint(b.Interface()))
	})
	for _, k := range entries {
		keys = append(keys, k.Interface())
		values = append(values, r.MapIndex(k).Interface())
	}
	return keys, values, true
}

// asUnion reads a struct with fields Tag and Value and gives the value.
func asUnion(v any) (value any, ok bool) {
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Struct {
		return nil, false
	}
	tag, inner := r.FieldByName("Tag"), r.FieldByName("Value")
	if !tag.IsValid() || !inner.IsValid() || tag.Kind() != reflect.String || !inner.CanInterface() {
		return nil, false
	}
	return inner.Interface(), true
}

// asList gives the elements of a LIST or ARRAY, whatever slice it comes as.
func asList(v any) ([]any, bool) {
	switch list := v.(type) {
	case []any:
		return list, true
	case []byte, string:
		return nil, false
	}
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Slice && r.Kind() != reflect.Array {
		return nil, false
	}
	list := make([]any, r.Len())
	for i := range list {
		list[i] = r.Index(i).Interface()
	}
	return list, true
}

// asUUID gives the usual spelling of 16 bytes, or the text a driver gives itself.
func asUUID(v any) (string, bool) {
	if s, ok := v.(string); ok {
		return s, true
	}
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Slice && r.Kind() != reflect.Array || r.Len() != 16 || r.Type().Elem().Kind() != reflect.Uint8 {
		return "", false
	}
	b := make([]byte, 16)
	reflect.Copy(reflect.ValueOf(b), r)
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), true
}

// pairsOf reports whether r is a slice of structs with the field given and a field Value.
func pairsOf(r reflect.Value, first string) bool {
	if r.Kind() != reflect.Slice || r.Type().Elem().Kind() != reflect.Struct {
		return false
	}
	_, ok := r.Type().Elem().FieldByName(first)
	_, hasValue := r.Type().Elem().FieldByName("Value")
	return ok && hasValue
}

func unpair(r reflect.Value, first string) (firsts, values []any) {
	for i := range r.Len() {
		firsts = append(firsts, r.Index(i).FieldByName(first).Interface())
		values = append(values, r.Index(i).FieldByName("Value").Interface())
	}
	return firsts, values
}

// member is one field of a STRUCT's value.
type member struct {
	name  string
	value any
	typ   Type
}

// asStruct gives the fields of a STRUCT in the order of its type; without a type, in the order they come in, or by
// name when they come in a Go map.
func asStruct(v any, t Type) ([]member, bool) {
	values, ok := v.(map[string]any)
	var names []string
	if r := reflect.ValueOf(v); !ok && r.IsValid() && pairsOf(r, "Name") {
		ok, values = true, map[string]any{}
		firsts, seconds := unpair(r, "Name")
		for i, name := range firsts {
			names = append(names, fmt.Sprint(name))
			values[names[i]] = seconds[i]
		}
	}
	if !ok || t.Kind == Map {
		return nil, false
	}
	if names == nil {
		names = slices.Sorted(maps.Keys(values))
	}
	members := make([]member, 0, len(names))
	for _, name := range names {
		members = append(members, member{name: name, value: values[name]})
	}
	if t.Kind == Struct {
		members = members[:0]
		for _, f := range t.Fields {
			members = append(members, member{f.Name, values[f.Name], f.Type})
		}
	}
	return members, true
}

func elemType(t Type) Type {
	if t.Elem != nil {
		return *t.Elem
	}
	return Type{}
}

func entryTypes(t Type) (key, value Type) {
	if t.Kind == Map && t.Key != nil && t.Value != nil {
		return *t.Key, *t.Value
	}
	return Type{}, Type{}
}
