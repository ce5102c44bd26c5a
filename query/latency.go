package query

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"llmbench/near"
)

// Metrics lists the latencies that latency_stats knows. TTFT and E2EL count from the sending; those from the intended
// time have the wait in the client in them.
var Metrics = []string{"ttft", "tpot", "itl", "e2el", "queue", "ttft_from_intended", "e2el_from_intended"}

// LatencyStats is the distribution of one latency in one run, over its measured requests that ended well; of itl, over
// their gaps. Milliseconds.
type LatencyStats struct {
	RunID    string
	Metric   string
	Samples  int64
	MeanMS   float64
	MedianMS float64
	StdMS    float64 // population
	MinMS    float64
	MaxMS    float64
	// Percentiles are those asked for, 0 to 100, and ValuesMS their values: exact, linear between neighbours.
	Percentiles []float64
	ValuesMS    []float64
}

// CurvePoint is one row of latency_percentiles.
type CurvePoint struct {
	RunID      string
	Metric     string
	Percentile float64
	MS         float64
}

// Latency gives the distribution of each metric in each run, in the order of run_id and of the metrics given. A
// metric without samples in a run has no row. Only itl reads the chunks.
func (s *Session) Latency(ctx context.Context, metrics []string, percentiles []float64) ([]LatencyStats, error) {
	if err := checkLatency(metrics, percentiles); err != nil {
		return nil, err
	}
	if len(metrics) == 0 {
		return nil, nil
	}
	return s.latency(ctx, "latency_stats(%s)", metrics, percentiles)
}

// WindowLatency is Latency through a lens: of ttft, tpot, itl, e2el and queue alone, and by other definitions not of all
// of these.
func (s *Session) WindowLatency(ctx context.Context, lens Lens, metrics []string, percentiles []float64) ([]LatencyStats, error) {
	if err := checkLatency(metrics, percentiles); err != nil {
		return nil, err
	}
	return s.latency(ctx, "window_latency(percentiles := %s, "+lens.named()+")", metrics, percentiles)
}

// latency asks a macro that gives the columns of latency_stats.
func (s *Session) latency(ctx context.Context, macro string, metrics []string, percentiles []float64) ([]LatencyStats, error) {
	// The median is asked for along with the rest, in the same pass.
	asked := append([]float64{50}, percentiles...)
	rows, err := s.Query(ctx, fmt.Sprintf(
		`SELECT run_id, metric, samples, mean_ms, std_ms, min_ms, max_ms, ms FROM `+macro+`
		 WHERE metric IN (%s) ORDER BY run_id`, "["+numbers(asked)+"]", literals(metrics)))
	if err != nil {
		return nil, err
	}
	stats, err := collect(rows, func(v []any) LatencyStats {
		values := floats(v[7].(List))
		return LatencyStats{
			RunID: v[0].(string), Metric: v[1].(string), Samples: v[2].(int64),
			MeanMS: v[3].(float64), StdMS: v[4].(float64), MinMS: v[5].(float64), MaxMS: v[6].(float64),
			MedianMS: values[0], Percentiles: slices.Clone(percentiles), ValuesMS: values[1:],
		}
	})
	slices.SortStableFunc(stats, func(a, b LatencyStats) int {
		if byRun := strings.Compare(a.RunID, b.RunID); byRun != 0 {
			return byRun
		}
		return slices.Index(metrics, a.Metric) - slices.Index(metrics, b.Metric)
	})
	return stats, err
}

// PercentileCurve gives the whole distribution of one metric in each run, in the order of run_id and percentile.
func (s *Session) PercentileCurve(ctx context.Context, metric string) ([]CurvePoint, error) {
	if err := checkLatency([]string{metric}, nil); err != nil {
		return nil, err
	}
	rows, err := s.Query(ctx, "SELECT run_id, metric, percentile, ms FROM latency_percentiles WHERE metric = "+
		Literal(metric)+" ORDER BY run_id, percentile")
	if err != nil {
		return nil, err
	}
	return collect(rows, func(v []any) CurvePoint {
		return CurvePoint{RunID: v[0].(string), Metric: v[1].(string), Percentile: v[2].(float64), MS: v[3].(float64)}
	})
}

func checkLatency(metrics []string, percentiles []float64) error {
	for _, metric := range metrics {
		if !slices.Contains(Metrics, metric) {
			return fmt.Errorf("unknown metric %q: %s", metric, near.OneOf(metric, Metrics))
		}
	}
	for _, p := range percentiles {
		if !(p >= 0 && p <= 100) {
			return fmt.Errorf("percentile %v: must be between 0 and 100", p)
		}
	}
	return nil
}

// numbers writes a list of DOUBLE literals without brackets. Without the cast they would be DECIMAL.
func numbers(values []float64) string {
	text := make([]string, len(values))
	for i, v := range values {
		text[i] = strconv.FormatFloat(v, 'g', -1, 64) + "::DOUBLE"
	}
	return strings.Join(text, ", ")
}

func floats(list List) []float64 {
	values := make([]float64, len(list))
	for i, item := range list {
		values[i] = item.(float64)
	}
	return values
}
