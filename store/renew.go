package store

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// renewFor is how long a command that lists runs makes old summaries anew before it goes on without the rest.
const renewFor = 2 * time.Second

// outdated tells a summary that was made by formulas of an earlier llmbench. One of a later llmbench is left to that:
// two that share a warehouse would else write run.json in turns.
func (e Entry) outdated() bool {
	return e.stale() && e.Definitions > 0 && e.Definitions < DefinitionsVersion
}

// Renew is Freshen for runs that are listed, however many: it makes outdated summaries anew, the latest runs' first, until
// it has taken long enough, and notes how many are left. Each is stored, so that the next call finds fewer.
func (w *Warehouse) Renew(ctx context.Context, entries []Entry) error {
	if w.opts.Summarise == nil || !slices.ContainsFunc(entries, Entry.outdated) {
		return nil
	}
	until, left := w.opts.Now().Add(renewFor), 0
	for i := len(entries) - 1; i >= 0; i-- {
		e := &entries[i]
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("summarise run %s: %w", e.Run.RunID, ctx.Err())
		case !e.outdated():
		case !w.opts.Now().Before(until):
			left++
		default:
			if err := w.renew(ctx, e); err != nil {
				return err
			}
		}
	}
	if left > 0 {
		w.warn("%d of %d runs have no summary by this llmbench's formulas yet: the next listing makes some, llmbench runs recover all", left, len(entries))
	}
	return w.touch(ctx)
}

func (w *Warehouse) renew(ctx context.Context, e *Entry) error {
	one := []Entry{*e}
	if err := w.Fetch(ctx, one); err != nil {
		return err
	}
	w.Check(one)
	if one[0].stale() {
		w.freshen(ctx, &one[0])
	}
	*e = one[0]
	return nil
}

// renewAll is Renew for every run of a catalogue that was looked at for its names.
func (w *Warehouse) renewAll(ctx context.Context) error {
	w.mu.Lock()
	outdated := slices.ContainsFunc(w.catalogue.rows, func(row *catalogueRow) bool { return row.entry(w.dir).outdated() })
	w.mu.Unlock()
	if !outdated {
		return nil
	}
	entries, err := w.list(ctx)
	if err != nil {
		return err
	}
	return w.Renew(ctx, entries)
}
