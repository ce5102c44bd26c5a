package query

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"llmbench/store"
)

// Asked is what a comparison wants to know of its runs.
type Asked struct {
	Lens        Lens
	SLO         SLO       // the zero value stands for each run's own
	Percentiles []float64 // 0 to 100
	// Events also reads what resampling within a run needs.
	Events bool
}

// Measured is one run as a comparison needs it.
type Measured struct {
	Entry   store.Entry
	Totals  Totals
	Latency []LatencyStats
	Drift   []DriftPart
	Events  *Events // nil unless asked for
}

// Measure answers for each of the session's runs, in the order of its source. Latencies that the run's summary has are
// taken from there, for they were computed by the same views when the run was finished.
func (s *Session) Measure(ctx context.Context, asked Asked) ([]Measured, error) {
	if err := asked.Lens.Validate(); err != nil {
		return nil, err
	}
	entries := s.source.Entries
	runs, places := make([]Measured, len(entries)), map[string]int{}
	for i, entry := range entries {
		runs[i].Entry, places[entry.Run.RunID] = entry, i
	}
	for _, fill := range []func(context.Context, Asked, []Measured, map[string]int) error{s.fillTotals, s.fillLatency, s.fillDrift, s.fillEvents} {
		if err := fill(ctx, asked, runs, places); err != nil {
			return nil, err
		}
	}
	return runs, nil
}

func (s *Session) fillTotals(ctx context.Context, asked Asked, runs []Measured, places map[string]int) error {
	totals, err := s.Totals(ctx, asked.Lens, asked.SLO)
	for _, t := range totals {
		runs[places[t.RunID]].Totals = t
	}
	return err
}

func (s *Session) fillLatency(ctx context.Context, asked Asked, runs []Measured, places map[string]int) error {
	stored := asked.Lens.Plain()
	for i := range runs {
		var known bool
		runs[i].Latency, known = SummaryLatency(runs[i].Entry, asked.Percentiles)
		stored = stored && known
	}
	if stored {
		return nil
	}
	stats, err := s.WindowLatency(ctx, asked.Lens, answerMetrics, asked.Percentiles)
	for i := range runs {
		runs[i].Latency = nil
	}
	for _, l := range stats {
		run := &runs[places[l.RunID]]
		run.Latency = append(run.Latency, l)
	}
	return err
}

func (s *Session) fillDrift(ctx context.Context, asked Asked, runs []Measured, places map[string]int) error {
	parts, err := s.Drift(ctx, asked.Lens.Window)
	for _, p := range parts {
		run := &runs[places[p.RunID]]
		run.Drift = append(run.Drift, p)
	}
	return err
}

func (s *Session) fillEvents(ctx context.Context, asked Asked, runs []Measured, places map[string]int) error {
	if !asked.Events {
		return nil
	}
	all, err := s.Events(ctx, asked.Lens, asked.SLO)
	for i := range all {
		runs[places[all[i].RunID]].Events = &all[i]
	}
	return err
}

// SummaryLatency takes latencies from a run's summary. It reports false when that lacks one of the percentiles, or there is
// none. How many samples there were the summary does not tell.
func SummaryLatency(entry store.Entry, percentiles []float64) ([]LatencyStats, bool) {
	if entry.Summary == nil {
		return nil, false
	}
	summary := summaryValues(entry.Summary)
	var all []LatencyStats
	for _, metric := range answerMetrics {
		mean, median := summary["mean_"+metric+"_ms"], summary["median_"+metric+"_ms"]
		if mean == nil || median == nil {
			continue
		}
		l := LatencyStats{RunID: entry.Run.RunID, Metric: metric, MeanMS: *mean, MedianMS: *median, Percentiles: slices.Clone(percentiles)}
		if std := summary["std_"+metric+"_ms"]; std != nil {
			l.StdMS = *std
		}
		for _, p := range percentiles {
			value := summary[fmt.Sprintf("p%g_%s_ms", p, metric)]
			if value == nil {
				return nil, false
			}
			l.ValuesMS = append(l.ValuesMS, *value)
		}
		all = append(all, l)
	}
	return all, true
}

// summaryValues gives the floating numbers of a summary by name.
func summaryValues(summary *store.Summary) map[string]*float64 {
	values := map[string]*float64{}
	v := reflect.ValueOf(summary).Elem()
	for i := range v.NumField() {
		if f, ok := v.Field(i).Interface().(*float64); ok {
			values[v.Type().Field(i).Tag.Get("json")] = f
		}
	}
	return values
}
