package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"llmbench/query"
)

// rowOf finds a metric's row in the first point.
func rowOf(t *testing.T, c *Comparison, metric string) Row {
	t.Helper()
	for _, r := range c.Points[0].Rows {
		if r.Metric == metric {
			return r
		}
	}
	t.Fatalf("no row %s", metric)
	return Row{}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	check := func(name string, n int, level, minEffect float64, metric string, want Verdict) {
		t.Helper()
		o := DefaultCompare()
		o.MinEffect = minEffect
		c := compare(t, o, repeats(plainEntry(), "a", n, 1, 0.01), repeats(plainEntry(), "b", n, level, 0.01))
		if got := rowOf(t, c, metric).Changes[0].Verdict; got != want {
			t.Errorf("%s: %s is %q, want %q", name, metric, got, want)
		}
	}
	check("slower", 5, 1.2, 0, "p99_ttft_ms", Worse)
	check("slower", 5, 1.2, 0, "output_throughput", Worse)
	check("faster", 5, 0.8, 0, "p99_ttft_ms", Better)
	check("faster", 5, 0.8, 0, "output_throughput", Better)
	check("the same, of which one cannot be sure", 5, 1, 0, "p99_ttft_ms", Undecided)
	check("the same, within 10%", 5, 1, 0.1, "p99_ttft_ms", Same)
	check("slower by less than matters, perhaps", 5, 1.2, 0.19, "p99_ttft_ms", Undecided)
	check("too few", 3, 2, 0, "p99_ttft_ms", NoWords)
}

func TestSaturatedClientsGetNoVerdict(t *testing.T) {
	t.Parallel()
	a, b := repeats(plainEntry(), "a", 5, 1, 0.01), repeats(plainEntry(), "b", 5, 1.5, 0.01)
	b.Runs[3].Entry.Run.ClientVerdict = new("saturated")
	o := DefaultCompare()
	o.FailOn = []Gate{{Metric: "p99_ttft_ms", Above: true, Percent: 5}}
	c := compare(t, o, a, b)
	for _, r := range c.Points[0].Rows {
		if r.Changes[0].Verdict != NoWords {
			t.Errorf("%s is %q", r.Metric, r.Changes[0].Verdict)
		}
	}
	if outcome, reasons := c.Worst(); outcome != GateInvalid || !strings.Contains(reasons[0], "saturated") {
		t.Errorf("the gate: %s, %v", outcome, reasons)
	}
}

func TestPairing(t *testing.T) {
	t.Parallel()
	side := func(ids ...string) []query.Measured {
		var runs []query.Measured
		for _, id := range ids {
			run := query.Measured{}
			if id != "" {
				run.Entry.Run.WorkloadID = &id
			}
			runs = append(runs, run)
		}
		return runs
	}
	check := func(a, b []query.Measured, want []int) {
		t.Helper()
		if got := pairRuns(a, b); !slices.Equal(got, want) {
			t.Errorf("pairs %v, want %v", got, want)
		}
	}
	check(side("x", "y", "z"), side("z", "x", "y"), []int{1, 2, 0})
	check(side("x", "x", "x"), side("x", "x", "x"), nil) // nothing that only some share
	check(side("x", "x", "y"), side("x", "y", "x"), []int{0, 2, 1})
	check(side("x", "y", "x"), side("x", "x", "y"), []int{0, 2, 1})
	check(side("x", "y"), side("x", "w"), nil)
	check(side("x", "y"), side("x", "y", "z"), nil)
	check(side("x", ""), side("x", "y"), nil)
	check(side("x"), side("x"), nil)
}

// Paired and unpaired analysis of the same values differ, and each is used where it belongs.
func TestPairingIsUsed(t *testing.T) {
	t.Parallel()
	a, b := repeats(plainEntry(), "a", 5, 1, 0.1), repeats(plainEntry(), "a", 5, 1, 0.1)
	for i := range b.Runs { // the same levels, 3 % slower
		summary := *a.Runs[i].Entry.Summary
		stretch(&summary, 1.03+0.001*float64(i))
		b.Runs[i].Entry.Summary = &summary
		b.Runs[i] = measured(b.Runs[i].Entry)
	}
	c := compare(t, DefaultCompare(), a, b)
	if got := rowOf(t, c, "p99_ttft_ms").Changes[0]; got.Verdict != Worse || c.Points[0].Pairing["B"] != "paired by workload and order" {
		t.Errorf("paired: %s, %v", got.words(0), c.Points[0].Pairing)
	}
	for i := range b.Runs {
		b.Runs[i].Entry.Run.WorkloadID = new(fmt.Sprintf("other-%d", i))
	}
	c = compare(t, DefaultCompare(), a, b)
	if got := rowOf(t, c, "p99_ttft_ms").Changes[0]; got.Verdict != Undecided || c.Points[0].Pairing["B"] != "unpaired" {
		t.Errorf("unpaired: %s, %v", got.words(0), c.Points[0].Pairing)
	}
}

// The intervals shown say the same as the adjusted p-values: one leaves out no change where the other is at most 0.05.
func TestShownIntervalsAgreeWithHolm(t *testing.T) {
	t.Parallel()
	for _, level := range []float64{1, 1.02, 1.04} {
		c := compare(t, DefaultCompare(), repeats(plainEntry(), "a", 5, 1, 0.02), repeats(plainEntry(), "b", 4, level, 0.02))
		for _, r := range c.Points[0].Rows {
			ch := r.Changes[0]
			if ch.PHolm == nil || (*ch.PHolm <= 0.05) == ch.interval.Holds(1) {
				t.Errorf("%s: adjusted p %v, interval %v", r.Metric, ch.PHolm, ch.interval)
			}
		}
	}
}
