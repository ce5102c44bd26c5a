package format

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"time"
	"unicode/utf8"
)

// writeJSON writes one array of objects, one object a line.
func writeJSON(w *bufio.Writer, rows result, _ Options) error {
	separator := "[\n"
	err := eachObject(rows, func(object []byte) error {
		w.WriteString(separator)
		separator = ",\n"
		_, err := w.Write(object)
		return err
	})
	switch {
	case err != nil:
		return err
	case separator == "[\n":
		w.WriteString("[]\n")
	default:
		w.WriteString("\n]\n")
	}
	return nil
}

// writeJSONL writes one object a line, each a document of its own.
func writeJSONL(w *bufio.Writer, rows result, _ Options) error {
	return eachObject(rows, func(object []byte) error {
		w.Write(object)
		return w.WriteByte('\n')
	})
}

func eachObject(rows result, emit func([]byte) error) error {
	keys := objectKeys(rows.columns)
	var b []byte
	for rows.Next() {
		b = append(b[:0], '{')
		for i, v := range rows.Values() {
			b = append(b, keys[i]...)
			b = appendJSON(b, v, rows.types[i])
		}
		if err := emit(append(b, '}')); err != nil {
			return fmt.Errorf("write json: %w", err)
		}
	}
	return rows.Err()
}

// objectKeys gives `"name":` of each column, after the first with its comma. A name that comes twice gets a number,
// or a reader would see only the last column of that name.
func objectKeys(columns []Column) [][]byte {
	taken := map[string]bool{}
	keys := make([][]byte, len(columns))
	for i, c := range columns {
		name := c.Name
		for n := 1; taken[name]; n++ {
			name = c.Name + "_" + strconv.Itoa(n)
		}
		taken[name] = true
		if i > 0 {
			keys[i] = append(keys[i], ',')
		}
		keys[i] = append(appendJSONString(keys[i], name), ':')
	}
	return keys
}

// appendJSON writes a value as JSON. Numbers stay numbers, with all their digits (readers that keep only doubles
// lose some of a BIGINT); what JSON has no number for becomes the string "inf", "-inf" or "nan", as vLLM writes an
// infinite rate, for null would say unknown. A TIMESTAMPTZ is RFC 3339 in UTC; a TIMESTAMP is the same without a
// zone, since it has none. JSON is itself. BLOB, INTERVAL and UUID are the text DuckDB casts them to.
func appendJSON(b []byte, v any, t Type) []byte {
	switch x := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, x)
	case string:
		if t.Kind == JSON && json.Valid([]byte(x)) {
			return append(b, x...)
		}
		return appendJSONString(b, x)
	case float64:
		return appendJSONFloat(b, x, 64)
	case float32:
		return appendJSONFloat(b, float64(x), 32)
	case *big.Int:
		return x.Append(b, 10)
	case time.Time:
		return appendJSONTime(b, x, t)
	case []byte:
		return appendJSONString(b, string(appendBytes(nil, x, t)))
	}
	if out, ok := appendInteger(b, v); ok {
		return out
	}
	return appendJSONNested(b, v, t)
}

func appendJSONNested(b []byte, v any, t Type) []byte {
	if t.Kind == UUID {
		if s, ok := asUUID(v); ok {
			return appendJSONString(b, s)
		}
	}
	if members, ok := asStruct(v, t); ok {
		return appendJSONStruct(b, members)
	}
	if n, scale, ok := asDecimal(v, t); ok {
		return appendDecimal(b, n, scale)
	}
	if _, ok := asInterval(v); ok {
		return appendJSONString(b, string(appendText(nil, v, t)))
	}
	if inner, ok := asUnion(v); ok {
		return appendJSON(b, inner, Type{})
	}
	if keys, values, ok := asMap(v); ok {
		return appendJSONMap(b, keys, values, t)
	}
	if list, ok := asList(v); ok {
		b = append(b, '[')
		for i, e := range list {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, e, elemType(t))
		}
		return append(b, ']')
	}
	if at, ok := asTime(v); ok && t.Kind >= Date && t.Kind <= TimestampTZ {
		return appendJSONTime(b, at, t)
	}
	return appendJSONString(b, string(appendText(nil, v, t)))
}

func appendJSONStruct(b []byte, members []member) []byte {
	b = append(b, '{')
	for i, m := range members {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendJSONString(b, m.name), ':')
		b = appendJSON(b, m.value, m.typ)
	}
	return append(b, '}')
}

func appendJSONMap(b []byte, keys, values []any, t Type) []byte {
	kt, vt := entryTypes(t)
	b = append(b, '{')
	for i := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendJSONString(b, string(appendText(nil, keys[i], kt))), ':')
		b = appendJSON(b, values[i], vt)
	}
	return append(b, '}')
}

// appendJSONFloat writes the shortest digits that read back the same, as encoding/json does.
func appendJSONFloat(b []byte, v float64, bits int) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return appendJSONString(b, string(appendFloat(nil, v, bits)))
	}
	layout := byte('f')
	if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
		layout = 'e'
	}
	return strconv.AppendFloat(b, v, layout, -1, bits)
}

var jsonTimeLayouts = map[Kind]string{
	Date: `"2006-01-02"`, Time: `"15:04:05.999999"`, TimestampTZ: `"2006-01-02T15:04:05.999999Z07:00"`,
}

func appendJSONTime(b []byte, v time.Time, t Type) []byte {
	if t.Kind == TimestampTZ {
		v = v.UTC()
	}
	layout, ok := jsonTimeLayouts[t.Kind]
	if !ok {
		layout = `"2006-01-02T15:04:05.999999999"`
	}
	return v.AppendFormat(b, layout)
}

// appendJSONString quotes s. Bytes that are not UTF-8 become U+FFFD; < > & stay as they are, for this is no HTML.
func appendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r != utf8.RuneError || size > 1 {
			if c >= utf8.RuneSelf && r != '\u2028' && r != '\u2029' {
				i += size
				continue
			}
		}
		b = append(b, s[start:i]...)
		b = appendEscape(b, r)
		i += size
		start = i
	}
	return append(append(b, s[start:]...), '"')
}

func appendEscape(b []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(b, '\\', byte(r))
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	return fmt.Appendf(b, `\u%04x`, r)
}
