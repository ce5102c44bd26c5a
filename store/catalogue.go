package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// catalogue is what a Warehouse knows of the runs, and how far runs.parquet agrees with it.
type catalogue struct {
	rows []*catalogueRow // in the order of Runs; a row is never changed once it is here
	// extent is how much of each row is known.
	extent extent
	// written tells that runs.parquet holds these rows; of a warehouse in an object store it is file.
	written bool
	file    string
	// copy is a file outside the warehouse with these rows, "" when there is none: for a warehouse that cannot be
	// written to, or has no runs. copies are all there were: somebody may still read an earlier one.
	copy   string
	copies []string
}

// extent says how much of the rows of runs.parquet is read. To name a run takes a tenth of the columns, and at ten
// thousand runs a tenth of the time.
type extent int

const (
	nothing   extent = iota
	namesOnly        // what identifies a run, and its group catalogue
	everything
)

// Runs lists the finished runs, by began_at and then run_id. It trusts runs.parquet for every run whose run.json is
// as old and as long as it says, reads the others, and writes runs.parquet anew when it was out of date. A run.json
// that is damaged, foreign or newer than this llmbench is set aside with a note. Event files are not looked at.
func (w *Warehouse) Runs(ctx context.Context) ([]Entry, error) {
	entries, err := w.list(ctx)
	if err == nil {
		w.TellSetAside()
	}
	return entries, err
}

// list lists the finished runs and keeps to itself what is set aside.
func (w *Warehouse) list(ctx context.Context) ([]Entry, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.refresh(ctx, everything); err != nil {
		return nil, err
	}
	entries := make([]Entry, len(w.catalogue.rows))
	for i, row := range w.catalogue.rows {
		entries[i] = row.entry(w.dir)
	}
	return entries, nil
}

// Catalogue gives a Parquet file with the rows of Runs, and how many those are: every column of Run, the group summary,
// and the group catalogue, which is the store's own. It is runs.parquet, or where that cannot be written a copy that goes
// with Close. Outdated summaries are made anew as by Renew; one that is not is NULL there.
func (w *Warehouse) Catalogue(ctx context.Context) (path string, runs int, err error) {
	w.mu.Lock()
	err = w.refresh(ctx, namesOnly)
	w.mu.Unlock()
	if err == nil {
		err = w.renewAll(ctx)
	}
	if err != nil {
		return "", 0, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	path, err = w.catalogueNow()
	return path, len(w.catalogue.rows), err
}

// catalogueNow is the file of the last look at the warehouse. w.mu is held.
func (w *Warehouse) catalogueNow() (string, error) {
	c := &w.catalogue
	if c.written {
		return cmp.Or(c.file, w.cataloguePath()), nil
	}
	if c.copy == "" {
		if c.extent < everything {
			w.loadCatalogue(everything)
		}
		if err := c.writeCopy(w.opts.ToolVersion); err != nil {
			return "", fmt.Errorf("copy the catalogue of %s: %w", w.given, err)
		}
	}
	return c.copy, nil
}

func (w *Warehouse) cataloguePath() string { return filepath.Join(w.dir, catalogueFile) }

func (c *catalogue) writeCopy(toolVersion string) error {
	text, err := encodeCatalogue(c.rows, toolVersion)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp("", "llmbench-runs-*.parquet")
	if err != nil {
		return err
	}
	c.copies = append(c.copies, f.Name())
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	c.copy = f.Name()
	return nil
}

func (c *catalogue) removeCopies() error {
	var problems []error
	for _, path := range c.copies {
		problems = append(problems, os.Remove(path))
	}
	c.copy, c.copies = "", nil
	return errors.Join(problems...)
}

// refresh brings the catalogue up to date with the directories, and knows at least so much of each row then.
// w.mu is held.
func (w *Warehouse) refresh(ctx context.Context, need extent) error {
	if w.remote != nil {
		if err := w.refreshRemote(ctx); err != nil {
			return fmt.Errorf("list runs of %s: %w", w.given, err)
		}
		return nil
	}
	var loading sync.WaitGroup
	if w.catalogue.extent < need {
		loading.Go(func() { w.loadCatalogue(need) })
	}
	seen, err := w.statRuns(ctx)
	loading.Wait()
	if err == nil {
		err = w.reconcile(ctx, seen)
	}
	if err != nil {
		return fmt.Errorf("list runs of %s: %w", w.given, err)
	}
	return nil
}

// loadCatalogue reads runs.parquet. One that is absent, of another version or damaged gives no rows, and there is
// nothing more to know of those.
func (w *Warehouse) loadCatalogue(need extent) {
	rows, err := readCatalogue(w.cataloguePath(), need)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errOldCatalogue) {
		w.warn("%s cannot be used (%v); it is made anew from the runs", w.show(catalogueFile), bareCause(err))
	}
	c := &w.catalogue
	c.rows, c.written, c.extent = rows, err == nil, need
	if err != nil {
		c.extent = everything
	}
}

// reconcile takes over the rows whose run.json is as it was, reads the others, and stores the rows where that made a
// difference. For storing them they must be known in full.
func (w *Warehouse) reconcile(ctx context.Context, seen []runStat) error {
	c := &w.catalogue
	kept, unread := c.sort(seen)
	read, err := w.readRuns(ctx, unread)
	if err != nil {
		return err
	}
	if info, err := os.Stat(w.cataloguePath()); err != nil || !info.Mode().IsRegular() {
		c.written = false
	}
	changed := len(read) > 0 || len(kept) != len(c.rows)
	if !changed && (c.written || len(c.rows) == 0) {
		return nil
	}
	if c.extent < everything {
		w.loadCatalogue(everything)
		return w.reconcile(ctx, seen)
	}
	if changed {
		c.rows = w.dropTwins(slices.SortedFunc(slices.Values(append(kept, read...)), earlier))
		c.copy = ""
	}
	c.written = replaceCatalogue(w.cataloguePath(), c.rows, w.opts.ToolVersion) == nil
	return nil
}

// sort tells the runs whose rows are good from those to be read.
func (c *catalogue) sort(seen []runStat) (kept []*catalogueRow, unread []runStat) {
	byDir := make(map[string]*catalogueRow, len(c.rows))
	for _, row := range c.rows {
		byDir[row.Catalogue.Dir] = row
	}
	kept = make([]*catalogueRow, 0, len(seen))
	for _, s := range seen {
		if row := byDir[s.dir]; row != nil && row.Catalogue.matches(s) {
			kept = append(kept, row)
		} else {
			unread = append(unread, s)
		}
	}
	return kept, unread
}

func earlier(a, b *catalogueRow) int {
	return cmp.Or(a.BeganAt.Compare(b.BeganAt), strings.Compare(a.RunID, b.RunID), strings.Compare(a.Catalogue.Dir, b.Catalogue.Dir))
}

// dropTwins sets aside all but the first of the directories that hold the same run, as a copied directory does.
func (w *Warehouse) dropTwins(rows []*catalogueRow) []*catalogueRow {
	first := make(map[string]string, len(rows))
	return slices.DeleteFunc(rows, func(row *catalogueRow) bool {
		dir, twin := first[row.RunID]
		if twin {
			w.warn("%s is set aside: run %s is in %s as well", w.show(row.Catalogue.Dir), row.RunID, w.show(dir))
		} else {
			first[row.RunID] = row.Catalogue.Dir
		}
		return twin
	})
}

// setAside is a run that is left out of every list, and why.
type setAside struct{ id, note string }

// TellSetAside says which runs the last look at the warehouse left out, and what to do. Runs does so by itself, and a
// reference that may have meant one of them.
func (w *Warehouse) TellSetAside() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tellSetAside(func(string) bool { return true })
}

// tellSetAside says so of those whose id is concerned. w.mu is held.
func (w *Warehouse) tellSetAside(concerned func(id string) bool) {
	for _, s := range w.setAside {
		if concerned(s.id) {
			w.warn("%s", s.note)
		}
	}
}

// setAsideNote says what is wrong with a run.json and what to do.
func (w *Warehouse) setAsideNote(dir string, err error) setAside {
	note := fmt.Sprintf("%s is set aside: %v", w.show(dir+"/"+runJSONFile), bareCause(err))
	switch {
	case errors.Is(err, ErrNewer):
		note += "; use that one"
	case errors.Is(err, ErrDamaged):
		note += "; llmbench runs recover makes it anew from its rows"
	}
	return setAside{strings.TrimPrefix(path.Base(dir), runIDPartition), note}
}

// readRuns reads the run.json of each, setting aside those that are no good.
func (w *Warehouse) readRuns(ctx context.Context, stats []runStat) ([]*catalogueRow, error) {
	found := make([]*catalogueRow, len(stats))
	notes := make([]*setAside, len(stats))
	err := inParallel(ctx, len(stats), func(i int) {
		row, err := readRow(w.dir, stats[i])
		switch {
		case err == nil:
			found[i] = row
		case !errors.Is(err, fs.ErrNotExist):
			notes[i] = new(w.setAsideNote(stats[i].dir, err))
		}
	})
	w.setAside = nil
	for _, note := range notes {
		if note != nil {
			w.setAside = append(w.setAside, *note)
		}
	}
	return slices.DeleteFunc(found, func(row *catalogueRow) bool { return row == nil }), err
}

// show is a path below the warehouse, given with slashes, as the user would type it.
func (w *Warehouse) show(rel string) string {
	if w.remote != nil {
		return w.given + "/" + rel
	}
	return filepath.Join(w.given, filepath.FromSlash(rel))
}

// typed is an absolute path as the user would type it.
func (w *Warehouse) typed(path string) string {
	if rel, err := filepath.Rel(w.dir, path); err == nil {
		return w.show(filepath.ToSlash(rel))
	}
	return path
}
