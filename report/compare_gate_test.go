package report

import (
	"strings"
	"testing"
)

func TestGates(t *testing.T) {
	t.Parallel()
	check := func(name, gate string, n int, level float64, within bool, want Outcome, reason string) {
		t.Helper()
		o := DefaultCompare()
		g, err := ParseGate(gate)
		if err != nil {
			t.Fatal(err)
		}
		o.FailOn, o.WithinRun = []Gate{g}, within
		a, b := repeats(plainEntry(), "a", n, 1, 0.01), repeats(plainEntry(), "b", n, level, 0.01)
		if n == 1 {
			a, b = resampled(a, 2000), resampled(b, 2000)
		}
		c := compare(t, o, a, b)
		outcome, _ := c.Worst()
		if outcome != want || !strings.Contains(c.Gates[0].Reason, reason) {
			t.Errorf("%s: %s, %q, want %s, %q", name, outcome, c.Gates[0].Reason, want, reason)
		}
	}
	check("far beyond", "p99_ttft_ms > +5%", 5, 1.2, false, GateHolds, "[+")
	check("the other way", "p99_ttft_ms < -5%", 5, 1.2, false, GateClear, "[+")
	check("beyond, but not beyond noise", "p99_ttft_ms > +4.9%", 5, 1.05, false, GateClear, "not beyond noise")
	check("within", "p99_ttft_ms > +50%", 5, 1.2, false, GateClear, "[+")
	check("less throughput", "output_throughput < -2%", 5, 1.1, false, GateHolds, "[-")
	check("an alias of what is not known", "goodput < -2%", 5, 1.1, false, GateInvalid, "not known on both sides")
	check("three runs", "p99_ttft_ms > +5%", 3, 1.2, false, GateInvalid, "3+3 runs: need at least 4 a side")
	check("one run", "p99_ttft_ms > +5%", 1, 1.5, false, GateInvalid, "--fail-on-noise within-run")
	check("one run will do", "p99_ttft_ms > +5%", 1, 1.5, true, GateHolds, "noise within the run only")
	check("three runs will do", "p99_ttft_ms > +5%", 3, 1.2, true, GateHolds, "[+")
}

func TestParseGate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Gate{
		"p99_ttft_ms > +5%":   {"p99_ttft_ms", true, 5},
		"goodput<-2.5 %":      {"request_goodput", false, -2.5},
		" p99.9_itl_ms >0%":   {"p99.9_itl_ms", true, 0},
		"success_rate < -1 %": {"success_rate", false, -1},
	} {
		got, err := ParseGate(text)
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
		if again, err := ParseGate(got.String()); err != nil || again != got {
			t.Errorf("%q is written %q, which reads as %+v, %v", text, got, again, err)
		}
	}
	for _, text := range []string{"", "p99_ttft_ms", "p99_ttft_ms > 5", "p99_ttft > 5%", "p99_ttft_ms >= 5%", "x > 5%", "p99_ttft_ms < -100%", "p99_ttft_ms > 500 ms"} {
		if got, err := ParseGate(text); err == nil || !strings.Contains(err.Error(), "--fail-on") {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

func FuzzParseGate(f *testing.F) {
	f.Add("p99_ttft_ms > +5%")
	f.Fuzz(func(t *testing.T, text string) {
		gate, err := ParseGate(text)
		if err != nil {
			return
		}
		if again, err := ParseGate(gate.String()); err != nil || again != gate {
			t.Errorf("%q: %+v is written %q, which reads as %+v, %v", text, gate, gate.String(), again, err)
		}
	})
}
