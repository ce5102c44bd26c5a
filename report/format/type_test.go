package format

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseType(t *testing.T) {
	t.Parallel()
	integer, varchar := Type{Kind: Int32}, Type{}
	list := func(t Type) Type { return Type{Kind: List, Elem: &t} }
	check := func(name string, want Type) {
		t.Helper()
		if got := ParseType(name); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	check("INTEGER", integer)
	check("integer", integer)
	check("VARCHAR", varchar)
	check("TIMESTAMP WITH TIME ZONE", Type{Kind: TimestampTZ})
	check("TIMESTAMPTZ", Type{Kind: TimestampTZ})
	check("DECIMAL(10,3)", Type{Kind: Decimal, Precision: 10, Scale: 3})
	check("DECIMAL(10, 3)", Type{Kind: Decimal, Precision: 10, Scale: 3})
	check("DECIMAL(5)", Type{Kind: Decimal, Precision: 5})
	check("DECIMAL", Type{Kind: Decimal, Precision: 18, Scale: 3})
	check("INTEGER[]", list(integer))
	check("INTEGER[][]", list(list(integer)))
	check("INTEGER[3]", Type{Kind: Array, Size: 3, Elem: &integer})
	check("INTEGER[3][]", list(Type{Kind: Array, Size: 3, Elem: &integer}))
	check("MAP(VARCHAR, INTEGER)", Type{Kind: Map, Key: &varchar, Value: &integer})
	check(`STRUCT("a" INTEGER, "b ""q"", c" VARCHAR[])`, Type{Kind: Struct, Fields: []Field{
		{"a", integer}, {`b "q", c`, list(varchar)},
	}})
	check("STRUCT(a INTEGER)[]", list(Type{Kind: Struct, Fields: []Field{{"a", integer}}}))
	check(`UNION("num" INTEGER, "str" VARCHAR)`, Type{})
	check("ENUM('a', 'b)', 'c''d')", Type{})
	check("ENUM('a')[]", list(Type{}))
	check(`"NULL"`, Type{Kind: Null})
	for _, bad := range []string{
		"", "INTEGER[", "INTEGER[0]", "INTEGER[100001]", "INTEGER[x]", "STRUCT", "STRUCT(", "STRUCT(a)", "MAP(INTEGER)", "DECIMAL(99,1)",
		"DECIMAL(3,4)", "DECIMAL(x)", "INTEGER)", "INTEGER extra]", "MAP(", strings.Repeat("MAP(", 10_000),
	} {
		check(bad, Type{})
	}
}

func FuzzParseType(f *testing.F) {
	for _, s := range []string{
		"INTEGER", "DECIMAL(10,3)[]", `STRUCT("a" INTEGER, "b""" MAP(VARCHAR, DOUBLE[3]))`, "ENUM('a''', 'b')",
		"UNION(a INTEGER)", "[[[", "STRUCT(STRUCT(", "TIMESTAMP WITH TIME ZONE[]", "INTEGER[99999999999999999999]",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		typ := ParseType(name)
		// Whatever was understood must make an Arrow type: a parsed name never panics later.
		if arrowType(typ) == nil {
			t.Errorf("%q has no Arrow type", name)
		}
	})
}
