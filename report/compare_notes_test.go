package report

import (
	"math"
	"strings"
	"testing"
	"time"

	"llmbench/query"
	"llmbench/store"
)

func TestCompareNotes(t *testing.T) {
	t.Parallel()
	check := func(name string, change func(*query.Measured), want string) {
		t.Helper()
		b := measured(plainEntry())
		change(&b)
		c := compare(t, DefaultCompare(), oneRun(plainEntry()), CompareSide{Reference: "b", Runs: []query.Measured{b}})
		if table := string(write(t, c, "table", WriteOptions{Width: 1000})); !strings.Contains(table, want) {
			t.Errorf("%s: no %q in\n%s", name, want, table)
		}
	}
	check("saturated", func(m *query.Measured) { m.Entry.Run.ClientVerdict = new("saturated") }, "[1] the client of B was saturated")
	check("a reason", func(m *query.Measured) {
		m.Entry.Run.ClientVerdict, m.Entry.Run.Findings = new("suspect"), new(`{"client":"the clock jumped"}`)
	}, "not the server's (the clock jumped)")
	check("failures", func(m *query.Measured) { m.Totals.Failed = 10 }, "[1] 20.0% of the requests of B failed")
	check("a failure in a hundred", func(m *query.Measured) { m.Totals.Completed, m.Totals.Failed = 99, 1 }, "1 of 100")
	check("interrupted", func(m *query.Measured) { m.Entry.Run.Status = store.RunInterrupted }, "B has the status interrupted")
	check("slo", func(m *query.Measured) { m.Entry.Run.SLO = new(`{"ttft":100}`) }, "goodput is left out: the runs were given different SLOs")
	check("seed", func(m *query.Measured) { m.Entry.Run.Seed = new(int64(9)) }, "[1] the sides did not send the same prompts")
	check("tokenizer", func(m *query.Measured) { m.Entry.Run.Tokenizer = new("x") }, "[1] prompts were made and counted by different tokenizers")
	check("caches", func(m *query.Measured) { m.Totals.CachedRatio = new(0.8) }, "cached prompt tokens [1]")
	check("claims", func(m *query.Measured) { m.Entry.Run.TimeBase = "none" }, "[1] B was imported without its requests")
	check("a queue that grows", func(m *query.Measured) {
		for i := range 10 {
			m.Drift = append(m.Drift, query.DriftPart{Metric: "ttft", Tenth: int64(i + 1), Requests: 20, MedianMS: 50 * math.Pow(1.2, float64(i))})
		}
	}, "[1] TTFT of B drifted inside the run, by +416.0% from its first to its last tenth")
}

func TestWindowNotes(t *testing.T) {
	t.Parallel()
	check := func(name string, window query.Window, change func(*query.Measured), want string) {
		t.Helper()
		o := DefaultCompare()
		o.Lens.Window = window
		a, b := measured(plainEntry()), measured(plainEntry())
		change(&a)
		change(&b)
		c := compare(t, o, CompareSide{Reference: "a", Runs: []query.Measured{a}}, CompareSide{Reference: "b", Runs: []query.Measured{b}})
		table := string(write(t, c, "table", WriteOptions{Width: 1000}))
		if !strings.Contains(table, want) || !strings.Contains(table, "window "+window.String()) {
			t.Errorf("%s: no %q in\n%s", name, want, table)
		}
	}
	steady := query.Window{Kind: query.WindowSteady}
	check("short", steady, func(m *query.Measured) { m.Totals.LengthS = ms(1.5) }, "the plateau of run tp4 of B is short: 1.5 s of 2.9 s")
	check("never reached", steady, func(m *query.Measured) {
		m.Totals.LengthS, m.Entry.Run.MaxConcurrency, m.Entry.Run.RequestRate = nil, new(int64(64)), new(store.Rate(math.Inf(1)))
	}, "run tp4 of B has no such window: it never had 61 requests in flight")
	check("cut away", query.Window{Kind: query.WindowTrim, Head: 9e9}, func(m *query.Measured) { m.Totals.LengthS = nil }, "run tp4 of B has no such window: it is too short")
}

func TestSidesInBlocksAreNoted(t *testing.T) {
	t.Parallel()
	check := func(name string, want bool, minutesA, minutesB []int) {
		t.Helper()
		side := func(name string, minutes []int) CompareSide {
			s := repeats(plainEntry(), name, len(minutes), 1, 0.01)
			for i, m := range minutes {
				s.Runs[i].Entry.Run.BeganAt = plainEntry().Run.BeganAt.Add(time.Duration(m) * time.Minute)
			}
			return s
		}
		c := compare(t, DefaultCompare(), side("a", minutesA), side("b", minutesB))
		if got := strings.Contains(strings.Join(c.Notes, "\n"), "were not made in turn"); got != want {
			t.Errorf("%s: noted %v", name, got)
		}
	}
	check("in turn", false, []int{0, 2, 4, 6}, []int{1, 3, 5, 7})
	check("once there and back", false, []int{0, 1, 6, 7}, []int{2, 3, 4, 5})
	check("A first", true, []int{0, 1, 2, 3}, []int{4, 5, 6, 7})
	check("B first", true, []int{4, 5, 6, 7}, []int{0, 1, 2, 3})
	check("single runs", false, []int{0}, []int{1})
}
