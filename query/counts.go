package query

import "context"

// OutputCount is a number of completed, measured requests whose output tokens were counted in one way.
type OutputCount struct {
	RunID    string
	Source   string // usage, tokenizer or chunks
	Requests int64
}

// OutputCounts says where the output token counts of each run come from, in the order of run_id, the most frequent
// first.
func (s *Session) OutputCounts(ctx context.Context) ([]OutputCount, error) {
	rows, err := s.Query(ctx, `SELECT run_id, output_tokens_source, count(*) FROM requests
		WHERE phase = 'measured' AND status = 'ok' AND output_tokens_source IS NOT NULL
		GROUP BY ALL ORDER BY run_id, 3 DESC, 2`)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(v []any) OutputCount {
		return OutputCount{RunID: v[0].(string), Source: v[1].(string), Requests: v[2].(int64)}
	})
}
