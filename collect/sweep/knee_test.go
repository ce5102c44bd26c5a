package sweep

import "testing"

// climb runs to the end against throughputs by value; a negative one is that of a saturated client.
func climb(throughput func(v float64) float64) KneeResult {
	k := NewKnee(SearchConfig{From: 1, To: 1000, MostRuns: 40}, 0.2)
	for {
		v, ok := k.Next()
		if !ok {
			return k.Result()
		}
		t := throughput(v)
		k.Observe(v, max(t, -t), t > 0)
	}
}

func TestKnee(t *testing.T) {
	check := func(what string, r KneeResult, knee, last, capped float64) {
		t.Helper()
		if r.Knee != knee || r.Last != last || r.Capped != capped {
			t.Errorf("%s: %+v, want knee %g, last %g, capped %g", what, r, knee, last, capped)
		}
	}
	check("a server of 16 slots", climb(func(v float64) float64 { return 100 * min(v, 16) }), 16, 32, 0)
	check("one that slows down", climb(func(v float64) float64 { return 100 * v / (1 + v/10) }), 32, 64, 0)
	check("no knee", climb(func(v float64) float64 { return v }), 0, 1000, 0)
	check("a saturated client", climb(func(v float64) float64 {
		if v > 20 {
			return -1
		}
		return v
	}), 0, 16, 32)
	runs := 0
	check("one slow run", climb(func(v float64) float64 {
		if v == 4 {
			if runs++; runs == 1 {
				return 2.1
			}
		}
		return min(v, 64)
	}), 64, 128, 0)
}
