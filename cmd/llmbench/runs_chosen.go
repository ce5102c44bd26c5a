package main

import (
	"errors"

	"llmbench/query"
	"llmbench/store"
)

// chosenRuns are the runs that a command is to do something with.
type chosenRuns struct {
	Refs  []string `arg:"" optional:"" name:"run" help:"Runs: id, beginning of an id, name (of several too), latest~1, sweep:NAME, tag:KEY=VALUE, name~GLOB or a condition."`
	Where string   `help:"Instead: every run for which this holds, SQL over the columns of runs and run_summary." placeholder:"SQL"`
}

// Validate is called by kong.
func (c chosenRuns) Validate() error {
	if (len(c.Refs) > 0) == (c.Where != "") {
		return errors.New("name runs, or give --where")
	}
	return nil
}

// find gives the runs, without a look at their files.
func (c chosenRuns) find(a *app, w *store.Warehouse) ([]store.Entry, error) {
	if c.Where == "" {
		return a.findAll(w, c.Refs)
	}
	ids, err := a.runsWhere(w, query.Listing{Where: c.Where})
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		a.note("no run in %s is like that", w.Dir())
	}
	return w.Find(a.ctx, ids...)
}

// findAll gives the runs that references name, as compare takes them: a name may be that of several runs.
func (a *app) findAll(w *store.Warehouse, references []string) ([]store.Entry, error) {
	entries, err := w.Find(a.ctx, references...)
	if !errors.Is(err, store.ErrAmbiguous) && !errors.Is(err, store.ErrNotFound) {
		return entries, err
	}
	sides, err := query.Sides(a.ctx, w, references, a.warn)
	if err != nil {
		return nil, err
	}
	return w.Find(a.ctx, idsOf(inOrder(sides))...)
}

// idsOf are the ids of runs, in their order.
func idsOf(entries []store.Entry) []string {
	ids := make([]string, len(entries))
	for i, entry := range entries {
		ids[i] = entry.Run.RunID
	}
	return ids
}

// runsWhere asks the catalogue for the ids of runs.
func (a *app) runsWhere(w *store.Warehouse, listing query.Listing) ([]string, error) {
	source, err := query.WholeWarehouse(a.ctx, w)
	if err != nil {
		return nil, err
	}
	session, err := query.OpenLazily(a.ctx, source, query.Options{Warn: a.warn})
	if err != nil {
		return nil, err
	}
	defer session.Close()
	return session.RunIDs(a.ctx, listing)
}
