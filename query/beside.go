package query

import "context"

// Devices is what a run's accelerators did over its measured time. What no sample told is nil.
type Devices struct {
	RunID          string
	Count          int64    // accelerators
	UtilPct        *float64 // 0 to 100, mean over time and accelerators
	MemUsedBytes   *float64 // largest of any one
	TempC          *float64 // highest of any one
	PowerCount     *int64   // how many told their power
	MeanW          *float64 // of these together
	EnergyJ        *float64
	JPerToken      *float64 // of the output
	TokensPerJ     *float64
	CoveredRatio   *float64 // share of the time between samples
	CappedRatio    *float64 // share of samples at the power cap
	ThrottledRatio *float64
}

// Devices sums up the samples of each run that has any, in the order of run_id.
func (s *Session) Devices(ctx context.Context) ([]Devices, error) {
	rows, err := s.Query(ctx, `SELECT d.run_id, count(DISTINCT (source, host, device)), avg(util_pct), max(mem_used_bytes)::DOUBLE, max(temp_c),
			any_value(mean_w), any_value(energy_j), any_value(j_per_output_token), any_value(tokens_per_j),
			any_value(covered_ratio), any_value(capped_ratio), any_value(throttled_ratio), any_value(e.devices)
		FROM devices AS d
		LEFT JOIN energy AS e ON e.run_id = d.run_id
		LEFT JOIN run_durations AS l ON l.run_id = d.run_id
		WHERE t_ns >= 0 AND t_ns <= 1e9 * coalesce(duration_s, 'inf'::DOUBLE)
		GROUP BY d.run_id ORDER BY d.run_id`)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(v []any) Devices {
		f := func(i int) *float64 { return optional[float64](v[i]) }
		return Devices{RunID: v[0].(string), Count: v[1].(int64), UtilPct: f(2), MemUsedBytes: f(3), TempC: f(4), MeanW: f(5), EnergyJ: f(6),
			JPerToken: f(7), TokensPerJ: f(8), CoveredRatio: f(9), CappedRatio: f(10), ThrottledRatio: f(11), PowerCount: optional[int64](v[12])}
	})
}

// ServerCounters is what a run's server counted over the load; nil where it does not.
type ServerCounters struct {
	RunID                               string
	Preemptions                         *float64
	MaxRunning, MaxWaiting              *float64
	MaxCacheUsage                       *float64 // 0 to 1
	Drafts, DraftTokens, AcceptedTokens *float64
	AcceptanceRatio, AcceptanceLength   *float64
}

// ServerCounters reads the server's own account of each run that has one, in the order of run_id.
func (s *Session) ServerCounters(ctx context.Context) ([]ServerCounters, error) {
	rows, err := s.Query(ctx, `SELECT run_id, preemptions, max_running, max_waiting, max_cache_usage, drafts, draft_tokens, accepted_tokens,
			acceptance_ratio, acceptance_length
		FROM server_summary ORDER BY run_id`)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(v []any) ServerCounters {
		f := func(i int) *float64 { return optional[float64](v[i]) }
		return ServerCounters{RunID: v[0].(string), Preemptions: f(1), MaxRunning: f(2), MaxWaiting: f(3), MaxCacheUsage: f(4),
			Drafts: f(5), DraftTokens: f(6), AcceptedTokens: f(7), AcceptanceRatio: f(8), AcceptanceLength: f(9)}
	})
}
