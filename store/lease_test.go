package store

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// TestHeartbeat lets a virtual minute pass: the lease is touched every 5 s by the injected clock.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		held, err := takeLease(dir, time.Now)
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

// TestTakenOver gives a writer's journal to somebody else, or takes it away, and lets the next heartbeat see it.
func TestTakenOver(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T, dir string) error{
		"by another": func(_ *testing.T, dir string) error {
			other, err := json.Marshal(newLease())
			return errors.Join(err, replaceFile(filepath.Join(dir, leaseFile), other, time.Time{}))
		},
		"removed": func(_ *testing.T, dir string) error { return os.RemoveAll(dir) },
	}
	for name, take := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				w, _ := openAt(t, root, Options{})
				writer, err := w.Begin(t.Context(), sampleRun(""))
				if err != nil {
					t.Fatal(err)
				}
				if err := writer.Append(newDice(1).records(1)); err != nil {
					t.Fatal(err)
				}
				if err := take(t, writer.dir); err != nil {
					t.Fatal(err)
				}
				time.Sleep(leaseBeat + time.Second)
				synctest.Wait()
				if err := writer.Append(newDice(1).records(1)); !errors.Is(err, ErrTakenOver) {
					t.Errorf("Append gave %v", err)
				}
				if _, err := writer.Finish(t.Context(), sampleRun(writer.RunID())); !errors.Is(err, ErrTakenOver) {
					t.Errorf("Finish gave %v", err)
				}
				if err := writer.Abort(); err != nil {
					t.Errorf("Abort gave %v", err)
				}
				wantIDs(t, w)
			})
		})
	}
}
