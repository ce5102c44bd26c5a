package store

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestEditsAtOnce lets several processes' worth of editors change different things of one run: nothing is undone.
func TestEditsAtOnce(t *testing.T) {
	t.Parallel()
	root, stored := warehouseOf(t, 1)
	const editors, each = 4, 5
	var group sync.WaitGroup
	for e := range editors {
		w, _ := openAt(t, root, Options{})
		group.Go(func() {
			for i := range each {
				err := w.UpdateRun(t.Context(), "run-0", func(r *Run) {
					if r.Tags == nil {
						r.Tags = make(map[string]string)
					}
					r.Tags[fmt.Sprintf("%d-%d", e, i)] = "x"
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	w, n := openAt(t, root, Options{})
	entry, err := w.Resolve(t.Context(), "run-0")
	if err != nil || len(entry.Run.Tags) != editors*each {
		t.Errorf("%d tags of %d are there, %v", len(entry.Run.Tags), editors*each, err)
	}
	n.want(t)
	if names := namesIn(t, stored[0].Files.Dir); slices.Contains(names, editLock) {
		t.Errorf("left %q", names)
	}
}

// TestEditLock meets the lock of another: a dead one's is broken after a minute, a living one's is awaited for a while.
func TestEditLock(t *testing.T) {
	t.Parallel()
	root, stored := warehouseOf(t, 1)
	lock := filepath.Join(stored[0].Files.Dir, editLock)
	leave := func(ago time.Duration) {
		t.Helper()
		if err := os.WriteFile(lock, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		at := began.Add(-ago)
		if err := os.Chtimes(lock, at, at); err != nil {
			t.Fatal(err)
		}
	}
	w, _ := openAt(t, root, Options{Now: func() time.Time { return began }})
	edit := func(r *Run) { r.Note = new("x") }
	leave(leaseLimit + time.Second)
	if err := w.UpdateRun(t.Context(), "run-0", edit); err != nil {
		t.Fatal(err)
	}
	leave(leaseLimit)
	synctest.Test(t, func(t *testing.T) {
		if unlock, err := w.lockRun(t.Context(), stored[0].Files.Dir); unlock != nil || err == nil || !strings.Contains(err.Error(), "remove "+lock) {
			t.Errorf("got %v", err)
		}
		go func() {
			time.Sleep(5 * time.Second)
			os.Remove(lock)
		}()
		unlock, err := w.lockRun(t.Context(), stored[0].Files.Dir)
		if err != nil {
			t.Fatal(err)
		}
		unlock()
	})
	if names := namesIn(t, stored[0].Files.Dir); slices.Contains(names, editLock) {
		t.Errorf("left %q", names)
	}
}
