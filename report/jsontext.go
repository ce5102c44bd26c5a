package report

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
)

// WriteJSON prints a value as JSON for programs that people look at too: indented, and without the escapes that are for
// HTML. What commands print so is described in docs/json.md.
func WriteJSON(w io.Writer, v any) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(v)
}

// object reads a JSON object; one that is none becomes a single key "" with the whole text.
func object(s *string) map[string]json.RawMessage {
	if s == nil || strings.TrimSpace(*s) == "" || *s == "null" {
		return nil
	}
	var o map[string]json.RawMessage
	if json.Unmarshal([]byte(*s), &o) != nil {
		return map[string]json.RawMessage{"": json.RawMessage(*s)}
	}
	return o
}

// plain gives a JSON value one spelling: 1, 1.0 and 1e0 are equal, and so are objects whatever the order of keys.
// The empty string and a missing value are shown as "".
func plain(raw json.RawMessage) string {
	if raw == nil {
		return ""
	}
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return oneLine(string(raw))
	}
	if s, ok := v.(string); ok {
		return oneLine(s)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return oneLine(string(raw))
	}
	return oneLine(out.String())
}
