package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	w, n := openAt(t, t.TempDir(), Options{})
	records := newDice(1).records(3000)
	entry := storeRun(t, w, sampleRun(""), records)
	got := readAll(t, entry.Files)
	if len(got) != len(records) {
		t.Fatalf("read %d records, wrote %d", len(got), len(records))
	}
	for i, want := range records {
		if !reflect.DeepEqual(got[i], want) {
			t.Fatalf("record %d\n got %+v\nwant %+v", i, got[i], want)
		}
	}
	n.want(t)
	if left := namesIn(t, filepath.Join(w.dir, journalDir)); len(left) > 0 {
		t.Errorf("left in the journal: %q", left)
	}
	want := []string{requestsFile, runJSONFile, textsFile, tokensFile}
	if names := namesIn(t, entry.Files.Dir); !slices.Equal(names, want) {
		t.Errorf("run has files %q, want %q", names, want)
	}
}

// TestLists covers what the lists become: t_ns is never NULL, odd lists are NULL when empty, n_tokens keeps the
// difference between none told and none there.
func TestLists(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name       string
		give, want Chunks
	}{
		{"nothing known", Chunks{}, Chunks{TNS: []int64{}}},
		{"no chunks", Chunks{TNS: []int64{}, NTokens: []int32{}}, Chunks{TNS: []int64{}, NTokens: []int32{}}},
		{"counts unknown", Chunks{TNS: []int64{5}}, Chunks{TNS: []int64{5}}},
		{"empty odd lists", Chunks{TNS: []int64{5}, OddChunk: []int32{}, OddKind: []Kind{}}, Chunks{TNS: []int64{5}}},
		{"every kind", Chunks{TNS: []int64{1, 2, 3, 4, 5}, OddChunk: []int32{0, 1, 2, 3, 4}, OddKind: []Kind{1, 2, 3, 4, 5}},
			Chunks{TNS: []int64{1, 2, 3, 4, 5}, OddChunk: []int32{0, 1, 2, 3, 4}, OddKind: []Kind{1, 2, 3, 4, 5}}},
		{"a kind not known here", Chunks{TNS: []int64{1}, OddChunk: []int32{0}, OddKind: []Kind{200}},
			Chunks{TNS: []int64{1}, OddChunk: []int32{0}, OddKind: []Kind{6}}},
		{"far and before", Chunks{TNS: []int64{-1, 1 << 62}, NTokens: []int32{0, 1 << 30}}, Chunks{TNS: []int64{-1, 1 << 62}, NTokens: []int32{0, 1 << 30}}},
	}
	w, _ := openAt(t, t.TempDir(), Options{})
	var records []*Record
	for i, c := range cases {
		records = append(records, &Record{Request: Request{RequestID: int64(i), Phase: PhaseMeasured, Status: StatusOK}, Chunks: c.give})
	}
	for i, got := range readAll(t, storeRun(t, w, sampleRun(""), records).Files) {
		if !reflect.DeepEqual(got.Chunks, cases[i].want) {
			t.Errorf("%s: got %+v, want %+v", cases[i].name, got.Chunks, cases[i].want)
		}
	}
}

// TestEveryFieldHasAColumn sets one field of Request at a time and takes it through the Parquet row and the journal.
func TestEveryFieldHasAColumn(t *testing.T) {
	t.Parallel()
	fields := reflect.TypeFor[Request]()
	for i := range fields.NumField() {
		var want Record
		switch field := reflect.ValueOf(&want.Request).Elem().Field(i).Addr().Interface().(type) {
		case *int64:
			*field = 7
		case *string:
			*field = "seven"
		case *NullInt:
			*field = Int(7)
		case *NullString:
			*field = String("seven")
		case *NullBool:
			*field = NullBool{V: true, Valid: true}
		default:
			t.Fatalf("field %s has no case here", fields.Field(i).Name)
		}
		var row requestRow
		if row.from("run", &want); !reflect.DeepEqual(row.record(), &want) {
			t.Errorf("field %s is lost in Parquet", fields.Field(i).Name)
		}
		data, _ := journalOf(t, []*Record{&want})
		if got, _, err := readBytes(data); err != nil || !reflect.DeepEqual(got, []Record{want}) {
			t.Errorf("field %s is lost in the journal: %+v, %v", fields.Field(i).Name, got, err)
		}
	}
}

func TestRunFileOfARun(t *testing.T) {
	t.Parallel()
	summary := fullSummary(3)
	var asked Files
	w, _ := openAt(t, t.TempDir(), Options{Summarise: func(_ context.Context, _ Run, files Files) (*Summary, error) {
		asked = files
		return summary, nil
	}})
	run := sampleRun("")
	run.Tags = map[string]string{"rack": "r7"}
	run.RequestRate = new(Rate(4.5))
	entry := storeRun(t, w, run, newDice(1).records(10))
	if asked != entry.Files {
		t.Errorf("summarised %+v, stored %+v", asked, entry.Files)
	}
	f, err := readRunFile(entry.Files.RunJSON)
	if err != nil {
		t.Fatal(err)
	}
	if f.Schema != SchemaVersion || f.Definitions != DefinitionsVersion || !reflect.DeepEqual(f.Summary, summary) {
		t.Errorf("got schema %d, definitions %d, summary %+v", f.Schema, f.Definitions, f.Summary)
	}
	run.RunID, run.Status = entry.Run.RunID, RunComplete
	if !reflect.DeepEqual(f.Run, run) {
		t.Errorf("got run %+v, want %+v", f.Run, run)
	}
	for _, name := range []string{requestsFile, tokensFile, textsFile} {
		state, size := f.Files[name], fileSize(t, filepath.Join(entry.Files.Dir, name))
		if state.Bytes != size || len(state.SHA256) != 64 {
			t.Errorf("%s has %d bytes, run.json says %+v", name, size, state)
		}
	}
	if f.Files[requestsFile].Rows != 10 || f.Files[tokensFile].Rows != 10 {
		t.Errorf("run.json says rows %+v", f.Files)
	}
}

func fileSize(t testing.TB, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// TestFailedSummary keeps a run whose summary cannot be made.
func TestFailedSummary(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fails := func(context.Context, Run, Files) (*Summary, error) { return nil, errors.New("out of luck") }
	w, n := openAt(t, dir, Options{Summarise: fails})
	id := storeRun(t, w, sampleRun(""), newDice(1).records(2)).Run.RunID
	n.want(t, "out of luck")
	w, n = openAt(t, dir, Options{Summarise: func(context.Context, Run, Files) (*Summary, error) { return fullSummary(1), nil }})
	entry, err := w.Resolve(t.Context(), id)
	if err != nil || entry.Summary == nil {
		t.Fatalf("got summary %v, error %v", entry.Summary, err)
	}
	n.want(t)
}

func TestBeginIDs(t *testing.T) {
	t.Parallel()
	w, _ := openAt(t, filepath.Join(t.TempDir(), "new", "warehouse"), Options{})
	stored := storeRun(t, w, sampleRun("stored"), newDice(1).records(1))
	going, err := w.Begin(t.Context(), sampleRun("going"))
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{
		stored.Run.RunID: "the run is in the warehouse already",
		"going":          "the run is in the warehouse already",
		"latest":         "cannot be a run id",
		"a/b":            "cannot be a run id",
		"../x":           "cannot be a run id",
		".x":             "cannot be a run id",
	} {
		if _, err := w.Begin(t.Context(), sampleRun(id)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Begin(%q) gave %v, want an error with %q", id, err, want)
		}
	}
	if err := going.Abort(); err != nil {
		t.Fatal(err)
	}
	again, err := w.Begin(t.Context(), sampleRun("going"))
	if err != nil {
		t.Fatalf("after Abort: %v", err)
	}
	again.Abort()
	if left := namesIn(t, filepath.Join(w.dir, journalDir)); len(left) > 0 {
		t.Errorf("left in the journal: %q", left)
	}
}

func TestNewRunID(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 50 {
		id := NewRunID(began.Local())
		if !strings.HasPrefix(id, "20261123T173200Z-") || len(id) != len("20261123T173200Z-k3v9") || checkRunID(id) != nil {
			t.Fatalf("got id %q", id)
		}
		seen[id] = true
	}
	if len(seen) < 45 {
		t.Errorf("50 ids of one second, only %d differ", len(seen))
	}
}

// TestFailedWrite lets the disk refuse a batch: the rows are not lost, and the stream stays whole.
func TestFailedWrite(t *testing.T) {
	t.Parallel()
	w, _ := openAt(t, t.TempDir(), Options{})
	writer, err := w.Begin(t.Context(), sampleRun(""))
	if err != nil {
		t.Fatal(err)
	}
	records := newDice(1).records(30)
	if err := writer.Append(records[:10]); err != nil {
		t.Fatal(err)
	}
	good := writer.file.file // and now one that cannot be written to
	if writer.file.file, err = os.Open(filepath.Join(writer.dir, requestsJournal)); err != nil {
		t.Fatal(err)
	}
	if err := writer.Append(records[10:20]); err == nil || !strings.Contains(err.Error(), "append to the journal of run "+writer.RunID()) {
		t.Fatalf("got %v", err)
	}
	writer.file.file.Close()
	writer.file.file = good
	if err := writer.Append(records[20:]); err != nil {
		t.Fatal(err)
	}
	run := sampleRun(writer.RunID())
	entry, err := writer.Finish(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, entry.Files); !reflect.DeepEqual(got, records) {
		t.Errorf("read %d records, want the %d appended", len(got), len(records))
	}
}

func TestAppendAfterTheEnd(t *testing.T) {
	t.Parallel()
	w, _ := openAt(t, t.TempDir(), Options{})
	writer, err := w.Begin(t.Context(), sampleRun(""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := writer.Finish(t.Context(), sampleRun("another")); err == nil {
		t.Error("a run was finished under another id")
	}
	if _, err := writer.Finish(t.Context(), sampleRun(writer.RunID())); err != nil {
		t.Fatal(err)
	}
	if err := writer.Append(newDice(1).records(1)); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Append after Finish gave %v", err)
	}
	if err := writer.Abort(); err != nil {
		t.Errorf("Abort after Finish gave %v", err)
	}
	wantIDs(t, w, writer.RunID())
}

// TestFinishAgain stops Finish by its context and lets the next one do it.
func TestFinishAgain(t *testing.T) {
	t.Parallel()
	w, _ := openAt(t, t.TempDir(), Options{})
	writer, err := w.Begin(t.Context(), sampleRun(""))
	if err != nil {
		t.Fatal(err)
	}
	records := newDice(1).records(5)
	if err := writer.Append(records); err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := writer.Finish(stopped, sampleRun(writer.RunID())); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	wantIDs(t, w)
	run := sampleRun(writer.RunID())
	run.Status = RunInterrupted
	entry, err := writer.Finish(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	if entry.Run.Status != RunInterrupted || len(readAll(t, entry.Files)) != len(records) {
		t.Errorf("got %+v", entry)
	}
	want := []string{requestsFile, runJSONFile, textsFile, tokensFile}
	if names := namesIn(t, entry.Files.Dir); !slices.Equal(names, want) {
		t.Errorf("run has files %q, want %q", names, want)
	}
}

// TestManyAtOnce has two warehouses of one directory write, list and edit at the same time.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const each = 6
	var group sync.WaitGroup
	for side := range 2 {
		w, n := openAt(t, dir, Options{})
		group.Go(func() {
			for i := range each {
				run := sampleRun(fmt.Sprintf("run-%d-%d", side, i))
				run.TP = new(int64(i % 2))
				writer, err := w.Begin(t.Context(), run)
				if err != nil {
					t.Error(err)
					return
				}
				records := newDice(uint64(i)).records(20)
				if err := errors.Join(writer.Append(records[:10]), writer.Append(records[10:])); err != nil {
					t.Error(err)
				}
				if _, err := writer.Finish(t.Context(), run); err != nil {
					t.Error(err)
				}
				if err := w.UpdateRun(t.Context(), run.RunID, func(r *Run) { r.Note = new("seen") }); err != nil {
					t.Error(err)
				}
			}
			if said := n.take(); len(said) > 0 {
				t.Errorf("notes: %q", said)
			}
		})
	}
	group.Wait()
	w, n := openAt(t, dir, Options{})
	runs, err := w.Runs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) != 2*each {
		t.Errorf("got %d runs, want %d", len(runs), 2*each)
	}
	for _, e := range runs {
		if e.Run.Note == nil || len(readAll(t, e.Files)) != 20 {
			t.Errorf("run %s is not whole", e.Run.RunID)
		}
	}
	n.want(t)
}

func TestFileInPlaceOfWarehouse(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), file, Options{})
	if want := "open warehouse " + file + ": it is a file, not a directory; name another with --warehouse"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := Open(t.Context(), filepath.Join(file, "below"), Options{}); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("below a file: got %v", err)
	}
	taken, _ := openAt(t, filepath.Join(t.TempDir(), "later"), Options{})
	if err := os.WriteFile(taken.dir, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := taken.Begin(t.Context(), sampleRun("")); err == nil || !strings.Contains(err.Error(), "is a file, not a directory") {
		t.Errorf("a file since Open: got %v", err)
	}
}

// TestRowGroups bounds what a row group holds, by rows and by chunks.
func TestRowGroups(t *testing.T) {
	t.Parallel()
	w, _ := openAt(t, t.TempDir(), Options{})
	records := make([]*Record, 4500)
	for i := range records {
		records[i] = &Record{Request: Request{RequestID: int64(i), Phase: PhaseMeasured, Status: StatusOK}}
	}
	many := make([]int64, tokenGroupChunks/2)
	for i := range 4 {
		records[i].TNS = many
	}
	entry := storeRun(t, w, sampleRun(""), records)
	groups := rowGroups(t, entry.Files.Tokens)
	// Two lists fill a group; the rest of the rows come 2,000 at a time or less.
	if len(groups) < 4 || slices.Max(groups) > tokenGroupRows || groups[0] > 2 {
		t.Errorf("tokens.parquet has row groups of %d rows", groups)
	}
	if groups := rowGroups(t, entry.Files.Requests); len(groups) != 1 {
		t.Errorf("requests.parquet has row groups of %d rows", groups)
	}
}
