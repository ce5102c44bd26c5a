package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"llmbench/query"
	"llmbench/report/chart"
	"llmbench/report/gallery"
	"llmbench/store"
	"llmbench/store/interchange"
)

// charts draws kinds of charts of the same runs.
type charts struct {
	*query.Session
	entries []store.Entry
	ask     gallery.Ask
	// sweep says that the runs differ in their load or setting.
	sweep bool
}

// openCharts opens the runs of the sides, in the order given, each once. The caller closes it.
func (a *app) openCharts(w *store.Warehouse, sides []query.Side, ask gallery.Ask) (*charts, error) {
	c := &charts{entries: inOrder(sides), ask: ask}
	catalogue, _, err := w.Catalogue(a.ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range c.entries {
		c.ask.Runs = append(c.ask.Runs, gallery.Run{ID: e.Run.RunID, Label: runLabel(e.Run), Facts: facts(e.Run), Times: timesOf(e.Run)})
	}
	distinguish(c.ask.Runs)
	gather(c.ask.Runs, sides)
	c.sweep = differ(c.entries)
	source := query.Source{Catalogue: catalogue, Entries: c.entries}
	c.Session, err = query.OpenLazily(a.ctx, source, query.Options{Warn: a.warn})
	return c, err
}

// differ reports whether the runs have several loads, or are of a sweep.
func differ(entries []store.Entry) bool {
	type load struct {
		rate   float64
		atOnce int64
	}
	loads := map[load]bool{}
	for _, e := range entries {
		f := facts(e.Run)
		loads[load{f.Rate, f.AtOnce}] = true
		if e.Run.Tags["sweep"] != "" {
			return len(entries) > 1
		}
	}
	return len(loads) > 1
}

func inOrder(sides []query.Side) []store.Entry {
	var all []store.Entry
	for _, side := range sides {
		for _, e := range side.Entries {
			if !slices.ContainsFunc(all, func(o store.Entry) bool { return o.Run.RunID == e.Run.RunID }) {
				all = append(all, e)
			}
		}
	}
	return all
}

// distinguish puts the end of the id behind names that several runs share.
func distinguish(runs []gallery.Run) {
	counts := map[string]int{}
	for _, r := range runs {
		counts[r.Label]++
	}
	for i, r := range runs {
		if counts[r.Label] > 1 && r.Label != r.ID {
			runs[i].Label += " " + r.ID[max(0, len(r.ID)-4):]
		}
	}
}

// gather tells runs of one side by one colour, where there are several sides and not each is a run alone.
func gather(runs []gallery.Run, sides []query.Side) {
	if len(sides) < 2 || len(sides) >= len(runs) {
		return
	}
	for i := range runs {
		runs[i].Side = 1 + slices.IndexFunc(sides, func(s query.Side) bool {
			return slices.ContainsFunc(s.Entries, func(e store.Entry) bool { return e.Run.RunID == runs[i].ID })
		})
	}
}

// suits reports whether charts of that input suit the runs: of few runs their events, of several how they differ with the load.
func (c *charts) suits(input gallery.Input) bool {
	if input == gallery.SweepRuns {
		return c.sweep
	}
	return len(c.entries) <= gallery.MostRuns[input]
}

// fits reports a kind that these runs cannot be drawn by.
func (c *charts) fits(kind gallery.Kind) error {
	most, bounded := gallery.MostRuns[kind.Input]
	if n := len(c.entries); bounded && n > most {
		return fmt.Errorf("plot %s shows at most %d runs, and %d were named; of many runs there are load, pareto and grid", kind.Name, most, n)
	}
	return nil
}

// figure asks for a chart's data and lays it out.
func (c *charts) figure(ctx context.Context, kind gallery.Kind) (chart.Figure, error) {
	answer, err := c.Table(ctx, kind.SQL(c.ask))
	if err != nil {
		return chart.Figure{}, fmt.Errorf("draw %s: %w", kind.Name, err)
	}
	figure := kind.Draw(c.ask, answer)
	return figure, figure.Validate()
}

// runLabel is a run's name, or its id when it has none.
func runLabel(r store.Run) string {
	if r.Name != nil {
		return *r.Name
	}
	return r.RunID
}

// facts are what a reader must know of a run to believe its line.
func facts(r store.Run) chart.Facts {
	var f chart.Facts
	if r.Completed != nil && r.Failed != nil {
		f.Completed, f.Failed = *r.Completed, *r.Failed
	}
	if r.DurationNS != nil {
		f.Duration = time.Duration(*r.DurationNS)
	}
	if r.RequestRate != nil {
		f.Rate = float64(*r.RequestRate)
	}
	if r.MaxConcurrency != nil {
		f.AtOnce = *r.MaxConcurrency
	}
	if r.ClientVerdict != nil {
		f.Client = *r.ClientVerdict
	}
	return f
}

// timesOf is what is known of a run's times.
func timesOf(r store.Run) gallery.Times {
	switch r.TimeBase {
	case interchange.TimeNone:
		return gallery.NoTimes
	case interchange.TimeRelative:
		return gallery.Relative
	}
	return gallery.Placed
}
