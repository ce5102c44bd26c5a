package format

import (
	"testing"
	"time"
)

// The same values in the shapes of a layer above the driver: wrapped times, numbers as text, ordered slices.
type (
	layerDate      struct{ time.Time }
	layerClock     struct{ time.Time }
	layerTimestamp struct{ time.Time }
	layerInterval  struct {
		Months, Days int32
		Micros       int64
	}
	layerDecimal string
	layerList    []any
	layerField   struct {
		Name  string
		Value any
	}
	layerStruct []layerField
	layerPair   struct{ Key, Value any }
	layerMap    []layerPair
)

// Strings that must not be used where the column's type says how to write the value.
func (layerDate) String() string { return "a date" }
func (layerList) String() string { return "a list" }
func (layerMap) String() string  { return "a map" }

// layered rewrites the values of everyType into those shapes.
func layered(v any, kind Kind) any {
	switch x := v.(type) {
	case int8:
		return int64(x)
	case int32:
		return int64(x)
	case time.Time:
		switch kind {
		case Date:
			return layerDate{x}
		case Time:
			return layerClock{x}
		case Timestamp, TimestampNS:
			return layerTimestamp{x}
		}
	case []byte:
		if kind == UUID {
			s, _ := asUUID(x)
			return s
		}
	case driverDecimal:
		return layerDecimal(appendDecimal(nil, x.Value, int(x.Scale)))
	case driverInterval:
		return layerInterval{x.Months, x.Days, x.Micros}
	case driverUnion:
		return layered(x.Value, Other)
	case driverMap:
		m := layerMap{}
		for i := range x.keys {
			m = append(m, layerPair{x.keys[i], x.values[i]})
		}
		return m
	case []any:
		list := layerList{}
		for _, e := range x {
			list = append(list, layered(e, Other))
		}
		return list
	case map[string]any:
		if kind == JSON {
			return string(appendJSON(nil, x, Type{Kind: JSON}))
		}
		s := layerStruct{}
		for _, name := range []string{"a c", "b"} { // not the order of the type
			s = append(s, layerField{name, layered(x[name], Other)})
		}
		return s
	}
	return v
}

// Whatever shape a value comes in, every format must write the same.
func TestShapesAreAlike(t *testing.T) {
	t.Parallel()
	for _, format := range Names() {
		rows := everyType()
		for _, row := range rows.values {
			for i := range row {
				row[i] = layered(row[i], ParseType(rows.columns[i].Type).Kind)
			}
		}
		want, got := write(t, format, everyType(), Options{}), write(t, format, rows, Options{})
		if string(got) != string(want) {
			t.Errorf("%s\n--- got\n%s\n--- want\n%s", format, got, want)
		}
	}
}
