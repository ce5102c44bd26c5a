package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// finished is what came of writing a journal's rows.
type finished struct {
	entry   Entry
	rows    int64
	damaged bool // the journal holds bytes that could not be read
}

// errNoRows ends the recovery of a journal that holds no whole row.
var errNoRows = errors.New("no whole row")

// finishRun turns the journal in dir into a finished run: the event files beside their final names, synced and
// renamed; the summary; run.json last, so that a run which is listed is whole. complete sees what the rows tell of
// the run before anything gets its name, and may refuse. All of it may be repeated after any failure, by any
// process: what was made is made again.
func (w *Warehouse) finishRun(ctx context.Context, dir string, run Run, complete func(*Run, runTally) error) (*finished, error) {
	journal, file, err := openJournal(journalColumns, filepath.Join(dir, requestsJournal))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rel := runDir(&run)
	final := filepath.Join(w.dir, filepath.FromSlash(rel))
	if err := errors.Join(makeDirs(w.dir, rel), removeTemporaries(final)); err != nil {
		return nil, err
	}
	events, err := createEvents(final, run.RunID, w.opts.ToolVersion)
	if err != nil {
		return nil, err
	}
	defer events.discard()
	if err := events.copyJournal(ctx, journal); err != nil {
		return nil, err
	}
	damaged, err := events.copySamples(ctx, dir)
	if err != nil {
		return nil, err
	}
	f := &runFile{Schema: SchemaVersion, Run: run}
	if err := complete(&f.Run, events.tally); err != nil {
		return nil, err
	}
	f.Run.BeganAt = wallClock(f.Run.BeganAt)
	if f.Files, err = events.finish(); err != nil {
		return nil, err
	}
	w.summarise(ctx, f, rowOf(f, runStat{dir: rel}).entry(w.dir).Files)
	if err := f.write(final, time.Time{}); err != nil {
		return nil, err
	}
	return &finished{rowOf(f, runStat{dir: rel}).entry(w.dir), events.tally.rows, damaged || journal.damaged()}, nil
}

// removeTemporaries clears away what an earlier attempt left in a run's directory.
func removeTemporaries(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if filepath.Ext(entry.Name()) == temporaryEnding {
			err = errors.Join(err, os.Remove(filepath.Join(dir, entry.Name())))
		}
	}
	return err
}

// summarise gives the file its summary. Without one the run is as good: Freshen tries again when it is asked for.
func (w *Warehouse) summarise(ctx context.Context, f *runFile, files Files) {
	if w.opts.Summarise == nil {
		return
	}
	summary, err := w.opts.Summarise(ctx, f.Run, files)
	if err != nil {
		w.warn("run %s has no summary: %v", f.Run.RunID, err)
		return
	}
	f.Summary, f.Definitions = summary, DefinitionsVersion
}

// retire ends a journal whose rows are stored, and gives a note where there is something to say of it. One that
// could not be read whole is kept.
func (w *Warehouse) retire(dir string, damaged bool) (note string) {
	if damaged {
		aside, err := setJournalAside(dir, "damaged")
		if err != nil {
			aside = dir
		}
		return fmt.Sprintf("; its journal is damaged in part and kept in %s", w.typed(aside))
	}
	if err := removeJournal(dir); err != nil {
		return fmt.Sprintf("; its journal could not be removed: %v", bareCause(err))
	}
	return ""
}

// removeJournal takes the journal in dir out of the journals at once and then deletes it: a half-deleted one must
// not look like a run to recover.
func removeJournal(dir string) error {
	gone, err := setJournalAside(dir, "done")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return os.RemoveAll(gone)
}

// setJournalAside renames a journal so that no recovery takes it up, and gives its new path.
func setJournalAside(dir, why string) (string, error) {
	aside := filepath.Join(filepath.Dir(dir), fmt.Sprintf(".%s-%s-%s", why, filepath.Base(dir), randomLetters(4)))
	return aside, os.Rename(dir, aside)
}
