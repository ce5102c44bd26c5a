package query

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// Query runs every statement of the text and gives the rows of the last. Arguments fill its parameters ($1, ?), the
// earlier statements have none. Rows of an earlier query stay valid. A canceled context interrupts a running
// statement.
func (s *Session) Query(ctx context.Context, text string, args ...any) (*Rows, error) {
	spans, tail := split(text)
	if tail.begin < tail.end {
		spans = append(spans, tail)
	}
	if len(spans) == 0 {
		return nil, &Error{Summary: "the query is empty"}
	}
	defer s.tellLeftOut(text)
	last := len(spans) - 1
	for _, span := range spans[:last] {
		rows, err := s.run(ctx, statement(text, span))
		if err != nil {
			return nil, err
		}
		if err := rows.Close(); err != nil {
			return nil, explain(ctx, err)
		}
	}
	return s.run(ctx, statement(text, spans[last]), args...)
}

// statement is a part of a text, below as many empty lines as stand before it, so that DuckDB names the right line.
func statement(text string, s span) string {
	begin := s.end - len(strings.TrimLeft(text[s.begin:s.end], " \t\r\n\f\v"))
	return strings.Repeat("\n", strings.Count(text[:begin], "\n")) + text[begin:s.end]
}

// run runs one statement, again after each error that could be repaired. A statement that failed has changed nothing.
func (s *Session) run(ctx context.Context, text string, args ...any) (*Rows, error) {
	for {
		rows, err := s.once(ctx, text, args...)
		if err == nil || ctx.Err() != nil {
			return rows, err
		}
		again, repairErr := s.repair(ctx, err)
		if repairErr != nil {
			return nil, repairErr
		}
		if !again {
			return nil, err
		}
	}
}

// once runs one statement.
func (s *Session) once(ctx context.Context, text string, args ...any) (*Rows, error) {
	stmt, err := s.prepare(ctx, text)
	if err != nil {
		return nil, explain(ctx, err)
	}
	handle := s.wire.prepared
	if err := s.allow(ctx, stmt, text); err != nil {
		return nil, errors.Join(err, stmt.Close())
	}
	json := jsonColumns(stmt)
	if len(json) > 0 {
		if plain, err := s.prepare(ctx, jsonAsText(stmt, text)); err == nil {
			if err := stmt.Close(); err != nil {
				return nil, err
			}
			stmt, handle = plain, s.wire.prepared
		}
	}
	named := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: arg}
	}
	r, err := s.execute(ctx, stmt, handle, named)
	if err != nil {
		return nil, explain(ctx, errors.Join(err, stmt.Close()))
	}
	if r.stream != nil {
		r.stream.text, r.stream.args = text, args
	}
	for _, i := range json {
		r.Columns[i].Type = "JSON"
	}
	if r.asksNothing() {
		r.countChanged()
	}
	return r, nil
}

func (s *Session) execute(ctx context.Context, stmt *duckdb.Stmt, handle mapping.PreparedStatement, args []driver.NamedValue) (*Rows, error) {
	if !s.streaming {
		rows, err := stmt.QueryContext(ctx, args)
		if err != nil {
			return nil, err
		}
		return newRows(ctx, stmt, rows), nil
	}
	rows, result, err := s.wire.stream(ctx, stmt, handle, args)
	if err != nil {
		return nil, err
	}
	r := newRows(ctx, stmt, rows)
	r.stream = s.newStream(ctx, result)
	return r, nil
}

func (s *Session) prepare(ctx context.Context, text string) (*duckdb.Stmt, error) {
	prepared, err := s.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	return prepared.(*duckdb.Stmt), nil
}
