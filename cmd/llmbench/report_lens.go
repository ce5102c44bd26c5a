package main

import (
	"errors"
	"slices"

	"llmbench/query"
	"llmbench/report"
	"llmbench/store"
)

// lookThrough replaces what a report says of the load by what a lens shows of it. What was sampled beside the load, the
// probes and the client are those of the whole run.
func (a *app) lookThrough(lens query.Lens, s *report.Serving, metrics []string, percentiles []float64, entry store.Entry) (err error) {
	session, err := query.OpenFor(a.ctx, query.Source{Entries: []store.Entry{entry}}, query.Options{Warn: a.warn}, "window_summary", "window_latency")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	summaries, err := session.WindowSummaries(a.ctx, lens)
	if err != nil {
		return err
	}
	counted := slices.DeleteFunc(slices.Clone(metrics), func(m string) bool { return !query.InWindow(m) })
	stats, err := session.WindowLatency(a.ctx, lens, counted, percentiles)
	if err != nil {
		return err
	}
	s.Window, s.Definitions, s.Summary = lens.Window.String(), lens.Definitions, summaries[0].Summary
	s.Latencies = report.Latencies(stats, metrics, percentiles)
	if !lens.Window.All() {
		s.Failures, s.Conversations = nil, nil // of the whole run
	}
	return nil
}

// judge counts the good requests of a report by the limits that are asked for, in place of the run's own.
func (a *app) judge(lens query.Lens, slo query.SLO, s *report.Serving, entry store.Entry) (err error) {
	session, err := query.OpenFor(a.ctx, query.Source{Entries: []store.Entry{entry}}, query.Options{Warn: a.warn}, "window_totals")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	totals, err := session.Totals(a.ctx, lens, slo)
	if err != nil {
		return err
	}
	s.Summary.RequestGoodput = nil
	if good, length := totals[0].Good, totals[0].LengthS; good != nil && length != nil && *length > 0 {
		s.Summary.RequestGoodput = new(float64(*good) / *length)
	}
	return nil
}
