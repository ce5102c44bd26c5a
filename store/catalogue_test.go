package store

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
)

// sampleRows have every column full, every column empty, and what lies between.
func sampleRows() []*catalogueRow {
	rows := []*catalogueRow{
		{Run: fullRun(1), Summary: fullSummary(1), Catalogue: catalogueKeys{
			Dir: "events/a", RunJSONMTimeNS: 1 << 60, RunJSONBytes: 7, Definitions: 1, eventSizes: eventSizes{Requests: new(int64(1)), Tokens: new(int64(0))},
		}},
		{Run: Run{BeganAt: began}},
		{Run: Run{RunID: "empty", BeganAt: began, Name: new("")}, Summary: &Summary{}},
		{Run: Run{RunID: "one", BeganAt: began, Tags: map[string]string{"": "x"}, IgnoreEOS: new(false), Seed: new(int64(0))}},
	}
	for i := range 700 { // more than one portion
		row := &catalogueRow{Run: fullRun(i), Catalogue: catalogueKeys{Dir: fmt.Sprint(i)}}
		if i%3 > 0 {
			row.Summary = fullSummary(float64(i))
		}
		if i%5 == 0 {
			row.Tags, row.Name, row.RequestRate = nil, nil, nil
		}
		rows = append(rows, row)
	}
	return rows
}

// TestCatalogueFile reads by columns what was written by rows.
func TestCatalogueFile(t *testing.T) {
	t.Parallel()
	want := sampleRows()
	path := filepath.Join(t.TempDir(), catalogueFile)
	if err := replaceCatalogue(path, want, "test"); err != nil {
		t.Fatal(err)
	}
	got, err := readCatalogue(path, everything)
	if err != nil || len(got) != len(want) {
		t.Fatalf("read %d rows of %d, %v", len(got), len(want), err)
	}
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("row %d\n got %+v\nwant %+v", i, got[i], want[i])
		}
	}
	names, err := readCatalogue(path, namesOnly)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		all := want[i]
		short := &catalogueRow{Run: Run{RunID: all.RunID, Name: all.Name, BeganAt: all.BeganAt}, Catalogue: all.Catalogue}
		if !reflect.DeepEqual(name, short) {
			t.Fatalf("row %d\n got %+v\nwant %+v", i, name, short)
		}
	}
}

// TestDamagedCatalogueFile exchanges bytes and cuts: an error, never a panic or other rows.
func TestDamagedCatalogueFile(t *testing.T) {
	t.Parallel()
	want := sampleRows()[:20]
	text, err := encodeCatalogue(want, "test")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), catalogueFile)
	read := func(what string, text []byte) error {
		t.Helper()
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		rows, err := readCatalogue(path, everything)
		if err == nil && !reflect.DeepEqual(rows, want) {
			t.Fatalf("%s: other rows came out", what)
		}
		return err
	}
	if err := read("as it was", text); err != nil {
		t.Fatal(err)
	}
	noticed := 0
	for at := 0; at < len(text); at += 211 {
		broken := bytes.Clone(text)
		broken[at] ^= 0xff
		if read(fmt.Sprint("byte ", at), broken) != nil {
			noticed++
		}
		if err := read("cut", text[:at]); err == nil {
			t.Errorf("cut to %d bytes: no error", at)
		}
	}
	if all := len(text) / 211; noticed < all/2 {
		t.Errorf("%d of %d damages were noticed", noticed, all)
	}
}

// warehouseOf stores n runs and gives the warehouse's directory.
func warehouseOf(t testing.TB, n int) (root string, entries []Entry) {
	t.Helper()
	root = t.TempDir()
	w, _ := openAt(t, root, Options{})
	for i := range n {
		run := sampleRun(fmt.Sprintf("run-%d", i))
		run.BeganAt = began.Add(time.Duration(i) * time.Minute)
		run.TP = new(int64(i % 2))
		entries = append(entries, storeRun(t, w, run, newDice(uint64(i)).records(3)))
	}
	return root, entries
}

func TestRunsAreInOrder(t *testing.T) {
	t.Parallel()
	root, stored := warehouseOf(t, 5)
	w, n := openAt(t, root, Options{})
	runs, err := w.Runs(t.Context())
	if err != nil || !reflect.DeepEqual(runs, stored) {
		t.Errorf("got %+v, %v\nwant %+v", runs, err, stored)
	}
	n.want(t)
}

// TestCatalogueIsTrusted sees that an unchanged run.json is not read again.
func TestCatalogueIsTrusted(t *testing.T) {
	t.Parallel()
	root, stored := warehouseOf(t, 2)
	path := stored[0].Files.RunJSON
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Repeat([]byte("x"), int(info.Size())), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	w, n := openAt(t, root, Options{})
	wantIDs(t, w, "run-0", "run-1")
	n.want(t)
}

// TestCatalogueRepair makes the catalogue wrong in every way there is, and looks at it through a new Warehouse
// and through one that was open meanwhile.
func TestCatalogueRepair(t *testing.T) {
	t.Parallel()
	all := []string{"run-0", "run-1", "run-2"}
	tests := []struct {
		name  string
		spoil func(t *testing.T, root string, stored []Entry) error
		want  []string
		notes []string // of a new Warehouse
	}{
		{"deleted", func(_ *testing.T, root string, _ []Entry) error {
			return os.Remove(filepath.Join(root, catalogueFile))
		}, all, nil},
		{"empty", func(_ *testing.T, root string, _ []Entry) error {
			return os.Truncate(filepath.Join(root, catalogueFile), 0)
		}, all, []string{"runs.parquet cannot be used"}},
		{"cut", func(_ *testing.T, root string, _ []Entry) error {
			return os.Truncate(filepath.Join(root, catalogueFile), 900)
		}, all, []string{"runs.parquet cannot be used"}},
		{"of another kind", func(_ *testing.T, root string, _ []Entry) error {
			return os.WriteFile(filepath.Join(root, catalogueFile), []byte("PAR1, not really"), 0o666)
		}, all, []string{"runs.parquet cannot be used"}},
		{"another file's columns", func(_ *testing.T, root string, stored []Entry) error {
			data, err := os.ReadFile(stored[0].Files.Requests)
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(root, catalogueFile), data, 0o666)
		}, all, nil},
		{"a directory", func(_ *testing.T, root string, _ []Entry) error {
			path := filepath.Join(root, catalogueFile)
			if err := os.Remove(path); err != nil {
				return err
			}
			return os.MkdirAll(filepath.Join(path, "full"), 0o777)
		}, all, []string{"runs.parquet cannot be used"}},
		{"an older one", func(t *testing.T, root string, stored []Entry) error {
			data, err := os.ReadFile(filepath.Join(root, catalogueFile))
			if err != nil {
				return err
			}
			w, _ := openAt(t, root, Options{})
			storeRun(t, w, sampleRun("run-3"), newDice(1).records(1))
			return os.WriteFile(filepath.Join(root, catalogueFile), data, 0o666)
		}, []string{"run-0", "run-3", "run-1", "run-2"}, nil},
		{"a run removed", func(_ *testing.T, _ string, stored []Entry) error {
			return os.RemoveAll(stored[1].Files.Dir)
		}, []string{"run-0", "run-2"}, nil},
		{"every run removed", func(_ *testing.T, root string, _ []Entry) error {
			return os.RemoveAll(filepath.Join(root, eventsDir))
		}, nil, nil},
		{"a run moved", func(_ *testing.T, root string, stored []Entry) error {
			to := filepath.Join(root, eventsDir, "elsewhere=1")
			if err := os.Mkdir(to, 0o777); err != nil {
				return err
			}
			return os.Rename(stored[1].Files.Dir, filepath.Join(to, filepath.Base(stored[1].Files.Dir)))
		}, all, nil},
		{"a partition linked", func(t *testing.T, root string, stored []Entry) error {
			from, to := filepath.Join(root, eventsDir, "dcu=K100_AI"), filepath.Join(t.TempDir(), "disk")
			if err := os.Rename(from, to); err != nil {
				return err
			}
			return os.Symlink(to, from)
		}, all, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root, stored := warehouseOf(t, 3)
			open, _ := openAt(t, root, Options{})
			wantIDs(t, open, all...)
			if err := test.spoil(t, root, stored); err != nil {
				t.Fatal(err)
			}
			fresh, n := openAt(t, root, Options{})
			for _, w := range []*Warehouse{fresh, open} {
				wantIDs(t, w, test.want...)
				path, _, err := w.Catalogue(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if rows := openParquet(t, path).NumRows(); rows != int64(len(test.want)) {
					t.Errorf("the catalogue has %d rows, want %d", rows, len(test.want))
				}
			}
			n.want(t, test.notes...)
		})
	}
}

// TestSetAside gives a warehouse run.json files that are no good: each is named, and the others are listed.
func TestSetAside(t *testing.T) {
	t.Parallel()
	replace := func(old, new string) func([]byte) []byte {
		return func(text []byte) []byte { return bytes.Replace(text, []byte(old), []byte(new), 1) }
	}
	tests := []struct {
		name  string
		spoil func(text []byte) []byte
		note  string
	}{
		{"empty", func([]byte) []byte { return nil }, "damaged"},
		{"cut", func(text []byte) []byte { return text[:len(text)/2] }, "damaged"},
		{"an array", func([]byte) []byte { return []byte("[]") }, "damaged"},
		{"another program's", func([]byte) []byte { return []byte(`{"version": 3}`) }, "it says no schema version"},
		{"another run's", replace("run-1", "run-9"), "it is of run run-9"},
		{"wrong types", replace(`"status": "complete"`, `"status": 7`), "damaged"},
		{"of the future", replace(fmt.Sprintf(`"schema": %d`, SchemaVersion), `"schema": 99`), fmt.Sprintf("written by a newer llmbench: its form is 99, known is %d", SchemaVersion)},
		{"of the future with other types", func([]byte) []byte { return []byte(`{"run": [], "schema": 9}`) }, "written by a newer llmbench"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root, stored := warehouseOf(t, 3)
			path := stored[1].Files.RunJSON
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			spoilt := test.spoil(text)
			if bytes.Equal(spoilt, text) {
				t.Fatal("the test does not spoil anything")
			}
			if err := os.WriteFile(path, spoilt, 0o666); err != nil {
				t.Fatal(err)
			}
			w, n := openAt(t, root, Options{})
			wantIDs(t, w, "run-0", "run-2")
			wantIDs(t, w, "run-0", "run-2")
			rel, err := filepath.Rel(root, path)
			if err != nil {
				t.Fatal(err)
			}
			said := n.take()
			if len(said) != 1 || !strings.Contains(said[0], test.note) || !strings.Contains(said[0], rel+" is set aside: ") {
				t.Errorf("notes: %q", said)
			}
		})
	}
}

// TestSetAsideConcerns tells of a damaged run those who may mean it, and nobody else.
func TestSetAsideConcerns(t *testing.T) {
	t.Parallel()
	root, stored := warehouseOf(t, 3)
	if err := os.WriteFile(stored[1].Files.RunJSON, []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	check := func(tells bool, refs ...string) {
		t.Helper()
		w, n := openAt(t, root, Options{})
		w.Find(t.Context(), refs...)
		if said := n.take(); (len(said) == 1) != tells {
			t.Errorf("%q: notes %q", refs, said)
		}
	}
	check(false, "run-0", "run-2", "latest")
	check(true, "latest~1")
	check(true, "run-1")
	w, n := openAt(t, root, Options{})
	if _, err := w.Verify(t.Context(), func(_, _ int) {}); err != nil {
		t.Fatal(err)
	}
	if said := n.take(); len(said) != 0 {
		t.Errorf("Verify gives its findings as notes too: %q", said)
	}
}

// TestTwins has one run in two directories.
func TestTwins(t *testing.T) {
	t.Parallel()
	root, stored := warehouseOf(t, 2)
	copied := filepath.Join(root, eventsDir, "dcu=Z100", filepath.Base(stored[0].Files.Dir))
	if err := os.CopyFS(copied, os.DirFS(stored[0].Files.Dir)); err != nil {
		t.Fatal(err)
	}
	w, n := openAt(t, root, Options{})
	wantIDs(t, w, "run-0", "run-1")
	n.want(t, "dcu=Z100/run_id=run-0 is set aside: run run-0 is in")
}

// TestLinkedCircle comes to an end.
func TestLinkedCircle(t *testing.T) {
	t.Parallel()
	root, _ := warehouseOf(t, 1)
	events := filepath.Join(root, eventsDir)
	if err := os.Symlink(events, filepath.Join(events, "dcu=circle")); err != nil {
		t.Fatal(err)
	}
	w, _ := openAt(t, root, Options{})
	wantIDs(t, w, "run-0")
}

// TestForeignFiles has things in events/ that are no runs.
func TestForeignFiles(t *testing.T) {
	t.Parallel()
	root, _ := warehouseOf(t, 1)
	for _, dir := range []string{"run_id=young", ".hidden/run_id=x", "dcu=K100_AI/lost+found"} {
		if err := os.MkdirAll(filepath.Join(root, eventsDir, dir), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"README", "dcu=file", "dcu=K100_AI/notes.txt"} {
		if err := os.WriteFile(filepath.Join(root, eventsDir, file), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	w, n := openAt(t, root, Options{})
	wantIDs(t, w, "run-0")
	n.want(t)
}

// TestNoWarehouse reads where there is nothing, and leaves nothing.
func TestNoWarehouse(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "warehouse")
	w, n := openAt(t, root, Options{})
	wantIDs(t, w)
	path, _, err := w.Catalogue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if file := openParquet(t, path); file.NumRows() != 0 || !parquet.EqualNodes(file.Schema(), catalogueSchema) {
		t.Errorf("the catalogue has %d rows of %s", file.NumRows(), file.Schema())
	}
	if again, _, err := w.Catalogue(t.Context()); err != nil || again != path {
		t.Errorf("asked again: %s, %v", again, err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	for _, left := range []string{path, root} {
		if _, err := os.Stat(left); !os.IsNotExist(err) {
			t.Errorf("%s was left, %v", left, err)
		}
	}
	n.want(t)
}
