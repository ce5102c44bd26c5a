package query

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	views "llmbench/sql"
)

// repair answers an error of a query. It reports whether the query should run again: because a table it needs has
// been created, or because a file that it choked on has been set aside.
func (s *Session) repair(ctx context.Context, err error) (bool, error) {
	if name, ok := missingName(err); ok {
		pending := s.pending[name]
		return pending, s.create(ctx, s.needs(name), math.MaxInt)
	}
	if !s.mayBeDamage(err) {
		return false, nil
	}
	repaired := false
	for _, b := range s.bases {
		if s.pending[b.table.Name] {
			continue
		}
		before := len(b.paths)
		if err := s.setAside(ctx, b, s.scan); err != nil {
			return false, err
		}
		if len(b.paths) == before {
			continue
		}
		repaired = true
		if err := s.attach(ctx, b); err != nil {
			return false, err
		}
	}
	return repaired, nil
}

// needs lists what a query on the named table needs, in an order in which it can be created. A stored summary needs no
// events.
func (s *Session) needs(name string) []views.Table {
	if name == Summary && s.storesSummaries() {
		return []views.Table{mustFind("selected_runs"), mustFind(Summary)}
	}
	return views.Needs(name)
}

// mayBeDamage tells errors that a damaged or vanished file can cause from those of the query's own making. An error of
// decoding names no file; the others name theirs.
func (s *Session) mayBeDamage(err error) bool {
	var duck *duckdb.Error
	if !errors.As(err, &duck) {
		return false
	}
	switch duck.Type {
	case duckdb.ErrorTypeInvalid, duckdb.ErrorTypeSerialization, duckdb.ErrorTypeUnknownType:
		return true
	case duckdb.ErrorTypeIO, duckdb.ErrorTypeInvalidInput, duckdb.ErrorTypeConversion:
		for _, b := range s.bases {
			if slices.ContainsFunc(b.paths, func(path string) bool { return strings.Contains(duck.Msg, path) }) {
				return true
			}
		}
	}
	return false
}

// firstLine is an error in one line, without our own preamble.
// briefly is the first line of what is wrong with a file, without its name, which stands before it already.
func briefly(err error, path string) string {
	text := strings.ReplaceAll(firstLine(err), "File '"+path+"'", "it is")
	text = strings.ReplaceAll(text, "'"+path+"'", "it")
	return strings.TrimPrefix(text, "Invalid Input Error: ")
}

func firstLine(err error) string {
	text := err.Error()
	if known := (*Error)(nil); errors.As(err, &known) && known.Detail != "" {
		text = known.Detail
	}
	text, _, _ = strings.Cut(text, "\n")
	return text
}
