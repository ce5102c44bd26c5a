// Package store is the warehouse on disk: row types, the journal of a run in progress, Parquet files, their layout
// and the catalogue of runs. It knows nothing of HTTP and never runs SQL; whoever opens a warehouse brings the
// function that computes a run's summary.
package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Files names what a finished run has on disk. Paths are absolute. A file the run does not have is "".
type Files struct {
	// Dir is the run's folder, which has the others.
	Dir      string
	RunJSON  string
	Requests string
	Tokens   string
	Texts    string

	Devices       string
	ServerMetrics string
	Hosts         string
}

// Entry is one run as the catalogue knows it.
type Entry struct {
	Run Run
	// Summary is nil for a run whose summary could not be made.
	Summary *Summary
	Files   Files
	// Definitions is the DefinitionsVersion the summary was made by, 0 when none was made. Where it is not today's,
	// Summary is nil until Freshen has made it anew.
	Definitions int

	sizes eventSizes
	dir   string // of the run's files, relative to the warehouse, with slashes
}

// Options is what a warehouse needs of the program around it. Every field may be left out.
type Options struct {
	// Summarise computes a run's summary from its row and its event files. Without it runs are stored without a
	// summary, to be summarised by the first Freshen that can.
	Summarise func(ctx context.Context, run Run, files Files) (*Summary, error)
	// Warn takes notes for people: a run recovered, a file set aside. No note is given twice by one Warehouse.
	Warn func(note string)
	// Now is the wall clock, and that of the heartbeats. Without it the first is time.Now and the second the file
	// system's own, which hosts that share it agree upon.
	Now func() time.Time
	// ToolVersion is written into every file, and into a run that has none of its own.
	ToolVersion string
}

// Warehouse is an open warehouse. Its methods may be called from several goroutines; any number of processes may
// have the same directory open.
type Warehouse struct {
	given string // as the user wrote it, for messages
	dir   string // absolute
	opts  Options
	clock leaseClock
	// remote is nil for a warehouse that is a directory.
	remote *remote
	// sendOn, when set, takes each run that was finished here to where it belongs.
	sendOn func(context.Context, Entry) Entry

	mu        sync.Mutex // guards catalogue and setAside
	catalogue catalogue
	setAside  []setAside // by the last look

	noting sync.Mutex // guards said
	said   map[string]bool
}

// Look tells whether there is a warehouse in dir: nil, or what is there instead. ErrNoWarehouse when there is nothing, or
// something else. An empty folder is a warehouse without runs.
func Look(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w in %s: no such folder", ErrNoWarehouse, dir)
	case errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("%w in %s: it is a file", ErrNoWarehouse, dir)
	case err != nil:
		return fmt.Errorf("open warehouse %s: %w", dir, bareCause(err))
	}
	known := func(e fs.DirEntry) bool {
		return slices.Contains([]string{catalogueFile, eventsDir, journalDir}, e.Name())
	}
	if len(entries) > 0 && !slices.ContainsFunc(entries, known) {
		return fmt.Errorf("%w in %s: the folder holds something else", ErrNoWarehouse, dir)
	}
	return nil
}

// Open opens the warehouse in dir. A directory that does not exist is an empty warehouse, created by the first
// Begin. Runs whose writer died are recovered before Open returns, and said through Options.Warn; one that cannot
// be recovered stays in the journal for the next to open it. ctx ends the recovery, not the warehouse.
func Open(ctx context.Context, dir string, opts Options) (*Warehouse, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open warehouse %s: %w", dir, err)
	}
	w := newWarehouse(dir, abs, opts)
	switch info, err := os.Stat(abs); {
	case errors.Is(err, fs.ErrNotExist):
		return w, nil
	case err != nil:
		return nil, fmt.Errorf("open warehouse %s: %w", dir, bareCause(err))
	case !info.IsDir():
		return nil, w.notADirectory()
	}
	if err := w.recoverDead(ctx); err != nil {
		return nil, fmt.Errorf("open warehouse %s: %w", dir, err)
	}
	return w, nil
}

func newWarehouse(given, abs string, opts Options) *Warehouse {
	w := &Warehouse{given: given, dir: abs, opts: opts, clock: givenClock(opts.Now), said: make(map[string]bool)}
	if opts.Now == nil {
		w.opts.Now, w.clock = time.Now, diskClock{time.Now}
	}
	return w
}

// Dir is the warehouse's directory as it was given to Open.
func (w *Warehouse) Dir() string { return w.given }

// Close removes what the warehouse keeps outside its directory. It does not end writers.
func (w *Warehouse) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.catalogue.removeCopies()
	if w.remote != nil {
		err = errors.Join(err, w.remote.staging.Close())
	}
	return err
}

func (w *Warehouse) notADirectory() error {
	return fmt.Errorf("open warehouse %s: it is a file, not a directory; name another with --warehouse", w.given)
}

// warn passes a note on, once.
func (w *Warehouse) warn(format string, args ...any) {
	note := fmt.Sprintf(format, args...)
	w.noting.Lock()
	defer w.noting.Unlock()
	if w.opts.Warn == nil || w.said[note] {
		return
	}
	w.said[note] = true
	w.opts.Warn(note)
}

// bareCause drops the operation and the path that the os package puts before an error, where the message around
// it names both already.
func bareCause(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	if linkErr, ok := errors.AsType[*os.LinkError](err); ok {
		return linkErr.Err
	}
	return err
}
