package query

import "context"

// ThroughputPoint is one second of a run, counted from its origin. Measured requests only.
type ThroughputPoint struct {
	RunID        string
	Second       int64
	Offered      int64
	Completed    int64
	Failed       int64
	OutputTokens *float64 // nil when the chunks' tokens are unknown
	Chunks       int64
}

// ConcurrencyPoint is what holds from TNS, in nanoseconds since the run's origin, to the run's next point.
type ConcurrencyPoint struct {
	RunID    string
	TNS      int64
	InFlight int64
	Queued   int64
}

// Throughput gives every second of every run, quiet ones included, in the order of run_id and time.
func (s *Session) Throughput(ctx context.Context) ([]ThroughputPoint, error) {
	rows, err := s.Query(ctx, `SELECT run_id, second, offered, completed, failed, output_tokens, chunks
		FROM throughput_timeline ORDER BY run_id, second`)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(v []any) ThroughputPoint {
		return ThroughputPoint{
			RunID: v[0].(string), Second: v[1].(int64), Offered: v[2].(int64), Completed: v[3].(int64),
			Failed: v[4].(int64), OutputTokens: optional[float64](v[5]), Chunks: v[6].(int64),
		}
	})
}

// Concurrency gives the measured requests in flight and waiting in the client, a point for each change, in the order
// of run_id and time.
func (s *Session) Concurrency(ctx context.Context) ([]ConcurrencyPoint, error) {
	rows, err := s.Query(ctx, "SELECT run_id, t_ns, in_flight, queued FROM concurrency_timeline ORDER BY run_id, t_ns")
	if err != nil {
		return nil, err
	}
	return collect(rows, func(v []any) ConcurrencyPoint {
		return ConcurrencyPoint{RunID: v[0].(string), TNS: v[1].(int64), InFlight: v[2].(int64), Queued: v[3].(int64)}
	})
}
