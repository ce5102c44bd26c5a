package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llmbench/collect/simulate"
	"llmbench/store"
)

func TestTotalTimeout(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		given       *time.Duration
		environment string
		want        time.Duration
		fails       bool
	}{
		{nil, "", 6 * time.Hour, false},
		{nil, "90", 90 * time.Second, false},
		{nil, "0.5", 500 * time.Millisecond, false},
		{new(time.Minute), "90", time.Minute, false},
		{new(time.Duration(0)), "nonsense", 0, false},
		{nil, "soon", 0, true},
		{nil, "-1", 0, true},
		{nil, "NaN", 0, true},
		{nil, "inf", 0, true},
	} {
		got, err := totalTimeout(c.given, c.environment)
		if got != c.want || (err != nil) != c.fails {
			t.Errorf("given %v, environment %q: %v, %v", c.given, c.environment, got, err)
		}
	}
}

// Each limit ends a request with a status of its own. The limits are over as soon as anybody looks, for a test is not to
// wait; how long they last is tested in virtual time.
func TestTimeoutStatuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ fault, flag, status string }{
		{"stall", "--timeout-idle=1ns", store.StatusIdleTimeout},
		{"", "--timeout-first-byte=1ns", store.StatusFirstByteTimeout},
		{"early-header,stall=0", "--timeout-idle=1ns", store.StatusIdleTimeout},
		{"endless", "--timeout-total=1ns", store.StatusTotalTimeout},
	} {
		t.Run(c.status+" "+c.fault, func(t *testing.T) {
			t.Parallel()
			url := simulated(t, func(s *simulate.Config) {
				if s.Fault = c.fault; c.fault == "" { // the head comes with the first token
					s.Fixed = &simulate.FixedTiming{TTFT: time.Hour, ITL: time.Millisecond}
				}
			})
			entry := collected(t, t.TempDir(), 1, "--base-url", url, c.flag, "--num-prompts", "2", "--random-input-len", "4", "--random-output-len", "8")
			n := 0
			for rec, err := range store.ReadRecords(entry.Files) {
				if err != nil || rec.Status != c.status {
					t.Errorf("%s %s (%v), want %s", rec.Status, rec.Error.V, err, c.status)
				}
				n++
			}
			if n != 2 {
				t.Errorf("%d rows, want 2", n)
			}
		})
	}
}

// A key from a file reaches the server; an empty file is refused before anything is sent.
func TestAPIKeyFile(t *testing.T) {
	t.Parallel()
	url := simulated(t, func(c *simulate.Config) { c.APIKey = "filed" })
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte("filed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	collected(t, t.TempDir(), 0, "--base-url", url, "--api-key-file", path, "--num-prompts", "1", "--random-input-len", "4", "--random-output-len", "2")
	if err := os.WriteFile(path, []byte(" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := apiKey(path, "other"); err == nil {
		t.Error("an empty key file was taken")
	}
}

// Warm-ups are rows of their own phase with other prompts than the load's, and the summary does not count them.
func TestWarmupsAreKept(t *testing.T) {
	t.Parallel()
	url := simulated(t, func(c *simulate.Config) { c.PrefixCacheTokens = 1 << 20 })
	entry := collected(t, t.TempDir(), 0, "--base-url", url, "--num-prompts", "3", "--num-warmups", "2", "--ready-check-timeout-sec", "1",
		"--reset-prefix-cache", "--profile", "--random-input-len", "40", "--random-output-len", "3", "--ignore-eos")
	phases := map[string]int{}
	for rec, err := range store.ReadRecords(entry.Files) {
		if err != nil {
			t.Fatal(err)
		}
		phases[rec.Phase]++
		if (rec.Phase == store.PhaseWarmup) != (rec.SentNS.V < 0) {
			t.Errorf("%s at %d", rec.Phase, rec.SentNS.V)
		}
	}
	if s := entry.Summary; phases[store.PhaseWarmup] != 2 || phases[store.PhaseMeasured] != 3 || s.Completed != 3 || *s.TotalOutputTokens != 9 {
		t.Errorf("phases %v, summary %+v", phases, s)
	}
	if !strings.Contains(*entry.Run.Workload, `"warmups":2`) || *entry.Run.NumPrompts != 3 {
		t.Errorf("workload %s, %d prompts", *entry.Run.Workload, *entry.Run.NumPrompts)
	}
}
