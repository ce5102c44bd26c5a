package sweep

import "testing"

func TestSLO(t *testing.T) {
	check := func(text string, value float64, met bool) {
		t.Helper()
		s, err := ParseSLO(text)
		if err != nil || s.Met(value, true) != met || s.Met(value, false) {
			t.Errorf("%s (%v) with %g: met %v, %v", text, s, value, s.Met(value, true), err)
		}
	}
	check("p99_ttft_ms<=1000", 1000, true)
	check("p99_ttft_ms < 1000", 1000, false)
	check("success_rate>=95%", 0.95, true)
	check("success_rate>=0.95", 0.94, false)
	check("goodput_ratio>0.5", 0.5, false)
	for _, bad := range []string{"", "p99", "p99=3", "p99<=x", "<=3", "a<=1e999"} {
		if _, err := ParseSLO(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	if s, _ := ParseSLO("success_rate >= 95%"); s.String() != "success_rate>=0.95" {
		t.Errorf("printed %s", s)
	}
}
