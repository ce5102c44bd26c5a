package store

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestHeartbeat lets a virtual minute pass: the lease is touched every 5 s by the injected clock.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		held, err := takeLease(dir, givenClock(time.Now))
		if err != nil {
			t.Fatal(err)
		}
		held.keep(dir)
		defer held.release()
		for range 3 {
			time.Sleep(20*time.Second + time.Millisecond)
			synctest.Wait()
			_, beat, err := readLease(dir)
			if ago := time.Since(beat); err != nil || ago < 0 || ago > leaseBeat {
				t.Errorf("the last heartbeat was %v ago, error %v", ago, err)
			}
		}
	})
}
