package query

import (
	"context"
	"fmt"
)

// Failure is one way in which requests of a run failed.
type Failure struct {
	RunID      string
	Phase      string  // warmup, measured or probe
	Status     string  // one of store's, such as store.StatusHTTPError
	HTTPStatus *int64  // nil without an answer
	Error      *string // nil when nothing more is known
	Count      int64   // requests whose last attempt failed so
	Retried    int64   // attempts that failed so and were followed by another
}

// SLO are the limits of a good request, in milliseconds; nil is no limit.
type SLO struct {
	TTFTMS, TPOTMS, E2ELMS *float64
}

// Goodput is how a run kept its limits.
type Goodput struct {
	RunID string
	// SLO are the limits applied: those asked for or, without any, the run's own.
	SLO      SLO
	Requests int64 // measured, failed ones included
	// Good, Ratio (of Requests) and PerSecond are nil when there are no limits; Ratio also without requests, PerSecond
	// also without a duration.
	Good      *int64
	Ratio     *float64
	PerSecond *float64
}

// Failures counts the failed requests of every phase by the way they failed, in the order of run_id, the most
// frequent first.
func (s *Session) Failures(ctx context.Context) ([]Failure, error) {
	rows, err := s.Query(ctx, `SELECT run_id, phase, status, http_status, error, count, retried FROM failures
		ORDER BY run_id, count DESC, retried DESC, phase, status, http_status, error`)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(v []any) Failure {
		return Failure{
			RunID: v[0].(string), Phase: v[1].(string), Status: v[2].(string),
			HTTPStatus: optional[int64](v[3]), Error: optional[string](v[4]), Count: v[5].(int64), Retried: v[6].(int64),
		}
	})
}

// Goodput applies the limits to every run, in the order of run_id; the zero SLO stands for each run's own.
func (s *Session) Goodput(ctx context.Context, slo SLO) ([]Goodput, error) {
	rows, err := s.Query(ctx, fmt.Sprintf(
		`SELECT run_id, ttft_ms, tpot_ms, e2el_ms, requests, good, good_ratio, request_goodput
		 FROM goodput(ttft_ms := %s, tpot_ms := %s, e2el_ms := %s) ORDER BY run_id`,
		limit(slo.TTFTMS), limit(slo.TPOTMS), limit(slo.E2ELMS)))
	if err != nil {
		return nil, err
	}
	return collect(rows, func(v []any) Goodput {
		return Goodput{
			RunID:    v[0].(string),
			SLO:      SLO{TTFTMS: optional[float64](v[1]), TPOTMS: optional[float64](v[2]), E2ELMS: optional[float64](v[3])},
			Requests: v[4].(int64), Good: optional[int64](v[5]), Ratio: optional[float64](v[6]), PerSecond: optional[float64](v[7]),
		}
	})
}

func limit(ms *float64) string {
	if ms == nil {
		return "NULL"
	}
	return numbers([]float64{*ms})
}
