package query

import (
	"context"
	"fmt"
)

// Totals are a run's counts over a window.
type Totals struct {
	RunID   string
	LengthS *float64 // the time that counts; nil when the run has no such window, or an unknown duration
	// Completed and Failed requests, and attempts that failed and were tried again.
	Completed, Failed, Retried int64
	InputTokens                *int64
	OutputTokens               *float64
	Good                       *int64   // nil without limits
	CachedRatio                *float64 // share of the prompt tokens, 0 to 1
	EnergyJ                    *float64
}

// Totals counts each run, in the order of run_id. The zero SLO stands for each run's own.
func (s *Session) Totals(ctx context.Context, lens Lens, slo SLO) ([]Totals, error) {
	rows, err := s.Query(ctx, fmt.Sprintf(
		`SELECT run_id, length_s, completed, failed, retried, input_tokens, output_tokens, good, cached_ratio, energy_j
		 FROM window_totals(%s, %s) ORDER BY run_id`, lens.named(), slo.named()))
	if err != nil {
		return nil, err
	}
	return collect(rows, func(v []any) Totals {
		return Totals{
			RunID: v[0].(string), LengthS: optional[float64](v[1]),
			Completed: v[2].(int64), Failed: v[3].(int64), Retried: v[4].(int64),
			InputTokens: optional[int64](v[5]), OutputTokens: optional[float64](v[6]), Good: optional[int64](v[7]),
			CachedRatio: optional[float64](v[8]), EnergyJ: optional[float64](v[9]),
		}
	})
}

// named writes the limits as arguments of a macro.
func (l SLO) named() string {
	return fmt.Sprintf("ttft_ms := %s, tpot_ms := %s, e2el_ms := %s", limit(l.TTFTMS), limit(l.TPOTMS), limit(l.E2ELMS))
}

// DriftPart is the median of a latency in one of ten parts of a run, in the order in which requests were sent.
type DriftPart struct {
	RunID    string
	Metric   string // ttft, tpot, e2el or ttft_from_intended
	Tenth    int64
	Requests int64
	MedianMS float64
}

// Drift gives the parts of each run, in the order of run_id, metric and time.
func (s *Session) Drift(ctx context.Context, window Window) ([]DriftPart, error) {
	rows, err := s.Query(ctx, fmt.Sprintf(
		"SELECT run_id, metric, tenth, requests, median_ms FROM drift(%s) ORDER BY ALL", Lens{Window: window}.window()))
	if err != nil {
		return nil, err
	}
	return collect(rows, func(v []any) DriftPart {
		return DriftPart{RunID: v[0].(string), Metric: v[1].(string), Tenth: v[2].(int64), Requests: v[3].(int64), MedianMS: v[4].(float64)}
	})
}

// WindowSummaries gives run_summary's numbers through a lens, in the order of run_id.
func (s *Session) WindowSummaries(ctx context.Context, lens Lens) ([]RunSummary, error) {
	return s.summaries(ctx, "window_summary("+lens.named()+")")
}
