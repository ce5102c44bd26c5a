// Package report is what people see: the report at the end of a run, tables of runs, comparisons. It takes plain structs
// and answers of package query, computes no statistic itself (package stats does), writes no SQL and knows nothing of HTTP
// or the terminal.
package report

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"

	"llmbench/store"
)

// Direction says which way a metric gets better.
type Direction int8

// Directions. Neutral numbers describe a run and are neither good nor bad.
const (
	Neutral Direction = iota
	Higher
	Lower
)

// String gives "higher", "lower" or "neutral".
func (d Direction) String() string {
	return [...]string{"neutral", "higher", "lower"}[d]
}

// MarshalText writes the direction as String gives it.
func (d Direction) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Direction) UnmarshalText(text []byte) error {
	for _, known := range []Direction{Neutral, Higher, Lower} {
		if known.String() == string(text) {
			*d = known
			return nil
		}
	}
	return fmt.Errorf("no direction %q", text)
}

// Metric is one number of a run's summary, and all that tables need to know of it.
type Metric struct {
	// Name is the column of run_summary: vLLM's name in its result files.
	Name  string
	Title string
	// Unit is "ms", "s", "req/s", "tok/s", "ratio" for a share that prints in percent, or "" for a count.
	Unit   string
	Better Direction
	// Compared marks the metrics a comparison shows when none are asked for.
	Compared bool

	field int
}

// Read takes the metric from a summary: nil when it is NULL, not finite, or there is no summary.
func (m Metric) Read(s *store.Summary) *float64 {
	if s == nil {
		return nil
	}
	var v float64
	switch f := reflect.ValueOf(s).Elem().Field(m.field).Interface().(type) {
	case int64:
		v = float64(f)
	case *int64:
		if f == nil {
			return nil
		}
		v = float64(*f)
	case *float64:
		if f == nil {
			return nil
		}
		v = *f
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// Metrics lists every metric in the order tables show them: failures first, for latency is that of survivors.
func Metrics() []Metric { return registry() }

// MetricNamed finds a metric by its name.
func MetricNamed(name string) (Metric, bool) {
	for _, m := range registry() {
		if m.Name == name {
			return m, true
		}
	}
	return Metric{}, false
}

var plainMetrics = []Metric{
	{Name: "failed", Title: "Failed requests", Better: Lower, Compared: true},
	{Name: "retried", Title: "Retried attempts", Better: Lower},
	{Name: "completed", Title: "Successful requests", Compared: true},
	{Name: "duration", Title: "Benchmark duration", Unit: "s"},
	{Name: "total_input_tokens", Title: "Total input tokens"},
	{Name: "total_output_tokens", Title: "Total generated tokens"},
	{Name: "request_throughput", Title: "Request throughput", Unit: "req/s", Better: Higher, Compared: true},
	{Name: "request_goodput", Title: "Request goodput", Unit: "req/s", Better: Higher, Compared: true},
	{Name: "output_throughput", Title: "Output token throughput", Unit: "tok/s", Better: Higher, Compared: true},
	{Name: "total_token_throughput", Title: "Total token throughput", Unit: "tok/s", Better: Higher, Compared: true},
	{Name: "max_output_tokens_per_s", Title: "Peak output throughput", Unit: "tok/s", Better: Higher},
	{Name: "max_concurrent_requests", Title: "Peak concurrent requests"},
	{Name: "prefix_cache_hit_rate", Title: "Prefix cache hit rate", Unit: "ratio"},
}

// latencyFamilies and latencyStatistics span the latency metrics: statistic_family_ms.
var latencyFamilies = []struct{ name, title string }{
	{"ttft", "TTFT"}, {"tpot", "TPOT"}, {"itl", "ITL"}, {"e2el", "E2EL"}, {"queue", "queue wait"},
}

var latencyStatistics = []struct {
	name, title string
	compared    bool
}{
	{"mean", "Mean", true}, {"median", "Median", true}, {"std", "Std", false}, {"p50", "P50", false},
	{"p75", "P75", false}, {"p90", "P90", true}, {"p95", "P95", false}, {"p99", "P99", true},
}

var registry = sync.OnceValue(func() []Metric {
	metrics := append([]Metric{}, plainMetrics...)
	for _, f := range latencyFamilies {
		for _, s := range latencyStatistics {
			metrics = append(metrics, Metric{
				Name: s.name + "_" + f.name + "_ms", Title: s.title + " " + f.title, Unit: "ms",
				Better: Lower, Compared: s.compared,
			})
		}
	}
	fields := summaryFields()
	for i := range metrics {
		metrics[i].field = fields[metrics[i].Name]
	}
	return metrics
})

// summaryFields maps a JSON name of store.Summary to its field. Reflection, once, so that a metric is one line
// above and cannot read another's field.
func summaryFields() map[string]int {
	fields := map[string]int{}
	t := reflect.TypeFor[store.Summary]()
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		fields[name] = i
	}
	return fields
}
