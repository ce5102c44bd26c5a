package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// recoverDead finishes every run in the journal whose writer is gone. What goes wrong with one is a note; the error
// is ctx's alone.
func (w *Warehouse) recoverDead(ctx context.Context) error {
	journals, err := os.ReadDir(filepath.Join(w.dir, journalDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		w.warn("the journal of %s cannot be read: %v", w.given, bareCause(err))
		return nil
	}
	for _, journal := range journals {
		if err := ctx.Err(); err != nil {
			return err
		}
		dir := filepath.Join(w.dir, journalDir, journal.Name())
		switch {
		case !journal.IsDir():
		case strings.HasPrefix(journal.Name(), "."):
			w.sweep(dir)
		default:
			w.recoverJournal(ctx, dir)
		}
	}
	return ctx.Err()
}

// sweep removes what a crash left of a journal that was being made or deleted; it never had rows to lose. Damaged
// ones are kept.
func (w *Warehouse) sweep(dir string) {
	name := filepath.Base(dir)
	if !strings.HasPrefix(name, ".new-") && !strings.HasPrefix(name, ".done-") {
		return
	}
	if alive, _ := w.journalAlive(dir); alive {
		return
	}
	if info, err := os.Stat(dir); err == nil && w.clock.now(filepath.Dir(dir)).Sub(info.ModTime()) > leaseLimit {
		os.RemoveAll(dir) // the next to open the warehouse tries again
	}
}

func (w *Warehouse) recoverJournal(ctx context.Context, dir string) {
	id := filepath.Base(dir)
	alive, err := w.journalAlive(dir)
	if alive || errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err == nil {
		err = w.recoverRun(ctx, dir, id)
	}
	switch {
	case err == nil, errors.Is(err, fs.ErrNotExist), ctx.Err() != nil: // done, by us or another, or to be done again
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		w.warn("run %s was interrupted; its rows wait in %s for a command that may write there", id, w.typed(dir))
	default:
		w.warn("run %s was interrupted and could not be recovered (%v); its rows stay in %s", id, err, w.typed(dir))
	}
}

// recoverRun finishes the run in dir. Should that fail, the next may try.
func (w *Warehouse) recoverRun(ctx context.Context, dir, id string) error {
	held, err := takeLease(dir, w.clock)
	if err != nil {
		return err
	}
	held.keep(dir)
	if err := w.finishDead(ctx, dir, id); err != nil {
		return errors.Join(err, held.abandon())
	}
	held.release()
	return nil
}

func (w *Warehouse) finishDead(ctx context.Context, dir, id string) error {
	switch _, err := w.find(ctx, id); {
	case err == nil: // the writer died between its last two steps
		return removeJournal(dir)
	case !errors.Is(err, ErrNotFound):
		return err
	}
	done, err := w.finishRun(ctx, dir, w.journalledRun(dir, id), recovered)
	if errors.Is(err, errNoRows) {
		w.warn("run %s was interrupted before a finished request was written down: there is nothing to recover%s", id, w.retire(dir, hasBytes(dir)))
		return nil
	}
	if err != nil {
		return err
	}
	w.warn("recovered the %s run %s: %s%s", done.entry.Run.Status, id, counted(done.rows, "request"), w.retire(dir, done.damaged))
	return nil
}

func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// hasBytes tells whether anything was ever written to the journal in dir, whole or not.
func hasBytes(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, requestsJournal))
	return err == nil && info.Size() > 0
}

// journalledRun is the run as its writer last told of it. Should run.json be no good, the rows are still worth having
// under the id alone, which tells when the run began.
func (w *Warehouse) journalledRun(dir, id string) Run {
	var run Run
	data, err := os.ReadFile(filepath.Join(dir, runJSONFile))
	if err == nil {
		err = json.Unmarshal(data, &run)
	}
	if err == nil && run.RunID == id {
		return run
	}
	w.warn("%s is no good; only the id of the run is known", w.typed(filepath.Join(dir, runJSONFile)))
	return unknownRun(id, w.opts.ToolVersion)
}

// recovered completes a run whose collector did not live to store it: from the rows alone, unless it died within
// Finish and had said all there is to say.
func recovered(run *Run, tally runTally) error {
	if tally.rows == 0 {
		return errNoRows
	}
	if run.Status != RunRunning && run.Status != "" {
		return nil
	}
	run.Status = RunInterrupted
	run.Completed, run.Failed = &tally.completed, &tally.failed
	if run.DurationNS == nil && tally.doneNS > 0 {
		run.DurationNS = &tally.doneNS
	}
	return nil
}
