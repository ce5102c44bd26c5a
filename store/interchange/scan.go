package interchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// The files are large, and nearly all of one is a few lists. So values are found by their ends alone and decoded where
// they stand: encoding/json's decoder copies a value twice before anything is made of it.

// errCut: the text ends before its value does.
var errCut = errors.New("it ends in the middle")

// valueEnd gives the place behind the JSON value that begins at a place without blanks. It looks at brackets and quotes
// alone: what is between them is checked when it is decoded.
func valueEnd(text []byte, at int) (int, error) {
	depth := 0
	for at < len(text) {
		switch text[at] {
		case '"':
			end, err := stringEnd(text, at)
			if err != nil {
				return 0, err
			}
			at = end
		case '{', '[':
			depth++
			at++
		case '}', ']':
			if depth == 0 {
				return 0, fmt.Errorf("there is %q where a value should begin", text[at])
			}
			depth--
			at++
		case ' ', '\t', '\n', '\r', ',', ':':
			if depth == 0 {
				return 0, fmt.Errorf("there is %q where a value should begin", text[at])
			}
			at++
			continue
		default:
			if depth > 0 {
				at++
				continue
			}
			end, err := wordEnd(text, at)
			if err != nil {
				return 0, err
			}
			at = end
		}
		if depth == 0 {
			return at, nil
		}
	}
	return 0, errCut
}

// stringEnd gives the place behind a string's closing quote.
func stringEnd(text []byte, at int) (int, error) {
	for i := at + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1, nil
		}
	}
	return 0, errCut
}

// wordEnd gives the place behind a number, true, false or null.
func wordEnd(text []byte, at int) (int, error) {
	end := at
	for end < len(text) && bytes.IndexByte([]byte(" \t\r\n,:{}[]\""), text[end]) < 0 {
		end++
	}
	if word := text[at:end]; !json.Valid(word) {
		return 0, fmt.Errorf("%.20q is no JSON", word)
	}
	return end, nil
}

func skipBlanks(text []byte, at int) int {
	for at < len(text) && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r') {
		at++
	}
	return at
}

// parseObject gives the fields of a JSON object in their order, values as json.RawMessage, which point into the text.
func parseObject(text []byte) ([]Field, error) {
	at := skipBlanks(text, 0)
	if at == len(text) || text[at] != '{' {
		return nil, fmt.Errorf("there is %.1q where an object should begin", text[at:])
	}
	var fields []Field
	for at = skipBlanks(text, at+1); at < len(text) && text[at] != '}'; at = skipBlanks(text, at) {
		if len(fields) > 0 {
			if text[at] != ',' {
				return nil, fmt.Errorf("there is %q where a comma should be", text[at])
			}
			at = skipBlanks(text, at+1)
		}
		field, end, err := parseField(text, at)
		if err != nil {
			return nil, err
		}
		fields = append(fields, field)
		at = end
	}
	if at == len(text) {
		return nil, errCut
	}
	return fields, nil
}

func parseField(text []byte, at int) (f Field, end int, err error) {
	if at == len(text) || text[at] != '"' {
		return f, 0, errors.New("there is no key where one should be")
	}
	if end, err = stringEnd(text, at); err != nil {
		return f, 0, err
	}
	if err := json.Unmarshal(text[at:end], &f.Key); err != nil {
		return f, 0, err
	}
	at = skipBlanks(text, end)
	if at == len(text) || text[at] != ':' {
		return f, 0, fmt.Errorf("key %s has no value", f.Key)
	}
	at = skipBlanks(text, at+1)
	if end, err = valueEnd(text, at); err != nil {
		return f, 0, fmt.Errorf("key %s: %w", f.Key, err)
	}
	f.Value = json.RawMessage(text[at:end:end])
	return f, end, nil
}
