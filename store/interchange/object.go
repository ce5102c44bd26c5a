package interchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
)

// Field is one key of a result file with its value.
type Field struct {
	Key   string
	Value any
}

// object is a JSON object that keeps the order of its keys. A key given twice keeps its first place and its last value,
// as a Python dictionary does.
type object []Field

// MarshalJSON writes the fields in order.
func (o object) MarshalJSON() ([]byte, error) {
	var keys []string
	values := map[string]any{}
	for _, f := range o {
		if _, seen := values[f.Key]; !seen {
			keys = append(keys, f.Key)
		}
		values[f.Key] = f.Value
	}
	var out bytes.Buffer
	out.WriteByte('{')
	for i, key := range keys {
		if i > 0 {
			out.WriteString(", ")
		}
		if err := encodeTo(&out, key); err != nil {
			return nil, err
		}
		out.WriteString(": ")
		if err := encodeTo(&out, values[key]); err != nil {
			return nil, fmt.Errorf("encode %s: %w", key, err)
		}
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// encodeTo writes a value without the escapes that are for HTML.
func encodeTo(out *bytes.Buffer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	out.Truncate(len(bytes.TrimRight(out.Bytes(), "\n")))
	return err
}

// into decodes fields, whose values are JSON, into a struct.
func into(fields []Field, target any) error {
	text, err := json.Marshal(object(fields))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, target)
}

// documents gives the JSON values of a file, one or several: an object, or lines of them. Python's NaN and Infinity
// are taken.
func documents(path string) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		text, err := os.ReadFile(path)
		if err != nil {
			yield(nil, err)
			return
		}
		text = plainJSON(text)
		at := skipBlanks(text, 0)
		for n := 1; at < len(text); n++ {
			end, err := valueEnd(text, at)
			switch {
			case errors.Is(err, errCut):
				err = fmt.Errorf("%w of its JSON value %d", err, n)
			case err != nil:
				err = fmt.Errorf("JSON value %d, at byte %d: %w", n, at, err)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(json.RawMessage(text[at:end:end]), nil) {
				return
			}
			at = skipBlanks(text, end)
		}
	}
}

// plainJSON replaces what Python's json module writes beyond JSON: NaN becomes null, Infinity the string "inf".
func plainJSON(text []byte) []byte {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	var out []byte
	begin, inString := 0, false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case !inString && (c == 'N' || c == 'I'):
			word, plain := pythonWord(text[i:])
			if word == 0 {
				continue
			}
			if out == nil {
				out = make([]byte, 0, len(text))
			}
			end := i
			if i > 0 && text[i-1] == '-' && plain == `"inf"` {
				end, plain = i-1, `"-inf"`
			}
			out = append(append(out, text[begin:end]...), plain...)
			begin = i + word
			i = begin - 1
		}
	}
	if out == nil {
		return text
	}
	return append(out, text[begin:]...)
}

func pythonWord(text []byte) (length int, plain string) {
	switch {
	case bytes.HasPrefix(text, []byte("NaN")):
		return 3, "null"
	case bytes.HasPrefix(text, []byte("Infinity")):
		return 8, `"inf"`
	}
	return 0, ""
}
