package store

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// asNobody calls do without the right to write where others may not. Root, for whom no mode counts, becomes nobody
// for the file system, on this thread alone.
func asNobody(t *testing.T, do func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		do()
		return
	}
	const nobody = 65534
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := syscall.Setfsuid(nobody); err != nil {
		t.Fatal(err)
	}
	defer syscall.Setfsuid(0)
	do()
}

// readOnly makes everything below root readable for all and writable for none.
func readOnly(t *testing.T, root string) {
	t.Helper()
	for dir := root; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err == nil && info.Mode()&0o005 != 0o005 {
			if err := os.Chmod(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	var dirs []string
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		dirs = append(dirs, path)
		return os.Chmod(path, 0o555)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, dir := range dirs {
			os.Chmod(dir, 0o755)
		}
	})
}

// TestReadOnlyWarehouse lists, resolves and summarises in memory, and gives DuckDB a copy of the catalogue; writing
// gives one clear error.
func TestReadOnlyWarehouse(t *testing.T) {
	root, stored := warehouseOf(t, 3)
	data, _ := journalOf(t, newDice(1).records(3))
	deadJournal(t, root, sampleRun("waits"), data)
	if err := os.Remove(filepath.Join(root, catalogueFile)); err != nil {
		t.Fatal(err)
	}
	readOnly(t, root)
	asNobody(t, func() {
		summarised := 0
		w, n := openAt(t, root, Options{Summarise: func(context.Context, Run, Files) (*Summary, error) {
			summarised++
			return fullSummary(1), nil
		}})
		n.want(t, "run waits was interrupted; its rows wait in "+filepath.Join(root, journalDir, "waits")+" for a command that may write there")
		wantIDs(t, w, "run-0", "run-1", "run-2")
		for range 2 {
			entry, err := w.Resolve(t.Context(), "run-1")
			if err != nil || entry.Summary == nil || entry.Files != stored[1].Files {
				t.Fatalf("got %+v, %v", entry, err)
			}
		}
		if summarised != 1 {
			t.Errorf("summarised %d times", summarised)
		}
		path, _, err := w.Catalogue(t.Context())
		if err != nil || strings.HasPrefix(path, root) {
			t.Fatalf("the catalogue is %s, %v", path, err)
		}
		rows, err := readCatalogue(path, everything)
		if err != nil || len(rows) != 3 || rows[1].Summary == nil || rows[0].Summary != nil {
			t.Errorf("the copy has %d rows, %v", len(rows), err)
		}
		_, err = w.Begin(t.Context(), sampleRun(""))
		if err == nil || !strings.Contains(err.Error(), root) || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("Begin gave %v", err)
		}
		if err := w.UpdateRun(t.Context(), "run-0", func(r *Run) { r.Note = new("x") }); err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("UpdateRun gave %v", err)
		}
		n.want(t)
		if names := namesIn(t, root); !slices.Equal(names, []string{eventsDir, journalDir}) {
			t.Errorf("the warehouse holds %q", names)
		}
	})
}

// TestUnwritableParent cannot create its warehouse.
func TestUnwritableParent(t *testing.T) {
	parent := t.TempDir()
	readOnly(t, parent)
	asNobody(t, func() {
		dir := filepath.Join(parent, "warehouse")
		w, _ := openAt(t, dir, Options{})
		_, err := w.Begin(t.Context(), sampleRun(""))
		want := "write to warehouse " + dir + ": permission denied; name another with --warehouse"
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	})
}

// TestUnreadablePartition leaves out what may not be read, and says so.
func TestUnreadablePartition(t *testing.T) {
	root, stored := warehouseOf(t, 2)
	readOnly(t, root)
	partition := filepath.Dir(filepath.Dir(stored[0].Files.Dir))
	if err := os.Chmod(partition, 0); err != nil {
		t.Fatal(err)
	}
	asNobody(t, func() {
		w, n := openAt(t, root, Options{})
		wantIDs(t, w, "run-1")
		n.want(t, partition+" is left out: permission denied")
	})
}
