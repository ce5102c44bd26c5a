package main

import (
	"fmt"

	"llmbench/store"
)

// repeat takes the seed of the newest run here on the same dataset, so that its prompts are sent again; without one, 0 as
// vLLM's benchmark does. A given --seed says the same in another way.
func (c *collectCmd) repeat(a *app, p *collectPlan, w *store.Warehouse) error {
	if !c.RepeatWorkload || c.Seed != nil {
		return nil
	}
	seed := int64(0)
	last, err := lastRun(a, w, func(r store.Run) bool { return r.Seed != nil && sameDataset(r, c.runRow(p)) })
	if err != nil {
		return err
	}
	from := "for no run here has the same dataset"
	if last != nil {
		seed, from = *last.Seed, "of run "+last.RunID
	}
	p.data.Seed, p.load.Arrivals.Seed, p.seedDrawn = seed, seed, false
	a.note("--repeat-workload: seed %d, %s", seed, from)
	return nil
}

// warmCache says why the server may have the prompts in its prefix cache before the load; "" when nothing speaks for it.
// A cache that is emptied before the load is cold. Only what was asked for can be warm: a drawn seed gives new prompts.
func (c *collectCmd) warmCache(a *app, p *collectPlan, w *store.Warehouse, row store.Run) (string, error) {
	if c.ResetCache || p.seedDrawn {
		return "", nil
	}
	last, err := lastRun(a, w, func(r store.Run) bool {
		return r.Seed != nil && *r.Seed == p.data.Seed && sameDataset(r, row) && r.BaseURL != nil && *r.BaseURL == *row.BaseURL
	})
	switch {
	case err != nil:
		return "", err
	case last != nil:
		return fmt.Sprintf("The prefix cache may be warm: run %s had the same dataset and seed %d", last.RunID, p.data.Seed), nil
	case c.RepeatWorkload:
		return "The prefix cache may be warm: --repeat-workload sends the same prompts in every run", nil
	}
	return "", nil
}

// lastRun is the newest collected run that matches; nil when there is none.
func lastRun(a *app, w *store.Warehouse, matches func(store.Run) bool) (*store.Run, error) {
	entries, err := w.Runs(a.ctx)
	if err != nil {
		return nil, err
	}
	var last *store.Run
	for i := range entries {
		if r := &entries[i].Run; r.Source == "collect" && matches(*r) && (last == nil || r.BeganAt.After(last.BeganAt)) {
			last = r
		}
	}
	return last, nil
}

// sameDataset reports whether two runs draw their prompts from the same place.
func sameDataset(a, b store.Run) bool {
	same := func(x, y *string) bool { return (x == nil) == (y == nil) && (x == nil || *x == *y) }
	return same(a.Dataset, b.Dataset) && same(a.DatasetPath, b.DatasetPath)
}
