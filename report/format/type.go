package format

import (
	"strconv"
	"strings"
)

// Kind is the family of a DuckDB type.
type Kind uint8

// Kinds. Other is every type written as text: VARCHAR, ENUM, BIT, TIMETZ, UNION and those not known here.
const (
	Other Kind = iota
	Null
	Boolean
	Int8
	Int16
	Int32
	Int64
	Uint8
	Uint16
	Uint32
	Uint64
	HugeInt
	BigNumber
	Float32
	Float64
	Decimal
	Blob
	Date
	Time
	Timestamp
	TimestampS
	TimestampMS
	TimestampNS
	TimestampTZ
	IntervalKind
	UUID
	JSON
	List
	Array
	Struct
	Map
)

// Type is a DuckDB type, taken from its name.
type Type struct {
	Kind Kind
	// Precision and Scale are those of a DECIMAL.
	Precision, Scale int
	// Size is the length of an ARRAY.
	Size int
	// Elem is the element of a LIST or ARRAY, Key and Value those of a MAP.
	Elem, Key, Value *Type
	// Fields are those of a STRUCT, in order.
	Fields []Field
}

// Field is one field of a STRUCT.
type Field struct {
	Name string
	Type Type
}

var kinds = map[string]Kind{
	"BOOLEAN": Boolean, "TINYINT": Int8, "SMALLINT": Int16, "INTEGER": Int32, "BIGINT": Int64,
	"UTINYINT": Uint8, "USMALLINT": Uint16, "UINTEGER": Uint32, "UBIGINT": Uint64,
	"HUGEINT": HugeInt, "UHUGEINT": BigNumber, "BIGNUM": BigNumber, "VARINT": BigNumber,
	"FLOAT": Float32, "REAL": Float32, "DOUBLE": Float64, "DECIMAL": Decimal, "NUMERIC": Decimal,
	"BLOB": Blob, "BYTEA": Blob, "DATE": Date, "TIME": Time,
	"TIMESTAMP": Timestamp, "DATETIME": Timestamp, "TIMESTAMP_S": TimestampS, "TIMESTAMP_MS": TimestampMS,
	"TIMESTAMP_NS": TimestampNS, "TIMESTAMPTZ": TimestampTZ, "TIMESTAMP WITH TIME ZONE": TimestampTZ,
	"INTERVAL": IntervalKind, "UUID": UUID, "JSON": JSON, "SQLNULL": Null, "NULL": Null,
	"STRUCT": Struct, "MAP": Map,
}

// Numeric reports whether values of the type are numbers, to be aligned on the right.
func (t Type) Numeric() bool { return t.Kind >= Int8 && t.Kind <= Decimal }

// ParseType reads a type's name as DuckDB and its drivers spell it. A name it cannot read is of kind Other, so that
// a type of a later DuckDB is still written, as text.
func ParseType(name string) Type {
	p := typeParser{rest: strings.TrimSpace(name)}
	t, ok := p.parse(0)
	if !ok || strings.TrimSpace(p.rest) != "" {
		return Type{}
	}
	return t
}

type typeParser struct{ rest string }

// maxDepth bounds the nesting of a name, so that no input can exhaust the stack.
const maxDepth = 64

func (p *typeParser) parse(depth int) (Type, bool) {
	if depth > maxDepth {
		return Type{}, false
	}
	t := Type{Kind: kinds[strings.ToUpper(p.word())]}
	if p.take("(") {
		if !p.arguments(&t, depth) {
			return Type{}, false
		}
	} else if t.Kind == Struct || t.Kind == Map {
		return Type{}, false
	}
	if t.Kind == Decimal && t.Precision == 0 {
		t.Precision, t.Scale = 18, 3 // DuckDB's default
	}
	return p.suffixes(t)
}

// word takes the type's name: everything up to a bracket or a comma.
func (p *typeParser) word() string {
	p.rest = strings.TrimLeft(p.rest, " ")
	i := strings.IndexAny(p.rest, "()[],")
	if i < 0 {
		i = len(p.rest)
	}
	w := strings.Trim(p.rest[:i], ` "`)
	p.rest = p.rest[i:]
	return w
}

func (p *typeParser) take(token string) bool {
	trimmed := strings.TrimLeft(p.rest, " ")
	if rest, ok := strings.CutPrefix(trimmed, token); ok {
		p.rest = rest
		return true
	}
	return false
}

// maxArray is the longest ARRAY DuckDB allows.
const maxArray = 100_000

// suffixes reads [] and [3] after a type: LIST and ARRAY, innermost first.
func (p *typeParser) suffixes(t Type) (Type, bool) {
	for depth := 0; p.take("["); depth++ {
		i := strings.IndexByte(p.rest, ']')
		if i < 0 || depth > maxDepth {
			return Type{}, false
		}
		size := p.rest[:i]
		p.rest = p.rest[i+1:]
		elem := t
		t = Type{Kind: List, Elem: &elem}
		if size == "" {
			continue
		}
		n, err := strconv.Atoi(size)
		if err != nil || n < 1 || n > maxArray {
			return Type{}, false
		}
		t.Kind, t.Size = Array, n
	}
	return t, true
}

func (p *typeParser) arguments(t *Type, depth int) bool {
	switch t.Kind {
	case Decimal:
		return p.decimal(t)
	case Struct:
		return p.fields(t, depth)
	case Map:
		key, ok := p.parse(depth + 1)
		if !ok || !p.take(",") {
			return false
		}
		value, ok := p.parse(depth + 1)
		t.Key, t.Value = &key, &value
		return ok && p.take(")")
	}
	return p.skip()
}

func (p *typeParser) decimal(t *Type) bool {
	end := strings.IndexByte(p.rest, ')')
	if end < 0 {
		return false
	}
	precision, scale, _ := strings.Cut(p.rest[:end], ",")
	p.rest = p.rest[end+1:]
	var err1, err2 error
	t.Precision, err1 = strconv.Atoi(strings.TrimSpace(precision))
	if scale != "" {
		t.Scale, err2 = strconv.Atoi(strings.TrimSpace(scale))
	}
	return err1 == nil && err2 == nil && t.Precision >= 1 && t.Precision <= 38 && t.Scale >= 0 && t.Scale <= t.Precision
}

func (p *typeParser) fields(t *Type, depth int) bool {
	for {
		name, ok := p.fieldName()
		if !ok {
			return false
		}
		field, ok := p.parse(depth + 1)
		if !ok {
			return false
		}
		t.Fields = append(t.Fields, Field{name, field})
		if p.take(")") {
			return true
		}
		if !p.take(",") {
			return false
		}
	}
}

// fieldName takes a name in double quotes, in which a quote is doubled, or a bare one.
func (p *typeParser) fieldName() (string, bool) {
	if !p.take(`"`) {
		name, rest, ok := strings.Cut(strings.TrimLeft(p.rest, " "), " ")
		p.rest = rest
		return name, ok && name != ""
	}
	var name strings.Builder
	for {
		i := strings.IndexByte(p.rest, '"')
		if i < 0 {
			return "", false
		}
		name.WriteString(p.rest[:i])
		p.rest = p.rest[i+1:]
		if !strings.HasPrefix(p.rest, `"`) {
			return name.String(), true
		}
		name.WriteByte('"')
		p.rest = p.rest[1:]
	}
}

// skip passes over the arguments of a type written as text, such as the members of an ENUM or UNION.
func (p *typeParser) skip() bool {
	depth := 1
	var quote byte
	for i := 0; i < len(p.rest); i++ {
		c := p.rest[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			depth--
		}
		if depth == 0 {
			p.rest = p.rest[i+1:]
			return true
		}
	}
	return false
}
