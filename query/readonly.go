package query

import (
	"context"
	"errors"
	"regexp"
	"slices"

	"github.com/duckdb/duckdb-go/v2"
)

// restrict closes the session for questions of people who are not trusted with this host: what they ask may read the
// files of the runs and what is in the given folders, and change nothing, neither files nor settings. It comes after
// the views exist.
func (s *Session) restrict(ctx context.Context, dirs []string) error {
	files := []string{}
	if s.source.Catalogue != "" {
		files = append(files, s.source.Catalogue)
	}
	for _, base := range s.bases {
		files = append(files, base.paths...)
	}
	// The order matters: something can be allowed only while everything is.
	return s.exec(ctx, "SET allowed_directories = ["+literals(slices.Concat(dirs, []string{s.tempDir}))+"];\n"+
		"SET allowed_paths = ["+literals(files)+"];\n"+
		"SET enable_external_access = false;\n"+
		"SET lock_configuration = true;\n")
}

// errReadOnly refuses a statement. DuckDB would let a COPY write where it may read.
var errReadOnly = &Error{Summary: "--read-only takes questions alone: SELECT, FROM, DESCRIBE, SUMMARIZE, SHOW, EXPLAIN"}

// allow refuses what is no question.
func (s *Session) allow(ctx context.Context, stmt *duckdb.Stmt, text string) error {
	if !s.readOnly || s.trusted {
		return nil
	}
	kind, err := stmt.StatementType()
	switch {
	case err != nil:
		return err
	case kind == duckdb.STATEMENT_TYPE_SELECT:
		return nil
	case kind == duckdb.STATEMENT_TYPE_EXPLAIN:
		return s.allowExplained(ctx, text)
	}
	return errReadOnly
}

// explaining finds what EXPLAIN stands before. EXPLAIN ANALYZE runs it.
var explaining = regexp.MustCompile(`(?is)^\s*EXPLAIN(\s+ANALY[ZS]E)?(\s*\([^()]*\))?\s+`)

func (s *Session) allowExplained(ctx context.Context, text string) error {
	prefix := explaining.FindString(text)
	if prefix == "" {
		return errReadOnly
	}
	stmt, err := s.prepare(ctx, text[len(prefix):])
	if err != nil {
		return explain(ctx, err)
	}
	return errors.Join(s.allow(ctx, stmt, text[len(prefix):]), stmt.Close())
}

// allowAll looks at every statement of a text.
func (s *Session) allowAll(ctx context.Context, statements []string) error {
	for _, text := range statements {
		stmt, err := s.prepare(ctx, text)
		for err != nil {
			again, repairErr := s.repair(ctx, explain(ctx, err))
			if repairErr != nil || !again {
				return errors.Join(repairErr, explain(ctx, err))
			}
			stmt, err = s.prepare(ctx, text)
		}
		if err := errors.Join(s.allow(ctx, stmt, text), stmt.Close()); err != nil {
			return err
		}
	}
	return nil
}

// trust runs statements of ours that a read-only session would refuse.
func (s *Session) trust(run func() error) error {
	s.trusted = true
	defer func() { s.trusted = false }()
	return run()
}
