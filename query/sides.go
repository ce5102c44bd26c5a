package query

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"llmbench/store"
)

// Side is the runs that a person means by one reference.
type Side struct {
	Reference string
	Entries   []store.Entry // by began_at, each once
}

// Sides finds the runs of each reference:
//
//	a run          an id, a beginning of one, latest, latest~1; a name, which may be that of several runs
//	tag:KEY=VALUE  every run with the tag; tag:KEY with any value
//	sweep:NAME     every run of a sweep: tag:sweep=NAME
//	name~GLOB      every run whose name matches: name~nightly-*
//	@FILE          the runs named in a file, one to a line; a file that exists may stand without the @
//	a condition    every run for which it holds, SQL over runs and run_summary: "dcu=K100_AI and tp=8"
//
// Event files that are damaged are set aside with a note, as by Warehouse.Resolve. The error joins those of all
// references without a run.
func Sides(ctx context.Context, w *store.Warehouse, references []string, warn func(string)) (sides []Side, err error) {
	finder := &finder{warehouse: w, warn: warn}
	defer func() { err = errors.Join(err, finder.close()) }()
	var problems []error
	for _, reference := range references {
		entries, err := finder.find(ctx, reference)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		sides = append(sides, Side{Reference: reference, Entries: unique(entries)})
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return sides, nil
}

// unique sorts runs by time and keeps each once.
func unique(entries []store.Entry) []store.Entry {
	slices.SortStableFunc(entries, func(a, b store.Entry) int {
		if byTime := a.Run.BeganAt.Compare(b.Run.BeganAt); byTime != 0 {
			return byTime
		}
		return strings.Compare(a.Run.RunID, b.Run.RunID)
	})
	return slices.CompactFunc(entries, func(a, b store.Entry) bool { return a.Run.RunID == b.Run.RunID })
}

// finder turns references into such as name one run each. It opens a session over the catalogue when one is needed.
type finder struct {
	warehouse *store.Warehouse
	warn      func(string)
	session   *Session
}

func (f *finder) close() error {
	if f.session == nil {
		return nil
	}
	return f.session.Close()
}

func (f *finder) find(ctx context.Context, reference string) ([]store.Entry, error) {
	if key, ok := strings.CutPrefix(reference, "tag:"); ok {
		return f.where(ctx, reference, tagged(key))
	}
	if name, ok := strings.CutPrefix(reference, "sweep:"); ok {
		return f.where(ctx, reference, tagged("sweep="+name))
	}
	if glob, ok := strings.CutPrefix(reference, "name~"); ok {
		return f.where(ctx, reference, "name GLOB "+Literal(glob))
	}
	if path, ok := strings.CutPrefix(reference, "@"); ok {
		return f.fromFile(ctx, path)
	}
	entry, err := f.warehouse.Resolve(ctx, reference)
	switch {
	case errors.Is(err, store.ErrAmbiguous):
		if named, err := f.where(ctx, reference, "name = "+Literal(reference)); err == nil {
			return named, nil
		}
	case errors.Is(err, store.ErrNotFound):
		if info, err := os.Stat(reference); err == nil && info.Mode().IsRegular() {
			return f.fromFile(ctx, reference)
		}
		if looksLikeCondition(reference) {
			return f.where(ctx, reference, quoteBareWords(reference))
		}
	}
	return []store.Entry{entry}, err
}

func tagged(pair string) string {
	key, value, given := strings.Cut(pair, "=")
	if !given {
		return "map_contains(tags, " + Literal(key) + ")"
	}
	return "tags[" + Literal(key) + "] = " + Literal(value)
}

// where gives the runs for which a condition holds.
func (f *finder) where(ctx context.Context, reference, condition string) ([]store.Entry, error) {
	if err := f.open(ctx); err != nil {
		return nil, err
	}
	ids, err := f.session.RunIDs(ctx, Listing{Where: "(" + condition + "\n)"})
	if err != nil {
		return nil, fmt.Errorf("find the runs of %q: %w", reference, err)
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("find the runs of %q: %w; see llmbench runs", reference, store.ErrNotFound)
	}
	return f.warehouse.ResolveAll(ctx, ids...)
}

func (f *finder) open(ctx context.Context) error {
	if f.session != nil {
		return nil
	}
	source, err := WholeWarehouse(ctx, f.warehouse)
	if err != nil {
		return err
	}
	f.session, err = OpenLazily(ctx, source, Options{Warn: f.warn})
	return err
}

// fromFile reads references to runs, one to a line; blank lines and those that begin with # do not count.
func (f *finder) fromFile(ctx context.Context, path string) ([]store.Entry, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the runs of @%s: %w", path, bare(err))
	}
	var references []string
	for line := range strings.Lines(string(text)) {
		if line := strings.TrimSpace(line); line != "" && line[0] != '#' {
			references = append(references, line)
		}
	}
	if len(references) == 0 {
		return nil, fmt.Errorf("read the runs of @%s: it names no run", path)
	}
	return f.warehouse.ResolveAll(ctx, references...)
}

// bare drops the path that an error of the os package names, where the message names it already.
func bare(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return err
}

// OneSide is all sides as one.
func OneSide(sides []Side) Side {
	var all Side
	var references []string
	for _, side := range sides {
		references = append(references, side.Reference)
		all.Entries = append(all.Entries, side.Entries...)
	}
	all.Reference, all.Entries = strings.Join(references, ", "), unique(all.Entries)
	return all
}

// AllSingle reports whether every side is one run.
func AllSingle(sides []Side) bool {
	return !slices.ContainsFunc(sides, func(s Side) bool { return len(s.Entries) != 1 })
}
