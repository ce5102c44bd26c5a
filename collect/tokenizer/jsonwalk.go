package tokenizer

import (
	"bytes"
	"encoding/json"
	"errors"
)

// The two large parts of a tokenizer.json, vocabulary and merges, are walked in place: encoding/json would build some
// hundred thousand values first. All functions here expect JSON that json.Valid has accepted.

var errNotObject = errors.New("is not an object")
var errNotArray = errors.New("is not an array")

// eachMember calls f with every key, still quoted, and value of an object.
func eachMember(data []byte, f func(key, value []byte) error) error {
	i := skipSpace(data, 0)
	if i >= len(data) || data[i] != '{' {
		return errNotObject
	}
	for i = skipSpace(data, i+1); data[i] != '}'; {
		end := skipString(data, i)
		key := data[i:end]
		i = skipSpace(data, skipSpace(data, end)+1) // over the colon
		end = skipValue(data, i)
		if err := f(key, data[i:end]); err != nil {
			return err
		}
		if i = skipSpace(data, end); data[i] == ',' {
			i = skipSpace(data, i+1)
		}
	}
	return nil
}

// eachElement calls f with every value of an array.
func eachElement(data []byte, f func(value []byte) error) error {
	i := skipSpace(data, 0)
	if i >= len(data) || data[i] != '[' {
		return errNotArray
	}
	for i = skipSpace(data, i+1); data[i] != ']'; {
		end := skipValue(data, i)
		if err := f(data[i:end]); err != nil {
			return err
		}
		if i = skipSpace(data, end); data[i] == ',' {
			i = skipSpace(data, i+1)
		}
	}
	return nil
}

// members gives the values of an object by key.
func members(data []byte) (map[string]json.RawMessage, error) {
	m := map[string]json.RawMessage{}
	err := eachMember(data, func(key, value []byte) error {
		m[string(unquote(nil, key))] = value
		return nil
	})
	return m, err
}

func skipSpace(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\n' || data[i] == '\t' || data[i] == '\r') {
		i++
	}
	return i
}

// skipString gives the end of the string that begins at i.
func skipString(data []byte, i int) int {
	for i++; data[i] != '"'; i++ {
		if data[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// skipValue gives the end of the value that begins at i.
func skipValue(data []byte, i int) int {
	depth := 0
	for ; i < len(data); i++ {
		switch data[i] {
		case '"':
			i = skipString(data, i) - 1
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return i
			}
			if depth == 0 {
				return i + 1
			}
		case ',', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}

// unquote appends the text of a quoted string.
func unquote(dst, quoted []byte) []byte {
	inner := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return append(dst, inner...)
	}
	var s string
	if err := json.Unmarshal(quoted, &s); err != nil {
		return append(dst, inner...) // not reached: the text is valid JSON
	}
	return append(dst, s...)
}
