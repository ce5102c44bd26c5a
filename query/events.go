package query

import (
	"context"
	"fmt"
	"strings"
)

// Events are one run for resampling: its requests in the order in which they were sent, and its course over time.
type Events struct {
	RunID string
	// Latency has for each metric a list for each request that was answered: its values in ms, none where unknown. ITL has
	// many, the others one.
	Latency map[string][][]float64
	// Succeeded is 1 or 0 for each request that ended.
	Succeeded []float64
	Slices    []Slice
}

// Slice is a part of a run's time, all of about the same length.
type Slice struct {
	LengthS      float64 // of it that counts
	Completed    float64
	Good         float64 // those that kept the limits
	InputTokens  float64
	OutputTokens float64
}

// slices is into how many parts a run's time is cut.
const slicesPerRun = 500

// Events reads what resampling needs, a run after the other in the order of run_id.
func (s *Session) Events(ctx context.Context, lens Lens, slo SLO) ([]Events, error) {
	answers, err := s.answers(ctx, lens)
	if err != nil {
		return nil, err
	}
	if lens.GapsAreITL() {
		if err := s.addGaps(ctx, lens, answers); err != nil {
			return nil, err
		}
	}
	slices, err := s.slices(ctx, lens, slo)
	if err != nil {
		return nil, err
	}
	all := make([]Events, len(answers))
	for i, run := range answers {
		all[i] = run.Events
		all[i].Slices = slices[run.RunID]
	}
	return all, nil
}

// answered is Events in the making, with the place of each request.
type answered struct {
	Events
	places map[int64]int
}

var answerMetrics = []string{"ttft", "tpot", "itl", "e2el", "queue"}

// answers reads the requests' own latencies.
func (s *Session) answers(ctx context.Context, lens Lens) ([]*answered, error) {
	columns := make([]string, len(answerMetrics))
	for i, metric := range answerMetrics {
		columns[i] = fmt.Sprintf("CASE WHEN counted AND started THEN %s_ns / 1e6 END", metric)
	}
	rows, err := s.Query(ctx, fmt.Sprintf("SELECT run_id, request_id, counted, ended, %s FROM window_answers(%s) ORDER BY run_id, sent_ns, request_id",
		strings.Join(columns, ", "), lens.named()))
	if err != nil {
		return nil, err
	}
	var runs []*answered
	_, err = collect(rows, func(v []any) struct{} {
		id := v[0].(string)
		if len(runs) == 0 || runs[len(runs)-1].RunID != id {
			runs = append(runs, &answered{Events: Events{RunID: id, Latency: map[string][][]float64{}}, places: map[int64]int{}})
		}
		runs[len(runs)-1].add(v)
		return struct{}{}
	})
	return runs, err
}

func (a *answered) add(v []any) {
	counted, ended := v[2].(bool), v[3].(bool)
	if ended {
		a.Succeeded = append(a.Succeeded, boolean(counted))
	}
	if !counted {
		return
	}
	a.places[v[1].(int64)] = len(a.places)
	for i, metric := range answerMetrics {
		var values []float64
		if ms, known := v[4+i].(float64); known {
			values = []float64{ms}
		}
		a.Latency[metric] = append(a.Latency[metric], values)
	}
}

func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// addGaps puts each request's gaps at its place.
func (s *Session) addGaps(ctx context.Context, lens Lens, runs []*answered) error {
	byID := map[string]*answered{}
	for _, run := range runs {
		byID[run.RunID] = run
		run.Latency["itl"] = make([][]float64, len(run.places))
	}
	rows, err := s.Query(ctx, fmt.Sprintf("SELECT run_id, request_id, list(gap_ns) FROM window_gaps(%s) GROUP BY ALL", lens.named()))
	if err != nil {
		return err
	}
	_, err = collect(rows, func(v []any) struct{} {
		run := byID[v[0].(string)]
		if run == nil {
			return struct{}{}
		}
		if place, known := run.places[v[1].(int64)]; known {
			run.Latency["itl"][place] = milliseconds(v[2].(List))
		}
		return struct{}{}
	})
	return err
}

func milliseconds(ns List) []float64 {
	ms := make([]float64, len(ns))
	for i, v := range ns {
		ms[i] = float64(v.(int64)) / 1e6
	}
	return ms
}

func (s *Session) slices(ctx context.Context, lens Lens, slo SLO) (map[string][]Slice, error) {
	rows, err := s.Query(ctx, fmt.Sprintf(
		`SELECT run_id, length_s, completed, good, input_tokens, output_tokens FROM window_slices(parts := %d, %s, %s) ORDER BY run_id, slice`,
		slicesPerRun, lens.named(), slo.named()))
	if err != nil {
		return nil, err
	}
	slices := map[string][]Slice{}
	_, err = collect(rows, func(v []any) struct{} {
		id := v[0].(string)
		slices[id] = append(slices[id], Slice{
			LengthS: v[1].(float64), Completed: float64(v[2].(int64)), Good: float64(v[3].(int64)),
			InputTokens: float64(v[4].(int64)), OutputTokens: v[5].(float64),
		})
		return struct{}{}
	})
	return slices, err
}
