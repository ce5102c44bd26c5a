package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"llmbench/near"
)

// latestRef names the run that began last; latest~N the one N before it.
const latestRef = "latest"

// Resolve finds the run a person means by ref: a full id; a name given with --name; latest, or latest~1 for the run
// before it; or a beginning of an id that no other run's id has. Earlier kinds win over later ones. No match is
// ErrNotFound, several are ErrAmbiguous. An event file of the run that is missing or damaged is set aside with a
// note and "" in Files; a summary of other definitions is made anew.
func (w *Warehouse) Resolve(ctx context.Context, ref string) (Entry, error) {
	entries, err := w.ResolveAll(ctx, ref)
	if err != nil {
		return Entry{}, err
	}
	return entries[0], nil
}

// ResolveAll resolves each reference, in their order, with one look at the warehouse. The error joins those of all
// references that name no run.
func (w *Warehouse) ResolveAll(ctx context.Context, refs ...string) ([]Entry, error) {
	found, err := w.Find(ctx, refs...)
	if err != nil {
		return nil, err
	}
	if err := w.Fetch(ctx, found); err != nil {
		return nil, err
	}
	w.Check(found)
	return found, w.Freshen(ctx, found)
}

// Select resolves references as ResolveAll does, and gives the catalogue's file of the same look at the warehouse.
func (w *Warehouse) Select(ctx context.Context, refs ...string) (catalogue string, found []Entry, err error) {
	if found, err = w.ResolveAll(ctx, refs...); err != nil {
		return "", nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	catalogue, err = w.catalogueNow()
	return catalogue, found, err
}

// Find resolves references as ResolveAll does, without looking at event files or summaries.
func (w *Warehouse) Find(ctx context.Context, refs ...string) ([]Entry, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.refresh(ctx, namesOnly); err != nil {
		return nil, err
	}
	found := make([]Entry, 0, len(refs))
	var problems []error
	byID := make(map[string]*catalogueRow)
	if len(refs) > maxListed { // thousands of full ids are not to be looked for one by one
		for _, row := range w.catalogue.rows {
			byID[row.RunID] = row
		}
	}
	for _, ref := range refs {
		row, err := byID[ref], error(nil)
		if row == nil {
			row, err = pick(w.catalogue.rows, ref)
		}
		if err != nil {
			w.tellSetAside(func(string) bool { return true })
			problems = append(problems, w.openError(ref, err))
			continue
		}
		w.tellMeant(ref, row.RunID)
		if row, err = w.inFull(row); err != nil {
			problems = append(problems, fmt.Errorf("open run %q: %w", ref, err))
			continue
		}
		found = append(found, row.entry(w.dir))
	}
	return found, errors.Join(problems...)
}

// tellMeant says so when a run that was set aside may have been meant by ref, which found another: latest, where it is the
// newer one.
func (w *Warehouse) tellMeant(ref, found string) {
	if _, counted := stepsBack(ref); counted {
		w.tellSetAside(func(id string) bool { return id > found })
	}
}

// find gives the run of a full id, and nothing but that.
func (w *Warehouse) find(ctx context.Context, id string) (Entry, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.refresh(ctx, namesOnly); err != nil {
		return Entry{}, err
	}
	at := slices.IndexFunc(w.catalogue.rows, func(row *catalogueRow) bool { return row.RunID == id })
	if at < 0 {
		return Entry{}, w.openError(id, ErrNotFound)
	}
	row, err := w.inFull(w.catalogue.rows[at])
	if err != nil {
		return Entry{}, fmt.Errorf("open run %q: %w", id, err)
	}
	return row.entry(w.dir), nil
}

// inFull gives all of a row of which perhaps only the naming columns are known.
func (w *Warehouse) inFull(row *catalogueRow) (*catalogueRow, error) {
	if w.catalogue.extent == everything {
		return row, nil
	}
	return readRow(w.dir, runStat{row.Catalogue.Dir, row.Catalogue.RunJSONMTimeNS, row.Catalogue.RunJSONBytes})
}

// ambiguous is ErrAmbiguous with the runs it could be.
type ambiguous struct{ ids []string }

func (a *ambiguous) Error() string { return ErrAmbiguous.Error() }
func (a *ambiguous) Unwrap() error { return ErrAmbiguous }

// pick finds the one run that ref names among runs, which are sorted by time.
func pick(runs []*catalogueRow, ref string) (*catalogueRow, error) {
	if back, ok := stepsBack(ref); ok {
		if back >= len(runs) {
			return nil, ErrNotFound
		}
		return runs[len(runs)-1-back], nil
	}
	matches := []func(*Run) bool{
		func(r *Run) bool { return r.RunID == ref },
		func(r *Run) bool { return r.Name != nil && *r.Name == ref },
		func(r *Run) bool { return strings.HasPrefix(r.RunID, ref) },
	}
	for _, match := range matches {
		var found []*catalogueRow
		for _, run := range runs {
			if ref != "" && match(&run.Run) {
				found = append(found, run)
			}
		}
		switch len(found) {
		case 0:
			continue
		case 1:
			return found[0], nil
		}
		a := &ambiguous{}
		for _, run := range found {
			a.ids = append(a.ids, run.RunID)
		}
		return nil, a
	}
	return nil, ErrNotFound
}

// stepsBack reads latest and latest~N.
func stepsBack(ref string) (int, bool) {
	if ref == latestRef {
		return 0, true
	}
	text, ok := strings.CutPrefix(ref, latestRef+"~")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 10, 31)
	return int(n), err == nil
}

// A message lists at most so many runs.
const maxListed = 8

// openError says what is wrong with a reference, and what the user may have meant.
func (w *Warehouse) openError(ref string, cause error) error {
	runs := w.catalogue.rows
	var several *ambiguous
	switch _, counted := stepsBack(ref); {
	case errors.As(cause, &several):
		return fmt.Errorf("open run %q: %w in %s: %s; give a full id", ref, cause, w.given, listed(several.ids))
	case len(runs) == 0:
		return fmt.Errorf("open run %q: %w in %s, which has none yet; see llmbench collect", ref, cause, w.given)
	case counted:
		return fmt.Errorf("open run %q: %w in %s, which has %d; see llmbench runs", ref, cause, w.given, len(runs))
	}
	if question := near.Question(ref, calledBy(runs)); question != "" {
		return fmt.Errorf("open run %q: %w in %s; %s See llmbench runs", ref, cause, w.given, question)
	}
	return fmt.Errorf("open run %q: %w in %s; see llmbench runs", ref, cause, w.given)
}

func listed(names []string) string {
	if len(names) <= maxListed {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:maxListed], ", "), len(names)-maxListed)
}

// calledBy are the ids and names of runs, the newest first.
func calledBy(runs []*catalogueRow) []string {
	var names []string
	for _, run := range slices.Backward(runs) {
		names = append(names, run.RunID)
		if run.Name != nil {
			names = append(names, *run.Name)
		}
	}
	return names
}
