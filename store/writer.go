package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Writer takes the rows of one run. It belongs to one goroutine at a time. Until Finish the rows are in a journal
// that any later Open recovers, should this process die; once a second they are made to survive a power cut too.
type Writer struct {
	warehouse *Warehouse
	run       Run
	dir       string
	held      *heldLease
	encoder   *journalEncoder[Record]
	samples   *sampleJournals
	file      *journalFile
	rows      int64
	unwritten int64 // of them, those that are in memory alone
	cost      WriterCost
	ended     bool

	moving sync.Mutex // guards warehouse and file against those who look on from beside
}

// WriterCost is what the journal took of the measured time. Appending is work of the collector's one writer goroutine;
// syncing goes on beside it.
type WriterCost struct {
	Append        time.Duration // in all
	LongestAppend time.Duration
	LongestSync   time.Duration
	Bytes         int64
}

// Begin starts a run: it creates the warehouse where there is none, and the run's journal. A run without an id gets
// one, without a time it begins now, without a tool version it has that of the warehouse's options; its status is
// RunRunning. An id that is taken is ErrExists.
func (w *Warehouse) Begin(ctx context.Context, run Run) (*Writer, error) {
	if w.remote != nil {
		return w.beginStaged(ctx, run)
	}
	run.Status = RunRunning
	if run.BeganAt.IsZero() {
		run.BeganAt = w.opts.Now()
	}
	run.BeganAt = wallClock(run.BeganAt)
	if run.ToolVersion == "" {
		run.ToolVersion = w.opts.ToolVersion
	}
	given := run.RunID != ""
	if given {
		if err := w.checkFree(ctx, run.RunID); err != nil {
			return nil, fmt.Errorf("begin run: %w", err)
		}
	}
	if err := w.create(); err != nil {
		return nil, err
	}
	for {
		if !given {
			run.RunID = NewRunID(w.opts.Now())
		}
		writer, err := w.begin(run)
		if !given && errors.Is(err, ErrExists) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("begin run %s in %s: %w", run.RunID, w.given, err)
		}
		return writer, nil
	}
}

// checkFree tells whether no finished run has the id.
func (w *Warehouse) checkFree(ctx context.Context, id string) error {
	if err := checkRunID(id); err != nil {
		return err
	}
	switch _, err := w.find(ctx, id); {
	case errors.Is(err, ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("run %s in %s: %w", id, w.given, ErrExists)
}

// create makes the warehouse's own directories.
func (w *Warehouse) create() error {
	err := os.MkdirAll(w.dir, 0o777)
	if err == nil {
		err = makeDirs(w.dir, journalDir)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOTDIR):
		return w.notADirectory()
	}
	return fmt.Errorf("write to warehouse %s: %w; name another with --warehouse", w.given, bareCause(err))
}

// begin makes the journal under another name first, so that it appears with its lease in it: without one it would
// look like a dead run.
func (w *Warehouse) begin(run Run) (*Writer, error) {
	dir := filepath.Join(w.dir, journalDir, run.RunID)
	if _, err := os.Stat(filepath.Join(w.dir, filepath.FromSlash(runDir(&run)), runJSONFile)); err == nil {
		return nil, ErrExists
	}
	young := filepath.Join(w.dir, journalDir, ".new-"+run.RunID+"-"+randomLetters(4))
	if err := os.Mkdir(young, 0o777); err != nil {
		return nil, err
	}
	writer, err := w.fillJournal(young, dir, run)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(young))
	}
	return writer, nil
}

func (w *Warehouse) fillJournal(young, dir string, run Run) (*Writer, error) {
	if err := writeJournalled(young, run); err != nil {
		return nil, err
	}
	file, err := createJournalFile(filepath.Join(young, requestsJournal))
	if err != nil {
		return nil, err
	}
	held, err := takeLease(young, w.clock)
	if err != nil {
		return nil, errors.Join(err, file.close())
	}
	// A directory that is not empty is never renamed over: the id is ours or somebody else's.
	if err := errors.Join(os.Rename(young, dir), syncDir(filepath.Dir(dir))); err != nil {
		if errors.Is(err, fs.ErrExist) || errors.Is(err, syscall.ENOTEMPTY) {
			err = ErrExists
		}
		return nil, errors.Join(err, file.close())
	}
	held.keep(dir)
	return &Writer{warehouse: w, run: run, dir: dir, held: held, file: file,
		encoder: newJournalEncoder(), samples: newSampleJournals(dir)}, nil
}

// writeJournalled says in the journal in dir what its run is.
func writeJournalled(dir string, run Run) error {
	text, err := json.Marshal(run)
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(dir, runJSONFile), text, time.Time{})
}

// RunID is the id of the run. It changes only when another process held this one for dead and recovered the run: all
// the rows, those before that too, then go on under another id.
func (w *Writer) RunID() string { return w.run.RunID }

// Cost is what the journal took so far.
func (w *Writer) Cost() WriterCost {
	cost := w.cost
	cost.Bytes, cost.LongestSync = w.file.state()
	return cost
}

// Append adds finished requests to the journal by one write. The records are the caller's again when it returns.
// After an error the rows are kept in memory and written first by the next Append, Sync or Finish: they must not be
// appended again.
func (w *Writer) Append(batch []*Record) error {
	if w.ended {
		return w.failed("use", fs.ErrClosed)
	}
	begin := time.Now()
	if err := w.encoder.add(batch); err != nil {
		return w.failed("append to", err)
	}
	w.rows += int64(len(batch))
	w.unwritten += int64(len(batch))
	err := w.flush()
	took := time.Since(begin)
	w.cost.Append += took
	w.cost.LongestAppend = max(w.cost.LongestAppend, took)
	return err
}

// flush writes what the encoder holds.
func (w *Writer) flush() error {
	if err := w.secure(); err != nil {
		return err
	}
	if err := w.file.append(w.encoder.frame.Bytes()); err != nil {
		return w.failed("append to", err)
	}
	w.encoder.frame.Reset()
	w.unwritten = 0
	return nil
}

// secure makes sure that what is written will be found: it goes on elsewhere when the journal is not this writer's any
// more.
func (w *Writer) secure() error {
	if w.held.state() == leaseHeld {
		return nil
	}
	return w.rescue()
}

// Sync makes what was appended survive a power cut.
func (w *Writer) Sync() error {
	if w.ended {
		return w.failed("use", fs.ErrClosed)
	}
	if err := w.flush(); err != nil {
		return err
	}
	if err := errors.Join(w.file.sync(), w.samples.sync()); err != nil {
		return w.failed("sync", err)
	}
	return nil
}

func (w *Writer) failed(what string, err error) error {
	return fmt.Errorf("%s the journal of run %s: %w", what, w.run.RunID, err)
}

// Unwritten is how many of all rows that were appended are in memory alone, because the journal could not be written.
func (w *Writer) Unwritten() (unwritten, all int64) { return w.unwritten, w.rows }

// Finish stores the run: Parquet files, summary, run.json, catalogue; and removes the journal. Where the disk has no room
// for all the rows, that is done in Refuge. run replaces what
// Begin was given; its id must be that of RunID, and its status is the caller's, RunInterrupted after Ctrl-C. After an
// error the journal is as it was: Finish may be called again, or Abort, or the next Open recovers the run.
func (w *Writer) Finish(ctx context.Context, run Run) (Entry, error) {
	if run.RunID != w.run.RunID {
		return Entry{}, fmt.Errorf("finish run %s: it cannot become run %s", w.run.RunID, run.RunID)
	}
	w.held.check()
	if err := w.settle(); err != nil {
		return Entry{}, err
	}
	run.RunID = w.run.RunID
	// Should this process die now, the run is recovered as what it became. Where there is no room for that the rows
	// are no worse off.
	_ = writeJournalled(w.dir, run)
	done, err := w.warehouse.finishRun(ctx, w.dir, run, w.complete)
	if err != nil {
		return Entry{}, fmt.Errorf("finish run %s: %w; its rows are kept in %s", run.RunID, err, w.warehouse.typed(w.dir))
	}
	w.end()
	if note := w.warehouse.retire(w.dir, done.damaged); note != "" {
		w.warehouse.warn("finished run %s%s", run.RunID, note)
	}
	// The catalogue is a cache that the next command brings up to date as well.
	_ = w.warehouse.touch(ctx)
	if sendOn := w.warehouse.sendOn; sendOn != nil {
		return sendOn(ctx, done.entry), nil
	}
	return done.entry, nil
}

// complete fills in what the caller left out.
func (w *Writer) complete(run *Run, tally runTally) error {
	if tally.rows != w.rows {
		w.warehouse.warn("run %s: %d of %d requests were read back from the journal", run.RunID, tally.rows, w.rows)
	}
	if run.ToolVersion == "" {
		run.ToolVersion = w.run.ToolVersion
	}
	return nil
}

func (w *Writer) end() {
	w.ended = true
	w.held.release()
	w.file.close() // synced before
	w.samples.close()
}

// Abort gives the run up. A journal without rows is removed; one with rows is left to be recovered by the next Open.
// After Finish it does nothing.
func (w *Writer) Abort() error {
	if w.ended {
		return nil
	}
	if w.rows == 0 {
		w.end()
		if w.held.state() != leaseHeld {
			return nil
		}
		return removeJournal(w.dir)
	}
	flushed := errors.Join(w.flush(), w.samples.append(Samples{}))
	w.end()
	return errors.Join(flushed, w.held.abandon())
}
