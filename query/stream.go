package query

import (
	"context"
	"errors"
	"io"
	"regexp"
	"strconv"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// stream is the making of an answer whose rows are not kept.
type stream struct {
	session *Session
	ctx     context.Context
	result  mapping.Result
	text    string // of the statement
	args    []any
	stop    func() // ends the watch over the context
}

// Stream is Query for answers of any size: rows are made as they are read, so that memory does not grow with them. They
// are valid until the next query of the session.
func (s *Session) Stream(ctx context.Context, text string, args ...any) (*Rows, error) {
	s.streaming = true
	defer func() { s.streaming = false }()
	return s.Query(ctx, text, args...)
}

func (s *Session) newStream(ctx context.Context, result mapping.Result) *stream {
	return &stream{session: s, ctx: ctx, result: result, stop: s.interruptOn(ctx)}
}

// interruptOn ends a streamed answer that is being made when the context does: the driver watches the context only until
// the first row. stop ends the watch.
func (s *Session) interruptOn(ctx context.Context) (stop func()) {
	if s.wire.conn.Ptr == nil {
		return func() {}
	}
	done := make(chan struct{})
	unused := context.AfterFunc(ctx, func() {
		mapping.Interrupt(s.wire.conn)
		close(done)
	})
	return func() {
		// An interrupt that has begun must not reach a connection that is closed.
		if !unused() {
			<-done
		}
	}
}

// end is what ended the rows: io.EOF after the last, else what went wrong. The driver takes every end for the last row's,
// which would pass a part of the answer off as the whole.
func (s *stream) end() error {
	text := mapping.ResultError(&s.result)
	if text == "" {
		return io.EOF
	}
	err := &duckdb.Error{Type: duckdb.ErrorType(mapping.ResultErrorType(&s.result)), Msg: text}
	if err.Type == duckdb.ErrorTypeInterrupt && s.ctx.Err() == nil {
		return s.cause()
	}
	return err
}

// cause is the error behind an interrupt that nobody asked for. A thread of DuckDB's that fails stops the others by the
// flag that also serves for Ctrl-C, and the one that hands the rows over, should it see the flag first, gives that for its
// reason and forgets the error (SimpleBufferedData::ExecuteTaskInternal, in 1.5.6). So the question is asked again in a
// way that keeps no rows and cannot stream.
func (s *stream) cause() error {
	s.session.warn("a part of the answer could not be made; asking again for the reason")
	rows, err := s.session.Query(s.ctx, "SELECT max(hash(answer)) FROM (\n"+s.text+"\n) AS answer", s.args...)
	if err == nil {
		return errors.Join(&Error{Summary: "the answer broke off for a reason that DuckDB did not keep; ask again with --threads 1"},
			rows.Close())
	}
	if known := (*Error)(nil); errors.As(err, &known) {
		known.Detail = lineNumber.ReplaceAllStringFunc(known.Detail, lineBefore)
	}
	return err
}

// lineNumber is the place that an error names.
var lineNumber = regexp.MustCompile(`(?m)^LINE \d+:`)

// lineBefore numbers a line as in the question without the line that cause puts before it.
func lineBefore(line string) string {
	n, _ := strconv.Atoi(line[len("LINE ") : len(line)-1])
	return "LINE " + strconv.Itoa(n-1) + ":"
}
