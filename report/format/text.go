package format

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// appendText writes a value as DuckDB casts it to VARCHAR: what the stock shell shows, and what reads back.
// NULL is the caller's business at the top, and NULL inside a nested value.
func appendText(b []byte, v any, t Type) []byte {
	switch x := v.(type) {
	case nil:
		return append(b, "NULL"...)
	case string:
		return append(b, x...)
	case bool:
		return strconv.AppendBool(b, x)
	case float64:
		return appendFloat(b, x, 64)
	case float32:
		return appendFloat(b, float64(x), 32)
	case *big.Int:
		return x.Append(b, 10)
	case time.Time:
		return appendTime(b, x, t)
	case []byte:
		return appendBytes(b, x, t)
	}
	if out, ok := appendInteger(b, v); ok {
		return out
	}
	return appendNested(b, v, t)
}

func appendInteger(b []byte, v any) ([]byte, bool) {
	switch x := v.(type) {
	case int64:
		return strconv.AppendInt(b, x, 10), true
	case int32:
		return strconv.AppendInt(b, int64(x), 10), true
	case int16:
		return strconv.AppendInt(b, int64(x), 10), true
	case int8:
		return strconv.AppendInt(b, int64(x), 10), true
	case int:
		return strconv.AppendInt(b, int64(x), 10), true
	case uint64:
		return strconv.AppendUint(b, x, 10), true
	case uint32:
		return strconv.AppendUint(b, uint64(x), 10), true
	case uint16:
		return strconv.AppendUint(b, uint64(x), 10), true
	case uint8:
		return strconv.AppendUint(b, uint64(x), 10), true
	case uint:
		return strconv.AppendUint(b, uint64(x), 10), true
	}
	return b, false
}

// appendFloat writes the shortest digits that read back the same; a whole number keeps its ".0", as in DuckDB.
func appendFloat(b []byte, v float64, bits int) []byte {
	switch {
	case math.IsNaN(v):
		return append(b, "nan"...)
	case math.IsInf(v, 1):
		return append(b, "inf"...)
	case math.IsInf(v, -1):
		return append(b, "-inf"...)
	}
	start := len(b)
	layout := byte('f')
	if a := math.Abs(v); a != 0 && (a < 1e-4 || a >= 1e16) {
		layout = 'e'
	}
	b = strconv.AppendFloat(b, v, layout, -1, bits)
	if layout == 'f' && !bytes.ContainsRune(b[start:], '.') {
		b = append(b, ".0"...)
	}
	return b
}

var timeLayouts = map[Kind]string{
	Date: "2006-01-02", Time: "15:04:05.999999", TimestampTZ: "2006-01-02 15:04:05.999999-07",
}

func appendTime(b []byte, v time.Time, t Type) []byte {
	if t.Kind == TimestampTZ {
		v = v.UTC()
	}
	layout, ok := timeLayouts[t.Kind]
	if !ok {
		layout = "2006-01-02 15:04:05.999999999"
	}
	return v.AppendFormat(b, layout)
}

// appendBytes writes a BLOB with \xAB for every byte that is not printable ASCII.
func appendBytes(b, v []byte, t Type) []byte {
	if t.Kind == UUID {
		if s, ok := asUUID(v); ok {
			return append(b, s...)
		}
	}
	for _, c := range v {
		if c < ' ' || c > '~' || c == '\\' || c == '\'' || c == '"' {
			b = fmt.Appendf(b, `\x%02X`, c)
			continue
		}
		b = append(b, c)
	}
	return b
}

func appendNested(b []byte, v any, t Type) []byte {
	if t.Kind == JSON {
		return appendJSON(b, v, t)
	}
	if t.Kind == UUID {
		if s, ok := asUUID(v); ok {
			return append(b, s...)
		}
	}
	if members, ok := asStruct(v, t); ok {
		return appendStruct(b, members)
	}
	if n, scale, ok := asDecimal(v, t); ok {
		return appendDecimal(b, n, scale)
	}
	if i, ok := asInterval(v); ok {
		return i.append(b)
	}
	if inner, ok := asUnion(v); ok {
		return appendText(b, inner, Type{})
	}
	if keys, values, ok := asMap(v); ok {
		return appendMap(b, keys, values, t)
	}
	if list, ok := asList(v); ok {
		return appendList(b, list, elemType(t))
	}
	if at, ok := asTime(v); ok && t.Kind >= Date && t.Kind <= TimestampTZ {
		return appendTime(b, at, t)
	}
	return fmt.Append(b, v) // a type's own String, if it has one
}

func appendList(b []byte, list []any, elem Type) []byte {
	b = append(b, '[')
	for i, e := range list {
		b = separate(b, i)
		b = appendElement(b, e, elem)
	}
	return append(b, ']')
}

func separate(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ", "...)
	}
	return b
}

func appendStruct(b []byte, members []member) []byte {
	b = append(b, '{')
	for i, m := range members {
		b = separate(b, i)
		b = append(quote(b, m.name), ": "...)
		b = appendElement(b, m.value, m.typ)
	}
	return append(b, '}')
}

func appendMap(b []byte, keys, values []any, t Type) []byte {
	kt, vt := entryTypes(t)
	b = append(b, '{')
	for i := range keys {
		b = separate(b, i)
		b = append(appendElement(b, keys[i], kt), '=')
		b = appendElement(b, values[i], vt)
	}
	return append(b, '}')
}

// appendElement writes a value inside a nested one: text that could be taken for syntax is quoted.
func appendElement(b []byte, v any, t Type) []byte {
	s, ok := v.(string)
	if !ok || t.Kind == JSON {
		return appendText(b, v, t)
	}
	if s == "" || strings.EqualFold(s, "null") || strings.ContainsAny(s, "[]{}(),:='\"") || strings.TrimSpace(s) != s {
		return quote(b, s)
	}
	return append(b, s...)
}

func quote(b []byte, s string) []byte {
	b = append(b, '\'')
	b = append(b, strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s)...)
	return append(b, '\'')
}
