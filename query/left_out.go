package query

import (
	"regexp"
	"slices"
	"strings"

	views "llmbench/sql"
)

// leftOut is a file that no answer of its table has.
type leftOut struct {
	table, note string
}

// tellLeftOut says which files are missing from the answer to a question, each once: those of tables that it names, or that
// stand below what it names. Of others nobody asked.
func (s *Session) tellLeftOut(question string) {
	if len(s.leftOut) == 0 {
		return
	}
	read := s.tablesBelow(question)
	s.leftOut = slices.DeleteFunc(s.leftOut, func(l leftOut) bool {
		concerned := read[l.table]
		if concerned {
			s.warn(l.note)
		}
		return concerned
	})
}

var names = regexp.MustCompile(`[a-z_0-9]+`)

// tablesBelow are the tables that a text may read from. A name in another meaning merely makes it a table too many.
func (s *Session) tablesBelow(text string) map[string]bool {
	below := map[string]bool{}
	for _, name := range names.FindAllString(strings.ToLower(text), -1) {
		if name == Summary && s.storesSummaries() {
			continue
		}
		for _, table := range views.Needs(name) {
			below[table.Name] = true
		}
	}
	return below
}
