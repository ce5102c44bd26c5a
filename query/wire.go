package query

import (
	"context"
	"database/sql/driver"
	"sync"

	bindings "github.com/duckdb/duckdb-go-bindings"
	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// The driver has DuckDB keep a whole answer in memory before the first row can be read: 50 million rows of two numbers
// take 1.6 GB. DuckDB itself can hand rows over as they are made, and the driver calls it through variables that it
// exports. Four of these calls are listened to here, to learn the handles that the driver keeps to itself, and one goes
// another way for the statements that are to be streamed. (Its Arrow interface keeps whole answers too; doing without
// the driver would mean converting every type anew.) A driver that should once make other calls gives kept answers, as
// before, and fails TestStreamIsStreamed.

// wire is what is known of a session's connection to DuckDB beside what the driver tells.
type wire struct {
	conn     mapping.Connection
	prepared mapping.PreparedStatement // the last one
	result   mapping.Result            // of the statement that was streamed last
}

var (
	// connecting is held while a session connects; connected is then the connection that was made.
	connecting sync.Mutex
	connected  mapping.Connection
	// wires holds each *wire under its connection and, while one is streamed, its statement and its pending result: all
	// addresses of things that live.
	wires sync.Map
)

func init() {
	connect := mapping.Connect
	mapping.Connect = func(db mapping.Database, conn *mapping.Connection) mapping.State {
		state := connect(db, conn)
		connected = *conn
		return state
	}
	prepare := mapping.PrepareExtractedStatement
	mapping.PrepareExtractedStatement = func(conn mapping.Connection, all mapping.ExtractedStatements, i mapping.IdxT,
		statement *mapping.PreparedStatement) mapping.State {
		state := prepare(conn, all, i, statement)
		if w, ok := wires.Load(conn.Ptr); ok {
			w.(*wire).prepared = *statement
		}
		return state
	}
	begin := mapping.PendingPrepared
	mapping.PendingPrepared = func(statement mapping.PreparedStatement, pending *mapping.PendingResult) mapping.State {
		w, streamed := wires.Load(statement.Ptr)
		if !streamed {
			return begin(statement, pending)
		}
		state := bindings.PendingPreparedStreaming(statement, pending)
		wires.Store(pending.Ptr, w)
		return state
	}
	run := mapping.ExecutePending
	mapping.ExecutePending = func(pending mapping.PendingResult, result *mapping.Result) mapping.State {
		state := run(pending, result)
		if w, streamed := wires.LoadAndDelete(pending.Ptr); streamed {
			w.(*wire).result = *result
		}
		return state
	}
}

// connectWire connects and begins to listen.
func connectWire(ctx context.Context, connector *duckdb.Connector) (*duckdb.Conn, *wire, error) {
	connecting.Lock()
	defer connecting.Unlock()
	connected = mapping.Connection{}
	conn, err := connector.Connect(ctx)
	if err != nil {
		return nil, nil, err
	}
	w := &wire{conn: connected}
	if w.conn.Ptr != nil {
		wires.Store(w.conn.Ptr, w)
	}
	return conn.(*duckdb.Conn), w, nil
}

// close ends the listening, before the connection is closed.
func (w *wire) close() { wires.Delete(w.conn.Ptr) }

// stream runs the statement that was prepared under this handle, its rows made as they are read. The result is the one
// that the rows come from.
func (w *wire) stream(ctx context.Context, stmt *duckdb.Stmt, handle mapping.PreparedStatement, args []driver.NamedValue) (
	driver.Rows, mapping.Result, error) {
	w.result = mapping.Result{}
	if handle.Ptr != nil {
		wires.Store(handle.Ptr, w)
		defer wires.Delete(handle.Ptr)
	}
	rows, err := stmt.QueryContext(ctx, args)
	return rows, w.result, err
}
