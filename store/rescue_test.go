package store

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestRescue takes a writer's journal away in the middle of a run: no row is lost.
func TestRescue(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		take func(t *testing.T, root, journal string) error
		note string
		// same tells whether the run keeps its id, left how many runs there are at the end.
		same bool
		left int
	}{
		"journal removed": {
			func(_ *testing.T, _, journal string) error { return os.RemoveAll(journal) },
			"is gone; all of its rows go on as run ", true, 1,
		},
		"warehouse removed": {
			func(_ *testing.T, root, _ string) error { return os.RemoveAll(root) },
			"is gone; all of its rows go on as run ", true, 1,
		},
		"taken by another": {
			func(_ *testing.T, _, journal string) error {
				other, err := json.Marshal(newLease())
				return errors.Join(err, replaceFile(filepath.Join(journal, leaseFile), other, time.Time{}))
			},
			"another process held this one for dead", false, 1,
		},
		"recovered by another": {
			func(t *testing.T, root, journal string) error {
				data, err := os.ReadFile(filepath.Join(journal, leaseFile))
				if err := errors.Join(err, os.WriteFile(filepath.Join(journal, leaseFile), []byte(strings.Replace(string(data), here().Host, "elsewhere", 1)), 0o666)); err != nil {
					return err
				}
				_, n := openAt(t, root, Options{Now: func() time.Time { return time.Now().AddDate(50, 0, 0) }})
				n.want(t, "recovered the interrupted run")
				return nil
			},
			"another process held this one for dead and recovered run", false, 2,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := filepath.Join(t.TempDir(), "warehouse")
			records := newDice(1).records(30)
			w, n := openAt(t, root, Options{})
			writer, err := w.Begin(t.Context(), sampleRun(""))
			if err != nil {
				t.Fatal(err)
			}
			id := writer.RunID()
			if err := errors.Join(writer.Append(records[:10]), test.take(t, root, writer.dir), writer.Append(records[10:20])); err != nil {
				t.Fatal(err)
			}
			writer.held.check() // as every heartbeat does
			if err := writer.Append(records[20:]); err != nil {
				t.Fatal(err)
			}
			n.want(t, test.note)
			if _, err := os.Stat(filepath.Join(root, journalDir, writer.RunID(), requestsJournal)); err != nil {
				t.Error(err)
			}
			entry, err := writer.Finish(t.Context(), sampleRun(writer.RunID()))
			if err != nil {
				t.Fatal(err)
			}
			if got := readAll(t, entry.Files); !reflect.DeepEqual(got, records) {
				t.Errorf("%d rows are kept, want %d", len(got), len(records))
			}
			if (entry.Run.RunID == id) != test.same {
				t.Errorf("run %s became %s", id, entry.Run.RunID)
			}
			if ids := runIDs(t, w); len(ids) != test.left {
				t.Errorf("runs %q", ids)
			}
			n.want(t)
		})
	}
}

// TestRescueAtFinish sees only when it finishes that everything is gone.
func TestRescueAtFinish(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "warehouse")
	w, n := openAt(t, root, Options{})
	writer, err := w.Begin(t.Context(), sampleRun(""))
	if err != nil {
		t.Fatal(err)
	}
	records := newDice(1).records(8)
	if err := errors.Join(writer.Append(records), os.RemoveAll(root)); err != nil {
		t.Fatal(err)
	}
	entry, err := writer.Finish(t.Context(), sampleRun(writer.RunID()))
	if err != nil {
		t.Fatal(err)
	}
	n.want(t, "is gone; all of its rows go on")
	if got := readAll(t, entry.Files); !reflect.DeepEqual(got, records) {
		t.Errorf("%d rows are kept", len(got))
	}
}

// TestRefuge cannot make the warehouse again, for there is a file in its place.
func TestRefuge(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	root := filepath.Join(t.TempDir(), "warehouse")
	w, n := openAt(t, root, Options{})
	writer, err := w.Begin(t.Context(), sampleRun("lucky"))
	if err != nil {
		t.Fatal(err)
	}
	records := newDice(1).records(8)
	if err := errors.Join(writer.Append(records), os.RemoveAll(root), os.WriteFile(root, nil, 0o666)); err != nil {
		t.Fatal(err)
	}
	entry, err := writer.Finish(t.Context(), sampleRun("lucky"))
	if err != nil {
		t.Fatal(err)
	}
	refuge := filepath.Join(os.TempDir(), "llmbench-rescued-lucky")
	n.want(t, "the journal of run lucky is gone; all of its rows go on as run lucky in "+refuge)
	if got := readAll(t, entry.Files); !reflect.DeepEqual(got, records) || !strings.HasPrefix(entry.Files.Dir, refuge) {
		t.Errorf("%d rows are kept in %s", len(got), entry.Files.Dir)
	}
}

// TestLockRemoved makes a lock anew that somebody deleted, before anybody takes the writer for dead.
func TestLockRemoved(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	w, n := openAt(t, root, Options{})
	writer, err := w.Begin(t.Context(), sampleRun("kept"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(writer.dir, leaseFile)); err != nil {
		t.Fatal(err)
	}
	writer.held.check() // as every heartbeat does
	if names := namesIn(t, writer.dir); !slices.Contains(names, leaseFile) {
		t.Errorf("the journal holds %q", names)
	}
	if err := writer.Append(newDice(1).records(2)); err != nil {
		t.Fatal(err)
	}
	if _, err := writer.Finish(t.Context(), sampleRun("kept")); err != nil {
		t.Fatal(err)
	}
	n.want(t)
}

// TestSyncedEverySecond sees that what is appended is synced within a second, and that nobody syncs an idle journal.
func TestSyncedEverySecond(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w, _ := openAt(t, root, Options{})
		writer, err := w.Begin(t.Context(), sampleRun(""))
		if err != nil {
			t.Fatal(err)
		}
		defer writer.Abort()
		for range 3 {
			if err := writer.Append(newDice(1).records(2)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(journalSync + time.Millisecond)
			synctest.Wait()
			if f := writer.file; f.synced != f.written || f.written == 0 {
				t.Errorf("%d of %d bytes are synced", f.synced, f.written)
			}
		}
		if cost := writer.Cost(); cost.Bytes != writer.file.written || cost.Append < 0 {
			t.Errorf("cost %+v", cost)
		}
	})
}
