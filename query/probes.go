package query

import "context"

// Probes are a run's requests beside the load. The latencies are E2EL of those that ended well; nil when none did.
type Probes struct {
	RunID                  string
	Completed, Failed      int64
	MedianMS, P99MS, MaxMS *float64
}

// Probes sums up the probes of each run that sent any, in the order of run_id.
func (s *Session) Probes(ctx context.Context) ([]Probes, error) {
	rows, err := s.Query(ctx, `SELECT run_id, count(*) FILTER (status = 'ok'), count(*) FILTER (status <> 'ok'),
			quantile_cont(e2el_ns, 0.5) FILTER (status = 'ok') / 1e6, quantile_cont(e2el_ns, 0.99) FILTER (status = 'ok') / 1e6,
			max(e2el_ns) FILTER (status = 'ok') / 1e6
		FROM request_latency_ns WHERE phase = 'probe' GROUP BY run_id ORDER BY run_id`)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(v []any) Probes {
		return Probes{
			RunID: v[0].(string), Completed: v[1].(int64), Failed: v[2].(int64),
			MedianMS: optional[float64](v[3]), P99MS: optional[float64](v[4]), MaxMS: optional[float64](v[5]),
		}
	})
}
