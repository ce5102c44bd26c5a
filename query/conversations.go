package query

import "context"

// Conversations are those of a run. Rates and times are nil when they are not known.
type Conversations struct {
	RunID string
	// Held were begun; Completed of them came to their end. Unknown ones, of imported runs that do not say how long they
	// should be, are not among the completed.
	Held, Completed, Unknown int64
	MeanTurns                float64 // sent
	MedianMS                 *float64
	Turns                    []Turn
}

// Turn is how the turns of one number went.
type Turn struct {
	Turn, Requests      int64
	MedianTTFTMS, P99MS *float64 // P99MS is of TTFT
	MedianE2ELMS        *float64
	HitRate             *float64
}

// Conversations sums up those of each run that held any, in the order of run_id.
func (s *Session) Conversations(ctx context.Context) ([]Conversations, error) {
	rows, err := s.Query(ctx, `SELECT run_id, count(*), count(*) FILTER (completed), count(*) FILTER (completed IS NULL), avg(sent), quantile_cont(duration_ms, 0.5)
		FROM sessions GROUP BY run_id ORDER BY run_id`)
	if err != nil {
		return nil, err
	}
	all, err := collect(rows, func(v []any) Conversations {
		return Conversations{RunID: v[0].(string), Held: v[1].(int64), Completed: v[2].(int64), Unknown: v[3].(int64), MeanTurns: v[4].(float64), MedianMS: optional[float64](v[5])}
	})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all, s.turns(ctx, all)
}

// turns adds the turns to all.
func (s *Session) turns(ctx context.Context, all []Conversations) error {
	rows, err := s.Query(ctx, `SELECT run_id, turn, requests, median_ttft_ms, p99_ttft_ms, median_e2el_ms, prefix_cache_hit_rate
		FROM turn_latency WHERE turn IS NOT NULL ORDER BY run_id, turn`)
	if err != nil {
		return err
	}
	type turnOf struct {
		runID string
		Turn
	}
	turns, err := collect(rows, func(v []any) turnOf {
		return turnOf{v[0].(string), Turn{Turn: v[1].(int64), Requests: v[2].(int64), MedianTTFTMS: optional[float64](v[3]), P99MS: optional[float64](v[4]),
			MedianE2ELMS: optional[float64](v[5]), HitRate: optional[float64](v[6])}}
	})
	for i := range all {
		for _, t := range turns {
			if t.runID == all[i].RunID {
				all[i].Turns = append(all[i].Turns, t.Turn)
			}
		}
	}
	return err
}
