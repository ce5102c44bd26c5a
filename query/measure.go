package query

import (
	"context"
	"errors"
	"fmt"
	"math"
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

// OpenMeasured opens a session on the runs and measures them. The caller closes the session, which may measure more.
func OpenMeasured(ctx context.Context, source Source, options Options, asked Asked) (*Session, []Measured, error) {
	if err := asked.Lens.Validate(); err != nil {
		return nil, nil, err
	}
	options.Hold = []string{"requests"}
	tables := []string{"drift", "cache_hits", "window_power", "window_utilisation"}
	if asked.Events {
		options.Hold, tables = append(options.Hold, "token_lists"), append(tables, "window_gaps", "window_slices")
	}
	s, err := OpenFor(ctx, source, options, tables...)
	if err != nil {
		return nil, nil, err
	}
	runs, err := s.Measure(ctx, asked)
	if err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return s, runs, nil
}

// Measured is one run as a comparison needs it.
type Measured struct {
	Entry   store.Entry
	Totals  Totals
	Latency []LatencyStats
	Drift   []DriftPart
	Events  *Events  // nil unless asked for
	UtilPct *float64 // mean utilisation of the accelerators
}

// Measure answers for each of the session's runs, in the order of its source. What the run's summary has is taken from
// there, for it was computed by the same views when the run was finished.
func (s *Session) Measure(ctx context.Context, asked Asked) ([]Measured, error) {
	entries := s.source.Entries
	runs, places := make([]Measured, len(entries)), map[string]int{}
	for i, entry := range entries {
		runs[i].Entry, places[entry.Run.RunID] = entry, i
	}
	for _, fill := range []func(context.Context, Asked, []Measured, map[string]int) error{s.fillTotals, s.fillUtilisation, s.fillLatency, s.fillDrift, s.fillEvents, s.fillReported} {
		if err := fill(ctx, asked, runs, places); err != nil {
			return nil, err
		}
	}
	return runs, nil
}

// fillTotals takes the counts from the summaries where these say what is asked.
func (s *Session) fillTotals(ctx context.Context, asked Asked, runs []Measured, places map[string]int) error {
	if !asked.storedTotals(runs) {
		totals, err := s.Totals(ctx, asked.Lens, asked.SLO)
		for _, t := range totals {
			runs[places[t.RunID]].Totals = t
		}
		return err
	}
	for i := range runs {
		runs[i].Totals = SummaryTotals(runs[i].Entry)
	}
	return s.addUnstored(ctx, runs, places)
}

func (a Asked) storedTotals(runs []Measured) bool {
	return a.Lens.Plain() && a.SLO == (SLO{}) && !slices.ContainsFunc(runs, func(m Measured) bool { return m.Entry.Summary == nil })
}

// SummaryTotals takes counts from a run's summary, which there must be.
func SummaryTotals(entry store.Entry) Totals {
	s := entry.Summary
	t := Totals{RunID: entry.Run.RunID, LengthS: s.Duration, Completed: s.Completed, Failed: s.Failed, InputTokens: s.TotalInputTokens}
	if s.Retried != nil {
		t.Retried = *s.Retried
	}
	if s.TotalOutputTokens != nil {
		t.OutputTokens = new(float64(*s.TotalOutputTokens))
	}
	if s.RequestGoodput != nil && s.Duration != nil {
		t.Good = new(int64(math.Round(*s.RequestGoodput * *s.Duration)))
	}
	return t
}

// addUnstored reads what no summary has: the caches' share, and the energy.
func (s *Session) addUnstored(ctx context.Context, runs []Measured, places map[string]int) error {
	rows, err := s.Query(ctx, `SELECT s.run_id, cached_ratio, power_w FROM selected_runs AS s
		LEFT JOIN cache_hits USING (run_id) LEFT JOIN window_power('all') USING (run_id)`)
	if err != nil {
		return err
	}
	_, err = collect(rows, func(v []any) struct{} {
		t := &runs[places[v[0].(string)]].Totals
		t.CachedRatio = optional[float64](v[1])
		if power := optional[float64](v[2]); power != nil && t.LengthS != nil {
			t.EnergyJ = new(*power * *t.LengthS)
		}
		return struct{}{}
	})
	return err
}

// fillUtilisation reads how busy the accelerators were.
func (s *Session) fillUtilisation(ctx context.Context, asked Asked, runs []Measured, places map[string]int) error {
	rows, err := s.Query(ctx, fmt.Sprintf("SELECT run_id, util_pct FROM window_utilisation(%s)", asked.Lens.window()))
	if err != nil {
		return err
	}
	_, err = collect(rows, func(v []any) struct{} {
		runs[places[v[0].(string)]].UtilPct = optional[float64](v[1])
		return struct{}{}
	})
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

// timeBaseNone marks imported runs that came without their requests.
const timeBaseNone = "none"

// fillReported gives runs that came without their requests the numbers that their files claim.
func (s *Session) fillReported(ctx context.Context, asked Asked, runs []Measured, places map[string]int) error {
	if !slices.ContainsFunc(runs, func(m Measured) bool { return m.Entry.Run.TimeBase == timeBaseNone }) {
		return nil
	}
	claims, err := s.Summaries(ctx, SummaryReported)
	for _, claim := range claims {
		run := &runs[places[claim.RunID]]
		if run.Entry.Run.TimeBase != timeBaseNone || !asked.Lens.Window.All() {
			continue
		}
		entry := run.Entry
		entry.Summary = &claim.Summary
		run.Totals = SummaryTotals(entry)
		run.Latency, _ = SummaryLatency(entry, asked.Percentiles)
	}
	return err
}

// SummaryLatency takes latencies from a run's summary, which may lack some of the percentiles: it reports whether it has
// them all. How many samples there were the summary does not tell.
func SummaryLatency(entry store.Entry, percentiles []float64) (all []LatencyStats, complete bool) {
	if entry.Summary == nil {
		return nil, false
	}
	summary, complete := summaryValues(entry.Summary), true
	for _, metric := range answerMetrics {
		mean, median, std := summary["mean_"+metric+"_ms"], summary["median_"+metric+"_ms"], summary["std_"+metric+"_ms"]
		if mean == nil || median == nil {
			continue
		}
		l := LatencyStats{RunID: entry.Run.RunID, Metric: metric, MeanMS: *mean, MedianMS: *median, StdMS: math.NaN()}
		if std != nil {
			l.StdMS = *std
		}
		for _, p := range percentiles {
			value := summary[fmt.Sprintf("p%g_%s_ms", p, metric)]
			if value == nil {
				complete = false
				continue
			}
			l.Percentiles, l.ValuesMS = append(l.Percentiles, p), append(l.ValuesMS, *value)
		}
		all = append(all, l)
	}
	return all, complete
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
