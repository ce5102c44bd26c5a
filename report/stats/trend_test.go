package stats

import (
	"math"
	"testing"
)

// Anscombe's first data set (1973), by ascending x: slope 0.5001, p = 0.00217.
func TestTrendOnPublishedData(t *testing.T) {
	t.Parallel()
	trend, ok := TrendOf(exps(4.26, 5.68, 7.24, 4.82, 6.95, 8.81, 8.04, 8.33, 10.84, 7.58, 9.96))
	if !ok {
		t.Fatal("no trend")
	}
	near(t, "slope", math.Log(trend.Ratio)/10, 0.5000909, 1e-6)
	near(t, "p", trend.P, 0.00216963, 1e-7)
}

func TestTrendAtTheEdges(t *testing.T) {
	t.Parallel()
	check := func(name string, parts []float64, drifts bool) {
		t.Helper()
		if trend, ok := TrendOf(parts); !ok || trend.Drifts() != drifts {
			t.Errorf("%s: %+v, %v; drifts should be %v", name, trend, ok, drifts)
		}
	}
	check("a queue that grows", []float64{10, 20, 31, 39, 52, 60, 71, 79, 90, 100}, true)
	check("one that empties", []float64{100, 91, 80, 69, 60, 52, 40, 30, 20, 11}, true)
	check("flat", []float64{10, 11, 9, 10, 11, 10, 9, 10, 11, 10}, false)
	check("constant", []float64{7, 7, 7, 7, 7}, false)
	check("sure but too small to matter", []float64{100, 101, 102, 103, 104, 105}, false)
	check("a burst at the beginning", []float64{40, 10, 11, 9, 10, 11, 10, 9, 10, 11}, false)
	for name, parts := range map[string][]float64{"few": {1, 2, 3}, "zero": {0, 1, 2, 3, 4}} {
		if _, ok := TrendOf(parts); ok {
			t.Errorf("%s: a trend", name)
		}
	}
}
