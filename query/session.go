// Package query asks questions of a warehouse through DuckDB: any SQL, and the questions that reports have, with
// typed answers. The meaning of every number is in package sql; nothing is computed here. It opens files by the paths
// it is given and never lists a directory, writes nothing to the warehouse, and never reaches for the network.
package query

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"sync"

	"github.com/duckdb/duckdb-go/v2"

	views "llmbench/sql"
)

// Options are a session's limits. The zero value leaves them to DuckDB.
type Options struct {
	Threads     int    // 0: one for each core
	MemoryLimit string // such as 4GB; "": 80% of the memory
	TempDir     string // where a directory for spilled data is made and removed again; "": the system's
	// ReadOnly takes questions alone, and lets them read no file but those of the runs and in ReadDirs: for hosts that
	// people share.
	ReadOnly bool
	ReadDirs []string
	// Hold names base tables to read into memory once, for a session that asks many questions of few runs.
	Hold []string
	// Warn takes what the user should know: a file that was set aside, a question that reads very many runs. It may be nil.
	Warn func(string)
}

var memoryLimit = regexp.MustCompile(`^[0-9]+(\.[0-9]+)? *([kKmMgGtT][iI]?)?[bB]$`)

// Validate reports every impossible option, by the name of its flag.
func (o Options) Validate() error {
	var errs []error
	if o.Threads < 0 {
		errs = append(errs, fmt.Errorf("--threads %d: must be 1 or more, or 0 for all cores", o.Threads))
	}
	if o.MemoryLimit != "" && !memoryLimit.MatchString(o.MemoryLimit) {
		errs = append(errs, fmt.Errorf("--memory-limit %q: give a size such as 4GB", o.MemoryLimit))
	}
	return errors.Join(errs...)
}

// dsn turns every automatic download off. Even a query that asks for an extension by name gets an error at once
// instead of minutes of waiting for a network that is not there.
func (o Options) dsn(tempDir string) string {
	settings := url.Values{
		"autoinstall_known_extensions": {"false"},
		"autoload_known_extensions":    {"false"},
		"custom_extension_repository":  {"/nonexistent"},
		"allow_persistent_secrets":     {"false"},
		"temp_directory":               {tempDir},
	}
	if o.Threads > 0 {
		settings.Set("threads", strconv.Itoa(o.Threads))
	}
	if o.MemoryLimit != "" {
		settings.Set("memory_limit", o.MemoryLimit)
	}
	return "?" + settings.Encode()
}

// attachAtOpen is up to how many runs the event files are opened with the session. Beyond it they are opened when a
// query first reads them: each base table takes about 0.3 ms a run.
const attachAtOpen = 64

// warnAbove is from how many runs on a question that reads all their events says so.
const warnAbove = 500

// Session is one connection to an in-memory database with the warehouse's tables, views and macros. It is for one
// goroutine at a time.
type Session struct {
	connector *duckdb.Connector
	conn      *duckdb.Conn
	wire      *wire
	tempDir   string
	source    Source
	warn      func(string)
	bases     map[string]*base
	// readOnly refuses what is no question, but for statements of ours, while trusted is set.
	readOnly, trusted bool
	// streaming says that rows of the running query are not kept.
	streaming bool
	held      map[string]bool
	leftOut   []leftOut
	// pending are the tables, views and macros that do not exist yet. A query that needs one fails, makes it and runs
	// again. (The driver can name the tables of a query beforehand, but not those of every kind of query.)
	pending map[string]bool
}

// base is a base table and the event files of the runs that belong under it.
type base struct {
	table views.Table
	paths []string
}

// Open starts a session. Every view exists when it returns, however many runs there are; macros that no view needs are
// made when a query does. A damaged file is left out, which Options.Warn hears with the first query that misses it, and of
// its run the rest is there. The caller closes the session.
func Open(ctx context.Context, source Source, options Options) (*Session, error) {
	if options.ReadOnly { // nothing can be made afterwards
		return start(ctx, source, options, views.Tables())
	}
	return start(ctx, source, options, atOpen())
}

// OpenFor is Open for a question that the caller knows: what is not needed for the named tables and macros is made when a
// query needs it.
func OpenFor(ctx context.Context, source Source, options Options, names ...string) (*Session, error) {
	return start(ctx, source, options, needs(names...))
}

// atOpen are the tables, the views and what those need.
var atOpen = sync.OnceValue(func() []views.Table {
	var names []string
	for _, table := range views.Tables() {
		if table.Kind != views.KindTableMacro {
			names = append(names, table.Name)
		}
	}
	return needs(names...)
})

// needs lists what the named tables read from and themselves, in an order in which they can be created.
func needs(names ...string) []views.Table {
	needed := map[string]bool{}
	for _, name := range names {
		for _, table := range views.Needs(name) {
			needed[table.Name] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(views.Tables()), func(t views.Table) bool { return !needed[t.Name] })
}

// OpenLazily starts a session in which each table, view and macro is made when a query first needs it: for a question
// that the catalogue answers, which takes a tenth of the time then.
func OpenLazily(ctx context.Context, source Source, options Options) (*Session, error) {
	return start(ctx, source, options, nil)
}

// start connects and creates the tables; others are created when a query needs them.
func start(ctx context.Context, source Source, options Options, tables []views.Table) (*Session, error) {
	if err := options.Validate(); err != nil {
		return nil, err
	}
	s := &Session{source: source, warn: options.Warn, bases: map[string]*base{}, held: map[string]bool{}, pending: map[string]bool{}}
	for _, name := range options.Hold {
		s.held[name] = true
	}
	if s.warn == nil {
		s.warn = func(string) {}
	}
	for _, table := range views.Tables() {
		s.pending[table.Name] = true
	}
	for _, file := range eventFiles {
		s.bases[file.table] = &base{table: mustFind(file.table)}
	}
	if !source.every() {
		if err := s.findFiles(ctx); err != nil {
			return nil, err
		}
	}
	err := s.connect(ctx, options)
	if err == nil {
		err = s.create(ctx, tables, attachAtOpen)
	}
	if err == nil && options.ReadOnly {
		s.readOnly = true
		err = s.restrict(ctx, options.ReadDirs)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the warehouse's views: %w", err), s.Close())
	}
	return s, nil
}

func (s *Session) connect(ctx context.Context, options Options) error {
	// Without a directory to spill to a large question fails for want of memory, which is better than none being answered.
	s.tempDir, _ = makeTempDir(options.TempDir)
	connector, err := duckdb.NewConnector(options.dsn(s.tempDir), nil)
	if err != nil {
		return err
	}
	s.connector = connector
	if s.conn, s.wire, err = connectWire(ctx, connector); err != nil {
		return err
	}
	// Points in time read the same wherever a report is made.
	return s.exec(ctx, "SET TimeZone = 'UTC'")
}

// Close ends the session and removes what it spilled to disk.
func (s *Session) Close() error {
	var errs []error
	if s.conn != nil {
		s.wire.close()
		errs = append(errs, s.conn.Close())
	}
	if s.connector != nil {
		errs = append(errs, s.connector.Close())
	}
	if s.tempDir != "" {
		errs = append(errs, os.RemoveAll(s.tempDir))
	}
	return errors.Join(errs...)
}

// exec runs one or more statements of our own, without arguments.
func (s *Session) exec(ctx context.Context, text string) error {
	_, err := s.conn.ExecContext(ctx, text, nil)
	return explain(ctx, err)
}
