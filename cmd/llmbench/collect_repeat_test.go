package main

import (
	"strings"
	"testing"

	"llmbench/collect/simulate"
	"llmbench/report"
	"llmbench/store"
)

// A load sent twice meets its own prompts in the server's prefix cache: the hit rate says so, by usage and by the server's
// counters alike, and the report says why. An emptied cache is cold again.
func TestRepeatedWorkloadIsWarm(t *testing.T) {
	t.Parallel()
	cached := func(c *simulate.Config) { c.PrefixCacheTokens = 1 << 20 }
	url, warehouse := simulated(t, cached), t.TempDir()
	collect := func(more ...string) store.Entry {
		return collected(t, warehouse, 0, append([]string{"--base-url", url, "--num-prompts", "4", "--random-input-len", "64", "--random-output-len", "2"}, more...)...)
	}
	first := collect()
	again := collect("--repeat-workload")
	given := collect("--seed", "7")
	cold := collect("--repeat-workload", "--reset-prefix-cache")
	elsewhere := collected(t, warehouse, 0, "--base-url", simulated(t, cached), "--num-prompts", "4", "--random-input-len", "64", "--random-output-len", "2", "--seed", "7")
	for _, c := range []struct {
		name string
		run  store.Entry
		warm bool // its prompts were in the cache
		told string
	}{
		{"first", first, false, ""},
		{"again", again, true, "The prefix cache may be warm: run " + first.Run.RunID},
		{"given", given, false, ""},
		{"cold", cold, false, ""},
		{"elsewhere", elsewhere, false, ""},
	} {
		s, run := c.run.Summary, c.run.Run
		if s.PrefixCacheHitRate == nil || c.warm != (*s.PrefixCacheHitRate > 0.5) || !c.warm && *s.PrefixCacheHitRate != 0 {
			t.Errorf("%s: hit rate %v", c.name, s.PrefixCacheHitRate)
			continue
		}
		if run.PrefixQueryTokens == nil || float64(*run.PrefixHitTokens) != *s.PrefixCacheHitRate*float64(*s.TotalInputTokens) {
			t.Errorf("%s: %v of %v tokens by the counters, %v by usage", c.name, *run.PrefixHitTokens, *run.PrefixQueryTokens, *s.PrefixCacheHitRate)
		}
		if found := run.Findings != nil && strings.Contains(*run.Findings, "prefix_cache"); found != (c.told != "") {
			t.Errorf("%s: findings %v", c.name, run.Findings)
		}
		var page strings.Builder
		if err := report.WriteServing(&page, report.Serving{Run: run, Summary: *s}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(page.String(), c.told) || !strings.Contains(page.String(), "Prefix cache hit rate (%):") {
			t.Errorf("%s:\n%s", c.name, page.String())
		}
	}
	if *again.Run.Seed != *first.Run.Seed || *again.Run.WorkloadID != *first.Run.WorkloadID || *cold.Run.Seed != 7 {
		t.Errorf("seeds %d, %d, %d", *first.Run.Seed, *again.Run.Seed, *cold.Run.Seed)
	}
}

// Nothing to repeat: the seed is 0, and who asks for the same prompts in every run is told what that may mean.
func TestRepeatWithoutAnEarlierRun(t *testing.T) {
	t.Parallel()
	entry := collected(t, t.TempDir(), 0, "--base-url", simulated(t, nil), "--num-prompts", "1", "--random-input-len", "4", "--random-output-len", "2", "--repeat-workload")
	if *entry.Run.Seed != 0 || !strings.Contains(*entry.Run.Findings, "sends the same prompts in every run") {
		t.Errorf("seed %d, findings %s", *entry.Run.Seed, *entry.Run.Findings)
	}
}
