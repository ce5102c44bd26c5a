package query

import "strings"

// Split cuts text into its SQL statements, without the semicolons between them and without those that hold nothing
// but blanks and comments. The rest is what stands after the last semicolon: "" when text is complete, so that a
// prompt knows whether to ask for another line. An open quote or comment runs to the end.
func Split(text string) (statements []string, rest string) {
	spans, tail := split(text)
	for _, s := range spans {
		statements = append(statements, strings.TrimSpace(text[s.begin:s.end]))
	}
	if tail.begin < tail.end {
		rest = strings.TrimSpace(text[tail.begin:])
	}
	return statements, rest
}

// span is a statement's place in a text, without its semicolon.
type span struct{ begin, end int }

// split gives the statements that end in a semicolon and the one that does not; its span is empty when there is none.
func split(text string) (ended []span, tail span) {
	begin, says := 0, false // where the statement begins, and whether it holds more than blanks and comments
	for pos := 0; pos < len(text); {
		end, class := lexeme(text, pos)
		switch {
		case class == semicolon && says:
			ended = append(ended, span{begin, pos})
			begin, says = end, false
		case class == semicolon:
			begin = end
		case class == word:
			says = true
		}
		pos = end
	}
	if !says {
		return ended, span{}
	}
	return ended, span{begin, len(text)}
}

type class int

const (
	blank class = iota // white space or a comment
	semicolon
	word // anything that makes a statement
)

// lexeme gives the end and the class of the lexeme at text[pos], by the lexical rules DuckDB took from PostgreSQL.
func lexeme(text string, pos int) (end int, c class) {
	rest := text[pos:]
	switch first := rest[0]; {
	case first == ';':
		return pos + 1, semicolon
	case strings.IndexByte(" \t\r\n\f\v", first) >= 0:
		return pos + 1, blank
	case strings.HasPrefix(rest, "--"):
		return pos + until(rest, 2, "\n"), blank
	case strings.HasPrefix(rest, "/*"):
		return pos + blockComment(rest), blank
	case first == '\'', first == '"':
		// A doubled quote is two literals side by side here, which ends at the same place.
		return pos + until(rest, 1, rest[:1]), word
	case (first == 'e' || first == 'E') && len(rest) > 1 && rest[1] == '\'':
		return pos + escapeString(rest), word
	case first == '$':
		return pos + dollarQuote(rest), word
	case isName(first):
		return pos + name(rest), word
	}
	return pos + 1, word
}

// until gives the place after the first terminator at or after from, or the end.
func until(text string, from int, terminator string) int {
	if at := strings.Index(text[from:], terminator); at >= 0 {
		return from + at + len(terminator)
	}
	return len(text)
}

// blockComment gives the end of a comment, which may hold others.
func blockComment(text string) int {
	depth := 0
	for pos := 0; pos < len(text); pos++ {
		switch {
		case strings.HasPrefix(text[pos:], "/*"):
			depth++
			pos++
		case strings.HasPrefix(text[pos:], "*/"):
			depth--
			pos++
			if depth == 0 {
				return pos + 1
			}
		}
	}
	return len(text)
}

// escapeString gives the end of E'...', in which a backslash takes away the next byte's meaning.
func escapeString(text string) int {
	for pos := 2; pos < len(text); pos++ {
		switch text[pos] {
		case '\\':
			pos++
		case '\'':
			return pos + 1
		}
	}
	return len(text)
}

// dollarQuote gives the end of $$...$$ or $tag$...$tag$, or of a lone dollar sign, as in the parameter $1.
func dollarQuote(text string) int {
	tag := 1
	for tag < len(text) && isName(text[tag]) && (tag > 1 || !isDigit(text[tag])) {
		tag++
	}
	if tag == len(text) || text[tag] != '$' {
		return 1
	}
	return until(text, tag+1, text[:tag+1])
}

// name gives the end of a word; a dollar sign inside it begins no quote.
func name(text string) int {
	pos := 1
	for pos < len(text) && (isName(text[pos]) || text[pos] == '$') {
		pos++
	}
	return pos
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

func isName(b byte) bool {
	return isDigit(b) || b == '_' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || b >= 0x80
}
