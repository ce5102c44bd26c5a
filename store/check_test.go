package store

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestDamagedFiles spoils one event file of one of two runs: it is set aside by name, and nothing else is.
func TestDamagedFiles(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		spoil func(path string, size int64) error
		note  string
	}{
		{"missing", func(path string, _ int64) error { return os.Remove(path) }, "it is missing"},
		{"empty", func(path string, _ int64) error { return os.Truncate(path, 0) }, "it has 0 bytes"},
		{"cut", func(path string, size int64) error { return os.Truncate(path, size-3) }, "were written"},
		{"of another kind", func(path string, size int64) error { return os.WriteFile(path, make([]byte, size), 0o666) }, "it does not begin and end as Parquet does"},
		{"with another footer", func(path string, size int64) error {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.WriteAt([]byte{0xff, 0xff, 0xff, 0x7f}, size-8)
			return err
		}, "it does not begin and end as Parquet does"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root, stored := warehouseOf(t, 2)
			path := stored[0].Files.Tokens
			if err := test.spoil(path, fileSize(t, path)); err != nil {
				t.Fatal(err)
			}
			w, n := openAt(t, root, Options{})
			got, err := w.ResolveAll(t.Context(), "run-0", "run-1")
			if err != nil {
				t.Fatal(err)
			}
			if got[0].Files.Tokens != "" || got[0].Files.Requests != stored[0].Files.Requests || got[1].Files != stored[1].Files {
				t.Errorf("got %+v and %+v", got[0].Files, got[1].Files)
			}
			n.want(t, "run run-0: "+path+" is set aside: ")
			runs, err := w.Runs(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			w.Check(runs)
			if runs[0].Files.Tokens != "" || runs[1].Files != stored[1].Files {
				t.Errorf("got %+v and %+v", runs[0].Files, runs[1].Files)
			}
			n.want(t) // said once
			if err := checkParquet(path, stored[0].sizes.Tokens); err == nil {
				t.Error("the file passes")
			}
		})
	}
}

// TestSmallParquet holds the check against the smallest files.
func TestSmallParquet(t *testing.T) {
	t.Parallel()
	for text, good := range map[string]bool{
		"": false, "PAR1": false, "PAR1\x00\x00\x00PAR1": false, "PAR1\x00\x00\x00\x00PAR1": true, "PAR1\x01\x00\x00\x00PAR1": false,
		"PAR1x\x01\x00\x00\x00PAR1": true, "PARExPAR1xxxxx": false,
	} {
		path := filepath.Join(t.TempDir(), "x.parquet")
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := checkParquet(path, nil); (err == nil) != good {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

// TestFreshen makes summaries of other definitions anew, for the runs that are named and once.
func TestFreshen(t *testing.T) {
	t.Parallel()
	root, stored := warehouseOf(t, 3)
	editor, _ := openAt(t, root, Options{})
	for _, e := range stored {
		err := editor.rewrite(t.Context(), e, func(f *runFile) error {
			f.Summary, f.Definitions = fullSummary(99), DefinitionsVersion-1
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var asked []string
	opts := Options{Summarise: func(_ context.Context, run Run, files Files) (*Summary, error) {
		if filepath.Base(files.Dir) != runIDPartition+run.RunID {
			t.Errorf("run %s comes with %+v", run.RunID, files)
		}
		asked = append(asked, run.RunID)
		return fullSummary(1), nil
	}}
	w, n := openAt(t, root, opts)
	runs, err := w.Runs(t.Context())
	if err != nil || len(asked) > 0 {
		t.Fatalf("listing asked for %q, %v", asked, err)
	}
	for _, e := range runs {
		if e.Summary != nil {
			t.Errorf("run %s shows a summary of other definitions", e.Run.RunID)
		}
	}
	entry, err := w.Resolve(t.Context(), "run-1")
	if err != nil || entry.Summary == nil || *entry.Summary.Duration != *fullSummary(1).Duration || entry.Definitions != DefinitionsVersion {
		t.Errorf("got %+v, %v", entry, err)
	}
	w, _ = openAt(t, root, opts)
	if _, err := w.Resolve(t.Context(), "run-1"); err != nil || len(asked) != 1 {
		t.Errorf("asked for %q, %v", asked, err)
	}
	n.want(t)
}

// TestRenew makes outdated summaries anew when runs are listed, the latest first, for as long as a listing may take.
func TestRenew(t *testing.T) {
	t.Parallel()
	root, stored := warehouseOf(t, 5)
	editor, _ := openAt(t, root, Options{})
	for i, e := range stored {
		err := editor.rewrite(t.Context(), e, func(f *runFile) error {
			f.Summary, f.Definitions = fullSummary(99), []int{DefinitionsVersion - 1, 0, DefinitionsVersion + 1}[max(0, i-2)]
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	w, n := openAt(t, root, Options{
		Now: func() time.Time { return now },
		Summarise: func(context.Context, Run, Files) (*Summary, error) {
			now = now.Add(renewFor / 2)
			return fullSummary(1), nil
		},
	})
	listed := func(want ...bool) {
		t.Helper()
		path, _, err := w.Catalogue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		rows, err := readCatalogue(path, everything)
		for i, row := range rows {
			if has := row.Summary != nil; err != nil || has != want[i] {
				t.Errorf("run %d: has a summary: %v, error %v", i, has, err)
			}
		}
	}
	listed(false, true, true, false, false) // of the last two one was never made and one is by a later llmbench
	n.want(t, "1 of 5 runs have no summary by this llmbench's formulas yet")
	listed(true, true, true, false, false)
	n.want(t)
}
