package main

import (
	"slices"
	"strings"
	"unicode"

	"llmbench/query"
	"llmbench/report/format"
	views "llmbench/sql"
)

// completer knows the names that a question may hold.
type completer struct {
	tables  []views.Table
	runs    []string
	columns []string
}

func newCompleter(runs []string) completer {
	c := completer{tables: query.Schema(), runs: runs}
	for _, table := range c.tables {
		for _, column := range table.Columns {
			if column.Name != "" {
				c.columns = append(c.columns, column.Name)
			}
		}
	}
	slices.Sort(c.columns)
	c.columns = slices.Compact(c.columns)
	return c
}

var keywords = []string{
	"SELECT", "FROM", "WHERE", "GROUP", "ORDER", "BY", "ALL", "LIMIT", "JOIN", "LEFT", "USING", "HAVING", "AND", "OR", "NOT", "IN", "IS", "NULL",
	"DISTINCT", "UNION", "WITH", "AS", "DESC", "FILTER", "DESCRIBE", "SUMMARIZE", "EXPLAIN", "quantile_cont", "count", "avg", "max", "min", "sum", "round",
}

// complete is what Tab offers for the word at pos: runs within quotes, commands after a backslash; otherwise tables,
// columns, of the table before a dot alone, and key words.
func (c completer) complete(line string, pos int) (head string, candidates []string, tail string) {
	before := []rune(line)[:min(pos, len([]rune(line)))]
	begin := len(before)
	for begin > 0 && isWord(before[begin-1]) {
		begin--
	}
	word := string(before[begin:])
	head, tail = string(before[:begin]), string([]rune(line)[len(before):])
	switch {
	case strings.TrimSpace(head) == "\\":
		return strings.TrimSuffix(head, "\\"), commandsWith("\\" + word), tail
	case strings.HasPrefix(strings.TrimSpace(head), "\\"):
		return head, c.arguments(strings.Fields(head)[0], word), tail
	case inQuotes(head):
		return head, beginning(c.runs, word), tail
	case strings.HasSuffix(head, "."):
		return head, beginning(c.columnsOf(qualifier(head)), word), tail
	case word == "":
		return head, nil, tail
	}
	return head, slices.Concat(beginning(c.tableNames(), word), beginning(c.columns, word), beginning(keywords, word)), tail
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-' }

// inQuotes reports whether a text ends within a literal.
func inQuotes(text string) bool { return strings.Count(text, "'")%2 == 1 }

// qualifier is the name before the dot at the end.
func qualifier(head string) string {
	head = strings.TrimSuffix(head, ".")
	return head[strings.LastIndexFunc(head, func(r rune) bool { return !isWord(r) })+1:]
}

// columnsOf are a table's columns. Of an alias nothing is known, so all are offered.
func (c completer) columnsOf(table string) []string {
	for _, t := range c.tables {
		if t.Name == strings.ToLower(table) {
			var names []string
			for _, column := range t.Columns {
				names = append(names, column.Name)
			}
			return names
		}
	}
	return c.columns
}

func (c completer) tableNames() []string {
	var names []string
	for _, t := range c.tables {
		names = append(names, t.Name)
	}
	return names
}

func (c completer) arguments(command, word string) []string {
	switch command {
	case "\\d":
		return beginning(c.tableNames(), word)
	case "\\format":
		return beginning(format.Names(), word)
	case "\\timing", "\\pager":
		return beginning([]string{"on", "off"}, word)
	}
	return nil
}

func commandsWith(prefix string) []string {
	var names []string
	for _, c := range promptCommands {
		names = append(names, c.name)
	}
	return beginning(append(names, "\\q", "\\?"), prefix)
}

// beginning are the names that begin with a word, however it is written.
func beginning(names []string, word string) []string {
	var out []string
	for _, name := range names {
		if len(name) >= len(word) && strings.EqualFold(name[:len(word)], word) {
			out = append(out, name)
		}
	}
	return out
}
