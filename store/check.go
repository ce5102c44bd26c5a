package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Check looks at the event files of the entries: one that is missing, empty, cut short or no Parquet is set aside
// with a note, "" in Files. It reads a few bytes of each file, so it is for the runs whose files will be read.
// Resolve has done it already; Runs has not.
func (w *Warehouse) Check(entries []Entry) {
	for i := range entries {
		e := &entries[i]
		for _, name := range eventFileNames {
			w.checkFile(e.Run.RunID, e.Files.path(name), *e.sizes.of(name))
		}
	}
}

func (w *Warehouse) checkFile(id string, path *string, size *int64) {
	if *path == "" {
		return
	}
	if err := checkParquet(*path, size); err != nil {
		w.warn("run %s: %s is set aside: %v", id, w.typed(*path), bareCause(err))
		*path = ""
	}
}

const parquetMagic = "PAR1"

// checkParquet tells whether the file at path is whole: it has the size it was written with, where that is known,
// and a Parquet file's beginning and end.
func checkParquet(path string, size *int64) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("it is missing")
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if size != nil && info.Size() != *size {
		return fmt.Errorf("%w: it has %d bytes, %d were written", ErrDamaged, info.Size(), *size)
	}
	return checkMagic(f, info.Size())
}

// checkMagic looks at the magic at both ends, and at the footer's length before the last one.
func checkMagic(f *os.File, size int64) error {
	const tail = 4 + len(parquetMagic)
	var ends [len(parquetMagic) + tail]byte
	if size < int64(len(ends)) {
		return fmt.Errorf("%w: %d bytes are too few for Parquet", ErrDamaged, size)
	}
	if _, err := f.ReadAt(ends[:len(parquetMagic)], 0); err != nil {
		return err
	}
	if _, err := f.ReadAt(ends[len(parquetMagic):], size-int64(tail)); err != nil {
		return err
	}
	head, foot := string(ends[:len(parquetMagic)]), string(ends[len(ends)-len(parquetMagic):])
	footer := int64(binary.LittleEndian.Uint32(ends[len(parquetMagic):]))
	if head != parquetMagic || foot != parquetMagic || footer > size-int64(len(ends)) {
		return fmt.Errorf("%w: it does not begin and end as Parquet does", ErrDamaged)
	}
	return nil
}

// verifyFiles compares the event files with the checksums in run.json. It reads all of them. Without a run.json
// there is nothing to compare with.
func verifyFiles(files Files) error {
	if files.RunJSON == "" {
		return nil
	}
	f, err := readRunFile(files.RunJSON)
	if err != nil {
		return fmt.Errorf("%s: %w", files.RunJSON, bareCause(err))
	}
	for _, path := range []string{files.Requests, files.Tokens, files.Texts} { // those with records
		if want := f.Files[filepath.Base(path)].SHA256; path != "" && want != "" {
			if err := verifyFile(path, want); err != nil {
				return err
			}
		}
	}
	return nil
}

func verifyFile(path, want string) error {
	got, err := hashFile(path)
	if err == nil && got != want {
		err = fmt.Errorf("%s: %w: its checksum is not the one in %s", path, ErrDamaged, runJSONFile)
	}
	return err
}

// hashFile is the SHA-256 of a file, in hex.
func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// Freshen makes the summaries of those entries anew that have none of today's definitions: the run was finished
// without Options.Summarise, or by an llmbench whose formulas differ. They are kept in run.json where that can be
// written. It takes the time of Summarise per stale entry, so it is for the runs that will be shown; a summary
// that cannot be made stays nil, with a note. The error is ctx's, or of listing the runs.
func (w *Warehouse) Freshen(ctx context.Context, entries []Entry) error {
	if w.opts.Summarise == nil || !slices.ContainsFunc(entries, Entry.stale) {
		return nil
	}
	for i := range entries {
		if !entries[i].stale() {
			continue
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("summarise run %s: %w", entries[i].Run.RunID, err)
		}
		w.freshen(ctx, &entries[i])
	}
	return w.touch(ctx)
}

// stale tells whether a summary of today's definitions is to be had and missing.
func (e Entry) stale() bool { return e.Definitions != DefinitionsVersion && e.Files.Requests != "" }

func (w *Warehouse) freshen(ctx context.Context, e *Entry) {
	summary, err := w.opts.Summarise(ctx, e.Run, e.Files)
	if err != nil {
		w.warn("run %s has no summary: %v", e.Run.RunID, err)
		return
	}
	e.Summary, e.Definitions = summary, DefinitionsVersion
	err = w.rewrite(ctx, *e, func(f *runFile) error {
		f.Summary, f.Definitions = summary, DefinitionsVersion
		return nil
	})
	if err != nil {
		w.keepSummary(ctx, e) // for the catalogue of a warehouse that cannot be written to
	}
}

// keepSummary puts the entry's summary into the catalogue in memory.
func (w *Warehouse) keepSummary(ctx context.Context, e *Entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refresh(ctx, everything) != nil {
		return
	}
	c := &w.catalogue
	c.rows = slices.Clone(c.rows)
	for i, row := range c.rows {
		if row.RunID == e.Run.RunID {
			fresh := *row
			fresh.setSummary(e.Summary, e.Definitions)
			c.rows[i], c.written, c.copy = &fresh, false, ""
		}
	}
}
