package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Recover does what Open does for runs whose writer died, and the rest that can be done for a warehouse: a run.json that
// is damaged or missing is made anew from the rows, what died processes left is cleared away, the catalogue is made from
// the run.json files, and so are summaries that are missing. Each is told to Options.Warn; seen is called for each
// summary.
func (w *Warehouse) Recover(ctx context.Context, seen func(done, of int)) error {
	if w.remote != nil {
		return w.recoverRemote(ctx, seen)
	}
	if err := w.recoverDead(ctx); err != nil {
		return err
	}
	w.noteWriters()
	dirs, err := w.runDirs(ctx, eventsDir, nil)
	if err != nil {
		return fmt.Errorf("recover %s: %w", w.given, err)
	}
	for _, rel := range dirs {
		if err := ctx.Err(); err != nil {
			return err
		}
		w.recoverDir(ctx, filepath.ToSlash(rel))
	}
	if err := os.Remove(w.cataloguePath()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("recover %s: %w", w.given, bareCause(err))
	}
	w.mu.Lock()
	w.catalogue = catalogue{}
	w.mu.Unlock()
	entries, err := w.Runs(ctx)
	if err != nil {
		return err
	}
	return w.freshenAll(ctx, entries, seen)
}

// noteWriters names the runs that are being written, so that nobody wonders why they are not listed.
func (w *Warehouse) noteWriters() {
	journals, _ := os.ReadDir(filepath.Join(w.dir, journalDir))
	for _, journal := range journals {
		dir := filepath.Join(w.dir, journalDir, journal.Name())
		l, beat, err := readLease(dir)
		if err != nil || strings.HasPrefix(journal.Name(), ".") {
			continue
		}
		if alive, _ := w.journalAlive(dir); alive {
			w.warn("run %s is being written by process %d on %s, heard of at %s", journal.Name(), l.PID, l.Host, beat.UTC().Format(time.DateTime))
		}
	}
}

// recoverDir sees to one run's directory: run.json, and what does not belong there.
func (w *Warehouse) recoverDir(ctx context.Context, rel string) {
	dir := filepath.Join(w.dir, filepath.FromSlash(rel))
	v := &verifier{w: w}
	if v.beingFinished(dir) {
		return
	}
	_, err := readRow(w.dir, runStat{dir: rel})
	switch {
	case err == nil, errors.Is(err, ErrNewer):
	case vanished(filepath.Join(dir, requestsFile)):
		return
	default:
		w.rebuild(ctx, dir, rel, err)
	}
	w.clear(dir)
}

// clear removes the temporary files and the lock of one who died.
func (w *Warehouse) clear(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		info, err := entry.Info()
		left := filepath.Ext(entry.Name()) == temporaryEnding || entry.Name() == editLock
		if left && err == nil && w.clock.now(dir).Sub(info.ModTime()) > leaseLimit {
			os.Remove(filepath.Join(dir, entry.Name()))
		}
	}
}

// rebuild makes a run.json from the rows and what the path tells. The damaged one is kept beside it.
func (w *Warehouse) rebuild(ctx context.Context, dir, rel string, cause error) {
	f, err := w.fromRows(dir, rel)
	if err == nil && !vanished(filepath.Join(dir, runJSONFile)) {
		err = os.Rename(filepath.Join(dir, runJSONFile), filepath.Join(dir, runJSONFile+".damaged-"+randomLetters(4)))
	}
	if err == nil {
		w.summarise(ctx, f, rowOf(f, runStat{dir: rel}).entry(w.dir).Files)
		err = f.write(dir, time.Time{})
	}
	if err != nil {
		w.warn("%s cannot be made anew: %v", w.show(rel+"/"+runJSONFile), bareCause(err))
		return
	}
	w.warn("made %s anew from its rows (%v): name, workload and the client's own measure are not known", w.show(rel+"/"+runJSONFile), bareCause(cause))
}

// fromRows is what the files of a run tell of it.
func (w *Warehouse) fromRows(dir, rel string) (*runFile, error) {
	id := partitionValue(rel, runIDPartition)
	if id == nil {
		return nil, fmt.Errorf("%w: its folder names no run", ErrDamaged)
	}
	if err := checkRunID(*id); err != nil {
		return nil, err
	}
	tally, err := tallyFile(filepath.Join(dir, requestsFile))
	if err != nil {
		return nil, err
	}
	f := &runFile{Schema: SchemaVersion, Run: unknownRun(*id, w.opts.ToolVersion), Files: make(map[string]fileState)}
	f.Run.DCU, f.Run.Model = partitionValue(rel, "dcu="), partitionValue(rel, "model=")
	if tp := partitionValue(rel, "tp="); tp != nil {
		if n, err := strconv.ParseInt(*tp, 10, 64); err == nil {
			f.Run.TP = &n
		}
	}
	if err := recovered(&f.Run, tally); err != nil {
		return nil, err
	}
	for _, name := range eventFileNames {
		path := filepath.Join(dir, name)
		if vanished(path) {
			continue
		}
		state, err := stateOf(path)
		switch {
		case err == nil:
			f.Files[name] = state
		case !errors.Is(err, ErrDamaged):
			return nil, err
		}
	}
	return f, nil
}

// partitionValue is what a path says of a partition, nil for unknown.
func partitionValue(rel, partition string) *string {
	for part := range strings.SplitSeq(rel, "/") {
		if value, ok := strings.CutPrefix(part, partition); ok && value != unknownPartition {
			if plain, err := url.PathUnescape(value); err == nil {
				return &plain
			}
		}
	}
	return nil
}

// unknownRun is a run of which nothing but the id is known, which tells when it began.
func unknownRun(id, toolVersion string) Run {
	run := Run{RunID: id, Source: "collect", TimeBase: "process", ToolVersion: toolVersion}
	if began, err := time.Parse(runIDTime, id[:min(len(id), len(runIDTime))]); err == nil {
		run.BeganAt = began
	}
	return run
}

// stateOf is what a whole event file is like.
func stateOf(path string) (state fileState, err error) {
	if err := checkParquet(path, nil); err != nil {
		return state, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return state, err
	}
	if state.SHA256, err = hashFile(path); err != nil {
		return state, err
	}
	state.Bytes = info.Size()
	state.Rows, err = parquetRows(path)
	return state, err
}

// freshenAll makes every missing summary.
func (w *Warehouse) freshenAll(ctx context.Context, entries []Entry, seen func(done, of int)) error {
	var stale []Entry
	for _, e := range entries {
		if e.stale() {
			stale = append(stale, e)
		}
	}
	if w.opts.Summarise == nil || len(stale) == 0 {
		return nil
	}
	if err := w.Fetch(ctx, stale); err != nil {
		return err
	}
	w.Check(stale)
	for i := range stale {
		if err := ctx.Err(); err != nil {
			return err
		}
		if stale[i].stale() {
			w.freshen(ctx, &stale[i])
		}
		seen(i+1, len(stale))
	}
	return w.touch(ctx)
}
