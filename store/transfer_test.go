package store

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestReceive copies runs into another warehouse, byte for byte, once.
func TestReceive(t *testing.T) {
	t.Parallel()
	root, stored := warehouseOf(t, 3)
	if err := os.WriteFile(stored[1].Files.RunJSON, []byte(strings.Replace(readText(t, stored[1].Files.RunJSON), `"schema"`, `"shape": "round", "schema"`, 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	from, _ := openAt(t, root, Options{})
	runs, err := from.Find(t.Context(), "run-1", "run-2")
	if err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(t.TempDir(), "new", "warehouse")
	to, n := openAt(t, target, Options{})
	var copied []bool
	receive := func() error {
		copied = nil
		return to.Receive(t.Context(), runs, func(_ Entry, isNew bool) { copied = append(copied, isNew) })
	}
	if err := receive(); err != nil || !slices.Equal(copied, []bool{true, true}) {
		t.Fatalf("copied %v, %v", copied, err)
	}
	wantIDs(t, to, "run-1", "run-2")
	there, err := to.Find(t.Context(), "run-1", "run-2")
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range there {
		for _, name := range []string{runJSONFile, requestsFile, tokensFile} {
			if readText(t, filepath.Join(e.Files.Dir, name)) != readText(t, filepath.Join(runs[i].Files.Dir, name)) {
				t.Errorf("%s of %s differs", name, e.Run.RunID)
			}
		}
		if rel, err := filepath.Rel(target, e.Files.Dir); err != nil || filepath.ToSlash(rel) != runs[i].dir {
			t.Errorf("run %s is in %s, was in %s", e.Run.RunID, rel, runs[i].dir)
		}
	}
	if lacking, err := to.Lacks(t.Context(), runs); err != nil || len(lacking) > 0 {
		t.Errorf("it lacks %v, %v", lacking, err)
	}
	if err := receive(); err != nil || !slices.Equal(copied, []bool{false, false}) {
		t.Errorf("again: copied %v, %v", copied, err)
	}
	// One that is cut there is lacking, and one with other rows is not written over.
	if err := os.Truncate(there[0].Files.Tokens, 50); err != nil {
		t.Fatal(err)
	}
	if lacking, err := to.Lacks(t.Context(), runs); err != nil || len(lacking) != 1 {
		t.Errorf("it lacks %v, %v", lacking, err)
	}
	if err := receive(); !errors.Is(err, ErrExists) {
		t.Errorf("over another run: %v", err)
	}
	n.want(t)
}

func readText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestReceiveDamaged copies nothing that is not what it was written as.
func TestReceiveDamaged(t *testing.T) {
	t.Parallel()
	root, stored := warehouseOf(t, 1)
	flip(t, stored[0].Files.Tokens, 20)
	from, _ := openAt(t, root, Options{})
	runs, err := from.Find(t.Context(), "run-0")
	if err != nil {
		t.Fatal(err)
	}
	to, _ := openAt(t, t.TempDir(), Options{})
	if err := to.Receive(t.Context(), runs, func(Entry, bool) {}); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "copy run run-0 to") {
		t.Errorf("got %v", err)
	}
	wantIDs(t, to)
}

// TestRemove removes runs and the partitions they were the last of.
func TestRemove(t *testing.T) {
	t.Parallel()
	root, stored := warehouseOf(t, 3)
	w, n := openAt(t, root, Options{})
	runs, err := w.Find(t.Context(), "run-0", "run-2")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time they are gone already
		if err := w.Remove(t.Context(), runs); err != nil {
			t.Fatal(err)
		}
	}
	wantIDs(t, w, "run-1")
	if _, err := os.Stat(stored[0].Files.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("run-0 is there: %v", err)
	}
	if left := namesIn(t, filepath.Join(root, journalDir)); len(left) > 0 {
		t.Errorf("left %q", left)
	}
	last, err := w.Find(t.Context(), "run-1")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Remove(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	if left := namesIn(t, filepath.Join(root, eventsDir)); len(left) > 0 {
		t.Errorf("partitions %q are left", left)
	}
	if entry := storeRun(t, w, sampleRun("run-0"), newDice(1).records(2)); !reflect.DeepEqual(runIDs(t, w), []string{"run-0"}) {
		t.Errorf("got %+v", entry)
	}
	n.want(t)
}
