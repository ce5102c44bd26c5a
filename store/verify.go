package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Finding is something in a warehouse that is not as it should be.
type Finding struct {
	Run  string // "" when it belongs to no run that is listed
	Path string // as a user would type it
	What string
	// Leftover: no run lacks anything for it. The next writer or runs recover clears it away.
	Leftover bool
}

// Verify reads every file of the runs that the references name, of every run without any, and tells what is wrong: files
// whose checksum is not the one they were written with, counts that do not agree, and, over a whole warehouse, files
// that belong to no run. seen is called after each run.
func (w *Warehouse) Verify(ctx context.Context, seen func(done, of int), refs ...string) ([]Finding, error) {
	v := &verifier{w: w}
	entries, err := w.Find(ctx, refs...)
	if len(refs) == 0 {
		entries, err = w.list(ctx)
	}
	if err != nil {
		return nil, err
	}
	done := 0
	err = inParallel(ctx, len(entries), func(i int) {
		if w.remote != nil {
			v.remoteRun(ctx, &entries[i])
		} else {
			v.run(&entries[i])
		}
		v.mu.Lock()
		defer v.mu.Unlock()
		done++
		seen(done, len(entries))
	})
	switch {
	case err != nil || len(refs) > 0:
	case w.remote != nil:
		err = v.remoteOrphans(ctx, entries)
	default:
		err = v.orphans(ctx, entries)
	}
	err = errors.Join(append(v.failed, err)...)
	slices.SortFunc(v.found, func(a, b Finding) int { return strings.Compare(a.Path, b.Path) })
	return v.found, err
}

type verifier struct {
	w      *Warehouse
	mu     sync.Mutex // guards what follows
	found  []Finding
	failed []error // what could not be looked at
}

func (v *verifier) add(run, path string, leftover bool, format string, args ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.found = append(v.found, Finding{Run: run, Path: v.w.typed(path), What: fmt.Sprintf(format, args...), Leftover: leftover})
}

// run verifies one run: what run.json says of it, what its files hold, and what the catalogue says.
func (v *verifier) run(e *Entry) {
	id := e.Run.RunID
	f, err := readRunFile(e.Files.RunJSON)
	if err != nil {
		v.add(id, e.Files.RunJSON, false, "%v", bareCause(err))
		return
	}
	whole := true
	for name, state := range f.Files {
		path := filepath.Join(e.Files.Dir, name)
		if err := verifyState(path, state); err != nil {
			v.add(id, path, false, "%v", err)
			whole = false
		}
	}
	if whole {
		v.counts(e, f)
	}
	v.files(e, f)
}

// verifyState compares a file with what run.json says of it.
func verifyState(path string, state fileState) error {
	if err := checkParquet(path, &state.Bytes); err != nil {
		return bareCause(err)
	}
	if err := verifyFile(path, state.SHA256); err != nil {
		return fmt.Errorf("%w: its checksum is not the one it was written with", ErrDamaged)
	}
	rows, err := parquetRows(path)
	if err == nil && rows != state.Rows {
		err = fmt.Errorf("%w: it has %d rows, %d were written", ErrDamaged, rows, state.Rows)
	}
	return err
}

// counts compares the rows with what the run, its summary and the catalogue say of them.
func (v *verifier) counts(e *Entry, f *runFile) {
	id := f.Run.RunID
	tally, err := tallyFile(filepath.Join(e.Files.Dir, requestsFile))
	if err != nil {
		v.add(id, e.Files.Requests, false, "%v", err)
		return
	}
	says := func(what string, completed, failed *int64) {
		if completed != nil && failed != nil && (*completed != tally.completed || *failed != tally.failed) {
			v.add(id, e.Files.RunJSON, false, "%s says %d completed and %d failed, its rows %d and %d", what, *completed, *failed, tally.completed, tally.failed)
		}
	}
	if f.Run.Source == "collect" { // what another tool said of its run is kept as it said it
		says("the run", f.Run.Completed, f.Run.Failed)
	}
	if f.Summary != nil && f.Definitions == DefinitionsVersion {
		says("the summary", &f.Summary.Completed, &f.Summary.Failed)
	}
	if tokens, ok := f.Files[tokensFile]; ok && tokens.Rows != f.Files[requestsFile].Rows {
		v.add(id, e.Files.Tokens, false, "it has %d rows, one each of %d requests is wanted", tokens.Rows, f.Files[requestsFile].Rows)
	}
	if !reflect.DeepEqual(f.Run, e.Run) {
		v.add(id, v.w.cataloguePath(), false, "it does not say of the run what %s says", v.w.typed(e.Files.RunJSON))
	}
}

// files looks for what is no file of the run.
func (v *verifier) files(e *Entry, f *runFile) {
	entries, err := os.ReadDir(e.Files.Dir)
	if err != nil {
		v.add(f.Run.RunID, e.Files.Dir, false, "%v", bareCause(err))
		return
	}
	for _, entry := range entries {
		name := entry.Name()
		_, known := f.Files[name]
		switch path := filepath.Join(e.Files.Dir, name); {
		case known || name == runJSONFile:
		case name == editLock:
			v.add(f.Run.RunID, path, true, "somebody edits the run, or died over it")
		case filepath.Ext(name) == temporaryEnding:
			v.add(f.Run.RunID, path, true, "left by one who died while writing")
		default:
			v.add(f.Run.RunID, path, true, "it is no file of the run")
		}
	}
}

// orphans looks for directories that are no run: without a run.json, with one that is no good, or a second one of a run;
// and for journals that nobody writes.
func (v *verifier) orphans(ctx context.Context, entries []Entry) error {
	listed := make(map[string]bool, len(entries))
	for _, e := range entries {
		listed[e.Files.Dir] = true
	}
	dirs, err := v.w.runDirs(ctx, eventsDir, nil)
	if err != nil {
		return err
	}
	for _, rel := range dirs {
		if dir := filepath.Join(v.w.dir, rel); !listed[dir] {
			v.orphan(dir, filepath.ToSlash(rel))
		}
	}
	return v.journals()
}

func (v *verifier) orphan(dir, rel string) {
	row, err := readRow(v.w.dir, runStat{dir: rel})
	switch {
	case err == nil:
		v.add(row.RunID, dir, false, "run %s is in another folder as well, which is the one that counts", row.RunID)
	case !errors.Is(err, fs.ErrNotExist):
		v.add("", filepath.Join(dir, runJSONFile), false, "%v; llmbench runs recover makes it anew from the rows", bareCause(err))
	case v.beingFinished(dir):
	case !vanished(filepath.Join(dir, requestsFile)):
		v.add("", dir, false, "it has no %s; llmbench runs recover makes it anew from the rows", runJSONFile)
	default:
		v.add("", dir, true, "it has no %s and no rows: left of a run that was not finished, or is being removed", runJSONFile)
	}
}

// beingFinished tells whether the run of the directory is in the journal still.
func (v *verifier) beingFinished(dir string) bool {
	id := strings.TrimPrefix(filepath.Base(dir), runIDPartition)
	return !vanished(filepath.Join(v.w.dir, journalDir, id))
}

// journals names those that hold rows which no command has been able to store.
func (v *verifier) journals() error {
	entries, err := os.ReadDir(filepath.Join(v.w.dir, journalDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		dir, name := filepath.Join(v.w.dir, journalDir, entry.Name()), entry.Name()
		if alive, err := v.w.journalAlive(dir); alive || err != nil {
			continue
		}
		switch {
		case strings.HasPrefix(name, ".damaged-"):
			v.add("", dir, false, "a journal of which not everything could be read; remove it when it is not worth looking at")
		case !strings.HasPrefix(name, ".") && entry.IsDir():
			v.add(name, dir, false, "an interrupted run that has not been recovered")
		default:
			v.add("", dir, true, "left by one who died")
		}
	}
	return nil
}

// tallyFile counts the rows of a requests.parquet.
func tallyFile(path string) (runTally, error) {
	var tally runTally
	rows, err := openTable[requestRow](path)
	if err != nil {
		return tally, err
	}
	defer rows.close()
	for {
		row, err := rows.peek()
		if err == io.EOF {
			return tally, nil
		}
		if err != nil {
			return tally, err
		}
		tally.add(row.record())
		rows.skip()
	}
}

// parquetRows is how many rows the footer of a file tells of.
func parquetRows(path string) (int64, error) {
	file, opened, err := openParquetFile(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	return opened.NumRows(), nil
}
