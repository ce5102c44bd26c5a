package store

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func noProgress(int, int) {}

// verified gives what Verify finds, a line each: path below the warehouse, what is wrong, and a mark for leftovers.
func verified(t *testing.T, root string, refs ...string) []string {
	t.Helper()
	w, _ := openAt(t, root, Options{})
	findings, err := w.Verify(t.Context(), noProgress, refs...)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range findings {
		rel, err := filepath.Rel(root, f.Path)
		if err != nil {
			t.Fatal(err)
		}
		line := filepath.Base(filepath.Dir(rel)) + "/" + filepath.Base(rel) + ": " + f.What
		if f.Leftover {
			line += " (leftover)"
		}
		lines = append(lines, line)
	}
	return lines
}

// flip changes one bit of a file, and nothing of its size or time.
func flip(t *testing.T, path string, at int64) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[at] ^= 1
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
}

// TestVerify spoils a warehouse of three runs in every way and sees that each is named, and nothing else.
func TestVerify(t *testing.T) {
	t.Parallel()
	write := func(t *testing.T, path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	edit := func(t *testing.T, e Entry, change func(*runFile)) {
		t.Helper()
		w, _ := openAt(t, filepath.Join(e.Files.Dir, "../../../../.."), Options{})
		if err := w.rewrite(t.Context(), e, func(f *runFile) error { change(f); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name  string
		spoil func(t *testing.T, root string, e Entry)
		want  []string
	}{
		{"nothing", func(*testing.T, string, Entry) {}, nil},
		{"a tag of one run", func(t *testing.T, root string, e Entry) {
			edit(t, e, func(f *runFile) { f.Run.Tags = map[string]string{"a": "b"} })
			w, _ := openAt(t, root, Options{})
			if _, err := w.Runs(t.Context()); err != nil {
				t.Fatal(err)
			}
		}, nil},
		{"a bit within", func(t *testing.T, _ string, e Entry) { flip(t, e.Files.Tokens, 20) },
			[]string{"run_id=run-1/tokens.parquet: damaged: its checksum is not the one it was written with"}},
		{"a file cut", func(t *testing.T, _ string, e Entry) { os.Truncate(e.Files.Requests, 100) },
			[]string{"run_id=run-1/requests.parquet: damaged: it has 100 bytes"}},
		{"a file gone", func(t *testing.T, _ string, e Entry) { os.Remove(e.Files.Tokens) },
			[]string{"run_id=run-1/tokens.parquet: it is missing"}},
		{"counts", func(t *testing.T, _ string, e Entry) {
			edit(t, e, func(f *runFile) { f.Run.Completed, f.Run.Failed = new(int64(9)), new(int64(9)) })
		},
			[]string{"run_id=run-1/run.json: the run says 9 completed and 9 failed, its rows "}},
		{"the summary's counts", func(t *testing.T, _ string, e Entry) {
			edit(t, e, func(f *runFile) { f.Summary, f.Definitions = &Summary{Completed: 7}, DefinitionsVersion })
		}, []string{"run_id=run-1/run.json: the summary says 7 completed and 0 failed, its rows "}},
		{"rows", func(t *testing.T, _ string, e Entry) {
			edit(t, e, func(f *runFile) {
				state := f.Files[tokensFile]
				state.Rows++
				f.Files[tokensFile] = state
			})
		}, []string{"run_id=run-1/tokens.parquet: damaged: it has 3 rows, 4 were written"}},
		{"a stranger", func(t *testing.T, _ string, e Entry) { write(t, filepath.Join(e.Files.Dir, "notes.txt"), "x") },
			[]string{"run_id=run-1/notes.txt: it is no file of the run (leftover)"}},
		{"a temporary file", func(t *testing.T, _ string, e Entry) { write(t, temporaryName(e.Files.Tokens), "x") },
			[]string{".tmp: left by one who died while writing (leftover)"}},
		{"run.json", func(t *testing.T, _ string, e Entry) { write(t, e.Files.RunJSON, "{") },
			[]string{"run_id=run-1/run.json: damaged: "}},
		{"run.json gone", func(t *testing.T, _ string, e Entry) { os.Remove(e.Files.RunJSON) },
			[]string{"/run_id=run-1: it has no run.json; llmbench runs recover makes it anew"}},
		{"a twin", func(t *testing.T, root string, e Entry) {
			if err := os.CopyFS(filepath.Join(root, eventsDir, "dcu=x", filepath.Base(e.Files.Dir)), os.DirFS(e.Files.Dir)); err != nil {
				t.Fatal(err)
			}
		}, []string{"run_id=run-1: run run-1 is in another folder as well"}},
		{"an unfinished run", func(t *testing.T, root string, _ Entry) {
			write(t, filepath.Join(root, eventsDir, "dcu=x", "run_id=half", "tokens.parquet.abc.tmp"), "x")
		}, []string{"run_id=half: it has no run.json and no rows: left of a run that was not finished, or is being removed (leftover)"}},
		{"a damaged journal", func(t *testing.T, root string, _ Entry) {
			write(t, filepath.Join(root, journalDir, ".damaged-x-1234", requestsJournal), "x")
		}, []string{"journal/.damaged-x-1234: a journal of which not everything could be read"}},
		{"a journal of the future", func(t *testing.T, root string, _ Entry) {
			columns := append(append([]journalColumn[Record](nil), journalColumns...), intColumn("flux", func(r *Record) *int64 { return &r.Bytes }))
			deadJournal(t, root, sampleRun("future"), journalWith(t, columns, newDice(1).record(0)))
		}, []string{"journal/future: an interrupted run that has not been recovered"}},
		{"the catalogue", func(t *testing.T, root string, e Entry) {
			rows, err := readCatalogue(filepath.Join(root, catalogueFile), everything)
			if err != nil {
				t.Fatal(err)
			}
			rows[1].Note = new("another")
			if err := replaceCatalogue(filepath.Join(root, catalogueFile), rows, "test"); err != nil {
				t.Fatal(err)
			}
		}, []string{"runs.parquet: it does not say of the run what "}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root, stored := warehouseOf(t, 3)
			w, _ := openAt(t, root, Options{})
			wantIDs(t, w, "run-0", "run-1", "run-2")
			test.spoil(t, root, stored[1])
			got := verified(t, root)
			if len(got) != len(test.want) {
				t.Fatalf("got %q, want %q", got, test.want)
			}
			for i, want := range test.want {
				if !strings.Contains(got[i], want) {
					t.Errorf("got %q, want %q", got[i], want)
				}
			}
			if got := verified(t, root, "run-0"); len(got) > 0 {
				t.Errorf("of another run: %q", got)
			}
		})
	}
}

// TestRecoverRunFile makes a run.json anew from the rows, with what path and rows tell.
func TestRecoverRunFile(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(path string) error{
		"missing": os.Remove,
		"damaged": func(path string) error { return os.WriteFile(path, []byte(`{"schema": 2, "run": {`), 0o666) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			w, _ := openAt(t, root, Options{})
			run := sampleRun("20261123T173200Z-k3v9")
			run.Model = new("org/model 7B")
			records := newDice(4).records(30)
			stored := storeRun(t, w, run, records)
			storeRun(t, w, sampleRun("other"), newDice(1).records(2))
			if err := spoil(stored.Files.RunJSON); err != nil {
				t.Fatal(err)
			}
			old := time.Now().Add(-time.Hour)
			left := temporaryName(stored.Files.Tokens)
			if err := os.WriteFile(left, nil, 0o666); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(left, old, old); err != nil {
				t.Fatal(err)
			}
			summarise := func(_ context.Context, _ Run, files Files) (*Summary, error) {
				tally, err := tallyFile(files.Requests)
				return &Summary{Completed: tally.completed, Failed: tally.failed}, err
			}
			w, n := openAt(t, root, Options{Summarise: summarise})
			wantIDs(t, w, "other")
			n.take()
			seen := 0
			if err := w.Recover(t.Context(), func(int, int) { seen++ }); err != nil {
				t.Fatal(err)
			}
			n.want(t, "run.json anew from its rows (")
			entry, err := w.Resolve(t.Context(), run.RunID)
			if err != nil {
				t.Fatal(err)
			}
			if got := entry.Run; got.Status != RunInterrupted || *got.Model != *run.Model || *got.DCU != *run.DCU || *got.TP != *run.TP || !got.BeganAt.Equal(began) {
				t.Errorf("got %+v", got)
			}
			if got := readAll(t, entry.Files); len(got) != len(records) || entry.Files != stored.Files {
				t.Errorf("%d rows in %+v", len(got), entry.Files)
			}
			if entry.Summary == nil || seen != 1 {
				t.Errorf("summary %v, %d others were made", entry.Summary, seen)
			}
			if findings, err := w.Verify(t.Context(), noProgress); err != nil || len(findings) != map[string]int{"missing": 0, "damaged": 1}[name] {
				t.Errorf("left to find: %+v, %v", findings, err)
			}
		})
	}
}

// TestRecoverLeavesWriters names the writer of a run and does not touch its journal.
func TestRecoverLeavesWriters(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	w, n := openAt(t, root, Options{})
	writer, err := w.Begin(t.Context(), sampleRun("going"))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Recover(t.Context(), noProgress); err != nil {
		t.Fatal(err)
	}
	n.want(t, "run going is being written by process ")
	if err := writer.Append(newDice(1).records(2)); err != nil {
		t.Fatal(err)
	}
	if _, err := writer.Finish(t.Context(), sampleRun("going")); err != nil {
		t.Fatal(err)
	}
}

// TestRecoverLeavesTheFuture does not make a run.json anew that a newer llmbench wrote.
func TestRecoverLeavesTheFuture(t *testing.T) {
	t.Parallel()
	root, stored := warehouseOf(t, 1)
	text, err := json.Marshal(map[string]any{"schema": 99})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(stored[0].Files.RunJSON, text, 0o666); err != nil {
		t.Fatal(err)
	}
	w, n := openAt(t, root, Options{})
	if err := w.Recover(t.Context(), noProgress); err != nil {
		t.Fatal(err)
	}
	n.want(t, "written by a newer llmbench")
	if after, err := os.ReadFile(stored[0].Files.RunJSON); err != nil || string(after) != string(text) {
		t.Errorf("run.json is %s, %v", after, err)
	}
}
