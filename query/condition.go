package query

import (
	"slices"
	"strings"

	views "llmbench/sql"
)

// looksLikeCondition tells a condition over runs from a name: it compares something.
func looksLikeCondition(text string) bool {
	if strings.ContainsAny(text, "=<>") {
		return true
	}
	words := strings.Fields(strings.ToLower(text))
	return len(words) > 2 && slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains([]string{"in", "like", "ilike", "glob", "is", "between"}, w)
	})
}

// quoteBareWords puts quotes around words that stand where a value is wanted and are no column of runs, so that
// dcu=K100_AI and model=Qwen2.5-72B mean what they say: behind a comparison, and in the list of an IN.
func quoteBareWords(text string) string {
	var out strings.Builder
	wantsValue, inList := false, false
	for pos := 0; pos < len(text); {
		end, kind := lexeme(text, pos)
		part := text[pos:end]
		switch {
		case kind == blank:
			out.WriteString(part)
			pos = end
			continue
		case wantsValue && isName(part[0]) && !isDigit(part[0]):
			value := bareValue(text[pos:])
			end = pos + len(value)
			if isValue(value, text[end:]) {
				value = Literal(value)
			}
			out.WriteString(value)
		default:
			out.WriteString(part)
		}
		word := strings.ToLower(part)
		switch {
		case word == "in":
			inList = true
		case part == ")":
			inList = false
		}
		wantsValue = strings.ContainsAny(part[len(part)-1:], "=<>~") || slices.Contains([]string{"like", "ilike", "glob"}, word) ||
			inList && (part == "(" || part == ",")
		pos = end
	}
	return out.String()
}

// bareValue is what a person would take for one value: up to a blank, a comma or a bracket.
func bareValue(text string) string {
	if end := strings.IndexAny(text, " \t\r\n,()'\";"); end >= 0 {
		return text[:end]
	}
	return text
}

// isValue tells a value from a column, a word of SQL and the call of a function.
func isValue(value, rest string) bool {
	first := value[:len(value)-len(strings.TrimLeft(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"))]
	isCall, isTyped := strings.HasPrefix(rest, "("), strings.HasPrefix(strings.TrimLeft(rest, " "), "'") // DATE '2026-11-23'
	if isCall || isTyped || slices.Contains([]string{"null", "true", "false", "not", "any", "all", "case"}, strings.ToLower(first)) {
		return false
	}
	return !slices.ContainsFunc(mustFind("runs").Columns, func(c views.Column) bool { return c.Name == strings.ToLower(first) })
}
