package query

import "strings"

// Literal writes s as a string literal of SQL.
func Literal(s string) string {
	quoted := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.IndexByte(s, 0) < 0 {
		return quoted
	}
	// The parser takes a NUL byte for the end of the text.
	return "(" + strings.ReplaceAll(quoted, "\x00", "' || chr(0) || '") + ")"
}

// Identifier writes s as a quoted name of SQL.
func Identifier(s string) string {
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

// literals writes a list of string literals without brackets.
func literals(items []string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = Literal(item)
	}
	return strings.Join(quoted, ", ")
}
