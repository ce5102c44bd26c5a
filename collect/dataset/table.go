package dataset

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/valyala/fastjson"
)

// table reads rows of named columns from lines: CSV, whose first line names them, or JSONL, whose every line does. It
// knows which form a file has by its first line.
type table struct {
	json    bool
	columns []string
	fields  []string // of the row last read, CSV
	object  *fastjson.Value
	parser  fastjson.Parser
}

// row takes in a line; it is false for the one that only names the columns.
func (t *table) row(line []byte) (is bool, err error) {
	if t.columns == nil {
		t.json = line[0] == '{'
		if line[0] == '[' {
			return false, errors.New("a JSON array; write one object a line (JSONL), or CSV")
		}
	}
	if t.json {
		return true, t.readObject(line)
	}
	if t.fields, err = splitCSV(string(line), t.fields[:0]); err != nil {
		return false, err
	}
	if t.columns == nil {
		t.columns = slices.Clone(t.fields)
		return false, nil
	}
	if len(t.fields) != len(t.columns) {
		return false, fmt.Errorf("%d columns, where the first line has %d", len(t.fields), len(t.columns))
	}
	return true, nil
}

func (t *table) readObject(line []byte) (err error) {
	if t.object, err = t.parser.ParseBytes(line); err != nil {
		return syntax(line)
	}
	object, err := t.object.Object()
	if err != nil {
		return errors.New("not a JSON object")
	}
	if t.columns == nil {
		t.columns = []string{}
		object.Visit(func(key []byte, _ *fastjson.Value) { t.columns = append(t.columns, string(key)) })
	}
	return nil
}

// column finds the column with one of the names, in any case; "" when there is none.
func (t *table) column(names ...string) string {
	for _, name := range names {
		for _, c := range t.columns {
			if strings.EqualFold(c, name) {
				return c
			}
		}
	}
	return ""
}

// list names the columns, as far as a person would read them.
func (t *table) list() string {
	const most = 16
	var b strings.Builder
	for i, c := range t.columns[:min(most, len(t.columns))] {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%.40q", c)
	}
	if len(t.columns) > most {
		b.WriteString(", ...")
	}
	return b.String()
}

// cell is the text of a column of the row last read, or the JSON of its value.
func (t *table) cell(column string) (text string, err error) {
	if t.json {
		v := t.object.Get(column)
		switch {
		case v == nil:
			return "", fmt.Errorf("no %q", column)
		case v.Type() == fastjson.TypeString:
			return string(v.GetStringBytes()), nil
		}
		return v.String(), nil
	}
	return t.fields[slices.Index(t.columns, column)], nil
}

// length is a cell with a number of tokens.
func (t *table) length(column string) (int, error) {
	text, err := t.cell(column)
	if err != nil {
		return 0, err
	}
	return parseLength(column, text)
}

// parseLength also takes 512.0, which tables of floats have.
func parseLength(column, text string) (int, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v != math.Trunc(v) || v < 0 || v > mostTokens {
		return 0, fmt.Errorf("%s %q: must be a whole number between 0 and %d", column, text, mostTokens)
	}
	return int(v), nil
}

// splitCSV appends the fields of a line of CSV. A field in quotes may hold commas, and quotes written twice; it ends on its
// line.
func splitCSV(line string, fields []string) ([]string, error) {
	for {
		field, rest, more := strings.Cut(line, ",")
		field = strings.TrimSpace(field)
		if strings.HasPrefix(line, `"`) {
			var err error
			if field, rest, more, err = cutQuoted(line[1:]); err != nil {
				return nil, err
			}
		}
		fields = append(fields, field)
		if !more {
			return fields, nil
		}
		line = rest
	}
}

// cutQuoted cuts a line behind a field whose opening quote is off already.
func cutQuoted(line string) (field, rest string, more bool, err error) {
	for {
		part, rest, closed := strings.Cut(line, `"`)
		field += part
		switch {
		case !closed:
			return "", "", false, errors.New("a quote that does not end on its line")
		case rest == "":
			return field, "", false, nil
		case rest[0] == ',':
			return field, rest[1:], true, nil
		case rest[0] != '"':
			return "", "", false, errors.New("text after a quoted field")
		}
		field, line = field+`"`, rest[1:]
	}
}
