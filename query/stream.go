package query

import (
	"context"
	"database/sql/driver"
	"errors"
	"reflect"
	"sync"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"
	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// The driver has DuckDB keep a whole answer in memory before the first row can be read: 50 million rows of two numbers
// take 1.6 GB. DuckDB itself can hand rows over as they are made, and the driver calls it through variables that it
// exports, so the one call that decides is diverted for the statements marked here; all others go the driver's way.
// Where the driver's fields should once have other names, nothing is marked and answers are kept in memory as before.

// streamed holds the handles of the statements whose answer is streamed.
var streamed sync.Map

func init() {
	whole := mapping.PendingPrepared
	mapping.PendingPrepared = func(statement mapping.PreparedStatement, pending *mapping.PendingResult) mapping.State {
		if _, marked := streamed.Load(uintptr(statement.Ptr)); marked {
			return bindings.PendingPreparedStreaming(statement, pending)
		}
		return whole(statement, pending)
	}
}

// Stream is Query for answers of any size: rows are made as they are read, so that memory does not grow with them. They
// are valid until the next query of the session.
func (s *Session) Stream(ctx context.Context, text string, args ...any) (*Rows, error) {
	s.streaming = true
	defer func() { s.streaming = false }()
	return s.Query(ctx, text, args...)
}

// queryStreamed runs a statement whose rows are to be streamed.
func queryStreamed(ctx context.Context, stmt *duckdb.Stmt, args []driver.NamedValue) (driver.Rows, error) {
	handle := handleOf(stmt)
	if handle == 0 {
		return stmt.QueryContext(ctx, args)
	}
	streamed.Store(handle, true)
	defer streamed.Delete(handle)
	return stmt.QueryContext(ctx, args)
}

// handleOf is the address of DuckDB's prepared statement, 0 when it cannot be told.
func handleOf(stmt *duckdb.Stmt) uintptr {
	field := reflect.ValueOf(stmt).Elem().FieldByName("preparedStmt")
	if !field.IsValid() || field.Kind() != reflect.Pointer || field.IsNil() {
		return 0
	}
	pointer := field.Elem().FieldByName("Ptr")
	if !pointer.IsValid() || pointer.Kind() != reflect.UnsafePointer {
		return 0
	}
	return pointer.Pointer()
}

// streamError is what ended a streamed answer early. The driver takes every end for the last row's, which would pass a
// part of the answer off as the whole.
func streamError(rows driver.Rows) error {
	result := field[mapping.Result](rows, "res")
	if result == nil {
		return nil
	}
	if text := mapping.ResultError(result); text != "" {
		return errors.New(text)
	}
	return nil
}

// interruptOn ends a streamed answer that is being made when the context does: the driver watches the context only until
// the first row. stop ends the watch.
func (s *Session) interruptOn(ctx context.Context) (stop func()) {
	conn := field[mapping.Connection](s.conn, "conn")
	if conn == nil {
		return func() {}
	}
	done := make(chan struct{})
	unused := context.AfterFunc(ctx, func() {
		mapping.Interrupt(*conn)
		close(done)
	})
	return func() {
		// An interrupt that has begun must not reach a connection that is closed.
		if !unused() {
			<-done
		}
	}
}

// field gives the address of a field of the driver's, nil when it has none of that name and type.
func field[T any](of any, name string) *T {
	value := reflect.ValueOf(of)
	if value.Kind() != reflect.Pointer || value.Elem().Kind() != reflect.Struct {
		return nil
	}
	f := value.Elem().FieldByName(name)
	if !f.IsValid() || f.Type() != reflect.TypeFor[T]() {
		return nil
	}
	return (*T)(unsafe.Pointer(f.UnsafeAddr()))
}
