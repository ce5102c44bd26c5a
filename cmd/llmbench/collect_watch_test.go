package main

import (
	"testing"
	"time"

	"llmbench/collect"
)

// TestProgressText: a TTFT is told once there is one.
func TestProgressText(t *testing.T) {
	t.Parallel()
	check := func(p, last collect.Progress, want string) {
		t.Helper()
		if got := progressText(p, last); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	begun := collect.Progress{Total: 8, InFlight: 3, Elapsed: time.Second}
	check(begun, collect.Progress{}, "0/8 done, 3 in flight, 0 tok/s")
	check(collect.Progress{Total: 8, Done: 2, Failed: 1, Chunks: 50, Elapsed: 2 * time.Second, TTFT: 12 * time.Millisecond}, begun,
		"2/8 done, 0 in flight, 50 tok/s, TTFT 12 ms, 1 failed")
}
