package query

import (
	"database/sql/driver"
	"encoding/json"
	"math/big"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// Values of types that Go has no type for. How they look as text or JSON is report/format's matter.
type (
	// Date is a day; the time of it is midnight, UTC.
	Date struct{ time.Time }
	// TimeOfDay is a TIME; the day has no meaning. A TIMETZ is text.
	TimeOfDay struct{ time.Time }
	// Timestamp is a date and time of day of no zone, held as if it were UTC. A TIMESTAMPTZ is a time.Time.
	Timestamp struct{ time.Time }
	// Interval is a length of time; a month has no fixed number of days, nor a day of hours.
	Interval struct {
		Months, Days int32
		Micros       int64
	}
	// Decimal is a number with a fixed number of decimals, as text, such as 12.50.
	Decimal string
	// List is a list or an array.
	List []any
	// Struct is a struct's fields in their order.
	Struct []Field
	// Field is one field of a Struct.
	Field struct {
		Name  string
		Value any
	}
	// Union is the member that a union holds.
	Union struct {
		Tag   string
		Value any
	}
	// Map is a map's pairs in their order.
	Map []Pair
	// Pair is a key and its value.
	Pair struct{ Key, Value any }
)

// convert turns a value of the driver into one that Rows documents. The type may be unknown (nil).
func convert(v driver.Value, info duckdb.TypeInfo) any {
	if v == nil {
		return nil
	}
	if isJSON(info) {
		return jsonText(v)
	}
	switch x := v.(type) {
	case bool, int64, uint64, float32, float64, string, *big.Int:
		return v
	case int8:
		return int64(x)
	case int16:
		return int64(x)
	case int32:
		return int64(x)
	case uint8:
		return int64(x)
	case uint16:
		return int64(x)
	case uint32:
		return int64(x)
	case time.Time:
		return convertTime(x, info)
	case []byte:
		if isType(info, duckdb.TYPE_UUID) {
			id := duckdb.UUID(x)
			return id.String()
		}
		return x
	case duckdb.Interval:
		return Interval{Months: x.Months, Days: x.Days, Micros: x.Micros}
	case duckdb.Decimal:
		return decimal(x)
	case duckdb.Bit:
		return x.String()
	}
	return convertNested(v, info)
}

func isJSON(info duckdb.TypeInfo) bool { return info != nil && info.Alias() == "JSON" }

func isType(info duckdb.TypeInfo, t duckdb.Type) bool {
	return info != nil && info.InternalType() == t
}

func convertTime(t time.Time, info duckdb.TypeInfo) any {
	if info == nil {
		return t
	}
	switch info.InternalType() {
	case duckdb.TYPE_DATE:
		return Date{t}
	case duckdb.TYPE_TIME:
		return TimeOfDay{t}
	case duckdb.TYPE_TIME_TZ:
		return strings.TrimSuffix(t.Format("15:04:05.999999-07:00"), ":00")
	case duckdb.TYPE_TIMESTAMP_TZ:
		return t
	}
	return Timestamp{t}
}

func convertNested(v driver.Value, info duckdb.TypeInfo) any {
	var details duckdb.TypeDetails
	if info != nil {
		details = info.Details()
	}
	switch x := v.(type) {
	case []any:
		return convertList(x, details)
	case duckdb.OrderedMap:
		return convertMap(x, details)
	case map[string]any:
		return convertStruct(x, details)
	case duckdb.Union:
		return convertUnion(x, details)
	}
	return v
}

func convertList(items []any, details duckdb.TypeDetails) List {
	var child duckdb.TypeInfo
	switch d := details.(type) {
	case *duckdb.ListDetails:
		child = d.Child
	case *duckdb.ArrayDetails:
		child = d.Child
	}
	list := make(List, len(items))
	for i, item := range items {
		list[i] = convert(item, child)
	}
	return list
}

func convertMap(m duckdb.OrderedMap, details duckdb.TypeDetails) Map {
	var key, value duckdb.TypeInfo
	if d, ok := details.(*duckdb.MapDetails); ok {
		key, value = d.Key, d.Value
	}
	keys, values := m.Keys(), m.Values()
	pairs := make(Map, len(keys))
	for i := range keys {
		pairs[i] = Pair{Key: convert(keys[i], key), Value: convert(values[i], value)}
	}
	return pairs
}

// convertStruct puts the fields back into order, which the driver's map has lost.
func convertStruct(m map[string]any, details duckdb.TypeDetails) any {
	d, ok := details.(*duckdb.StructDetails)
	if !ok {
		return jsonText(m)
	}
	fields := make(Struct, len(d.Entries))
	for i, entry := range d.Entries {
		fields[i] = Field{Name: entry.Name(), Value: convert(m[entry.Name()], entry.Info())}
	}
	return fields
}

func convertUnion(u duckdb.Union, details duckdb.TypeDetails) Union {
	var member duckdb.TypeInfo
	if d, ok := details.(*duckdb.UnionDetails); ok {
		for _, m := range d.Members {
			if m.Name == u.Tag {
				member = m.Type
			}
		}
	}
	return Union{Tag: u.Tag, Value: convert(u.Value, member)}
}

// jsonText writes JSON that the driver has decoded; the order of an object's keys and the last digits of a long number
// are lost. Only JSON inside of a list, struct or map comes here.
func jsonText(v any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	// What json.Unmarshal made, json.Marshal can write.
	_ = encoder.Encode(v)
	return strings.TrimSuffix(text.String(), "\n")
}

func decimal(d duckdb.Decimal) Decimal {
	digits := new(big.Int).Abs(d.Value).String()
	scale := int(d.Scale)
	if scale > 0 {
		if len(digits) <= scale {
			digits = strings.Repeat("0", scale+1-len(digits)) + digits
		}
		digits = digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
	}
	if d.Value.Sign() < 0 {
		digits = "-" + digits
	}
	return Decimal(digits)
}
