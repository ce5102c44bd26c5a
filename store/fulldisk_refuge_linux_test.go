package store

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
)

// fullWriter has a run whose disk is full from the first row on, and gives what ends that.
func fullWriter(t *testing.T, w *Warehouse) (writer *Writer, makeRoom func()) {
	t.Helper()
	writer, err := w.Begin(t.Context(), sampleRun("full"))
	if err != nil {
		t.Fatal(err)
	}
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { full.Close() })
	real := writer.file.file
	writer.file.file = full
	return writer, func() { writer.file.file = real }
}

// TestFullDiskRefuge finishes a run whose disk is full to the end: every row is in the refuge, and none is in two places.
func TestFullDiskRefuge(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	root := filepath.Join(t.TempDir(), "warehouse")
	w, n := openAt(t, root, Options{})
	writer, _ := fullWriter(t, w)
	records := newDice(1).records(12)
	for i := range 3 {
		if err := writer.Append(records[4*i : 4*i+4]); !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
	if gone, all := writer.Unwritten(); gone != 12 || all != 12 {
		t.Errorf("%d of %d rows are in memory", gone, all)
	}
	entry, err := writer.Finish(t.Context(), sampleRun("full"))
	if err != nil {
		t.Fatal(err)
	}
	n.want(t, "the disk of the journal of run full is full; all of its rows go on as run full in "+writer.Refuge())
	if got := readAll(t, entry.Files); !reflect.DeepEqual(got, records) || !strings.HasPrefix(entry.Files.Dir, writer.Refuge()) {
		t.Errorf("%d rows are kept in %s", len(got), entry.Files.Dir)
	}
	again, n := openAt(t, root, Options{})
	if runs, err := again.Runs(t.Context()); err != nil || len(runs) != 0 {
		t.Errorf("%d runs, %v", len(runs), err)
	}
	n.want(t)
}

// TestFullDiskEverywhere finds no refuge either: Finish tells so, keeps the rows in memory and stores them once there is room;
// and the recovery of a run that was given up does not claim that no request had ended.
func TestFullDiskEverywhere(t *testing.T) {
	for name, roomAgain := range map[string]bool{"room again": true, "given up": false} {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "warehouse")
			t.Setenv("TMPDIR", "/dev/null")
			w, _ := openAt(t, root, Options{})
			writer, makeRoom := fullWriter(t, w)
			records := newDice(1).records(12)
			if err := writer.Append(records); !errors.Is(err, syscall.ENOSPC) {
				t.Fatal(err)
			}
			if _, err := writer.Finish(t.Context(), sampleRun("full")); !errors.Is(err, syscall.ENOSPC) {
				t.Fatal(err)
			}
			if gone, all := writer.Unwritten(); gone != 12 || all != 12 {
				t.Errorf("%d of %d rows are in memory", gone, all)
			}
			if !roomAgain {
				_ = writer.Abort()
				again, n := openAt(t, root, Options{})
				if runs, err := again.Runs(t.Context()); err != nil || len(runs) != 0 {
					t.Errorf("%d runs, %v", len(runs), err)
				}
				n.want(t, "run full was interrupted before a finished request was written down")
				return
			}
			makeRoom()
			entry, err := writer.Finish(t.Context(), sampleRun("full"))
			if err != nil {
				t.Fatal(err)
			}
			if got := readAll(t, entry.Files); !reflect.DeepEqual(got, records) {
				t.Errorf("%d rows are kept", len(got))
			}
			if gone, _ := writer.Unwritten(); gone != 0 {
				t.Errorf("%d rows are in memory", gone)
			}
		})
	}
}
