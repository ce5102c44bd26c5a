package collect

import (
	"runtime/debug"
	"testing"
)

// Collections are rare during a load, but not without bound, and as before after it.
func TestEaseCollector(t *testing.T) {
	const before = 77
	defer debug.SetGCPercent(debug.SetGCPercent(before))
	restore := easeCollector()
	during := debug.SetGCPercent(before)
	if during < 100 || during > 400 {
		t.Errorf("collects at %d%% garbage, want between 100%% and 400%%", during)
	}
	restore()
	if after := debug.SetGCPercent(before); after != before {
		t.Errorf("collects at %d%% afterwards, want %d%%", after, before)
	}
}
