package main

import (
	"testing"

	"llmbench/store"
)

func TestSLOsOfARun(t *testing.T) {
	t.Parallel()
	check := func(slo string, s *store.Summary, met bool) {
		t.Helper()
		look, err := searchFlags{FindMax: "max_concurrency", SLO: []string{slo}, SearchFrom: 1, SearchTo: 2, SearchPrecision: "5%", SearchConfidence: "95%", KneeGrowth: "20%",
			SearchRuns: 1, SearchFactor: 1, SearchDuration: 1}.parse()
		if err != nil {
			t.Fatal(err)
		}
		if look.meets(s) != met {
			t.Errorf("%s with %+v is met: %v, want %v", slo, s, !met, met)
		}
	}
	run := &store.Summary{Completed: 95, Failed: 5, P99TTFT: new(100.0), Duration: new(10.0), RequestGoodput: new(9.0)}
	check("p99_ttft_ms<=100", run, true)
	check("p99_ttft_ms<100", run, false)
	check("success_rate>=95%", run, true)
	check("success_rate>=0.96", run, false)
	check("goodput_ratio>=0.9", run, true)
	check("goodput_ratio>=0.91", run, false)
	check("p99_tpot_ms<=100", run, false) // not known
	check("success_rate>=0", nil, false)
	check("goodput_ratio>=0", &store.Summary{Completed: 1}, false)
}

func TestSweepSettings(t *testing.T) {
	t.Parallel()
	check := func(given, want []string) {
		t.Helper()
		got, err := sweepSettings(normalise(given))
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("%q is %q, want %q", given, got, want)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%q is %q, want %q", given, got, want)
				return
			}
		}
	}
	check([]string{"collect", "--tp", "4"}, []string{"collect", "--tp", "4"})
	check([]string{"sweep", "plan.yaml", "--tp", "4,8", "--ignore_eos", "--repeats", "3", "--batch=1,2"},
		[]string{"sweep", "plan.yaml", "--set=tp=4,8", "--set=ignore-eos=true", "--repeats", "3", "--set=batch=1,2"})
	check([]string{"sweep", "--no-self-timed", "--goodput", "ttft:1", "tpot:2", "--name", "x", "--endpoint-type", "openai"},
		[]string{"sweep", "--set=self-timed=false", "--set=goodput=ttft:1", "--set=goodput=tpot:2", "--name", "x", "--set=backend=openai"})
	check([]string{"sweep", "--temperature", "-1", "--frobnicate", "3"}, []string{"sweep", "--set=temperature=-1", "--frobnicate", "3"})
}
