package store

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
)

// aHost opens a warehouse in the store as another host does, or the same again where dir is given.
func aHost(t *testing.T, objects Objects, dir string, opts Options) (*Warehouse, *notes) {
	t.Helper()
	dir = cmp.Or(dir, t.TempDir())
	n := &notes{}
	opts.Warn, opts.ToolVersion = n.warn, "test"
	w, err := OpenObjects(t.Context(), "s3://bench/lab", objects, Places{filepath.Join(dir, "cache"), filepath.Join(dir, "staging")}, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w, n
}

// TestRemoteRun sends a run from one host and reads it on another, which fetches its files once.
func TestRemoteRun(t *testing.T) {
	t.Parallel()
	objects := newMemoryObjects()
	w, n := aHost(t, objects, "", Options{})
	wantIDs(t, w)
	records := newDice(1).records(20)
	entry := storeRun(t, w, sampleRun("run-1"), records)
	n.want(t)
	if got := readAll(t, entry.Files); !reflect.DeepEqual(got, records) || !strings.HasPrefix(entry.Files.Dir, w.dir) {
		t.Errorf("%d rows in %s", len(got), entry.Files.Dir)
	}
	if left := namesIn(t, filepath.Join(w.remote.staging.dir, eventsDir)); len(left) > 0 {
		t.Errorf("left in the staging: %q", left)
	}
	dir := "events/dcu=K100_AI/tp=8/model=Qwen2.5-72B/run_id=run-1/"
	if keys := objects.keys(""); !slices.Equal(keys, []string{dir + requestsFile, dir + runJSONFile, dir + textsFile, dir + tokensFile, catalogueFile}) {
		t.Errorf("the store has %q", keys)
	}

	other, n := aHost(t, objects, "", Options{})
	wantIDs(t, other, "run-1")
	objects.take("")
	for range 2 {
		got, err := other.Resolve(t.Context(), "run-1")
		if err != nil || !reflect.DeepEqual(readAll(t, got.Files), records) {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
	if asked := objects.take("get " + dir); !slices.Equal(asked, []string{"get " + dir + runJSONFile, "get " + dir + requestsFile, "get " + dir + tokensFile, "get " + dir + textsFile, "get " + dir + runJSONFile}) {
		fetched := map[string]int{}
		for _, line := range asked {
			fetched[line]++
		}
		if len(asked) != 5 || fetched["get "+dir+runJSONFile] != 2 {
			t.Errorf("asked for %q", asked)
		}
	}
	// A look at the warehouse is two requests, and an unchanged catalogue is not sent again.
	wantIDs(t, other, "run-1")
	if asked := objects.take(""); len(asked) != 2 {
		t.Errorf("asked %q", asked)
	}
	path, runs, err := other.Catalogue(t.Context())
	if rows, readErr := readCatalogue(path, everything); err != nil || readErr != nil || runs != 1 || len(rows) != 1 {
		t.Errorf("catalogue %s of %d runs, %v %v", path, runs, err, readErr)
	}
	n.want(t)
}

// TestRemoteWriters has several hosts store, edit and list at once.
func TestRemoteWriters(t *testing.T) {
	t.Parallel()
	objects := newMemoryObjects()
	const hosts, each = 4, 4
	var group sync.WaitGroup
	for h := range hosts {
		w, n := aHost(t, objects, "", Options{})
		group.Go(func() {
			for i := range each {
				run := sampleRun(fmt.Sprintf("run-%d-%d", h, i))
				writer, err := w.Begin(t.Context(), run)
				if err == nil {
					err = writer.Append(newDice(1).records(2))
				}
				if err == nil {
					_, err = writer.Finish(t.Context(), run)
				}
				if err == nil {
					err = w.UpdateRun(t.Context(), "run-0-0", func(r *Run) {
						if r.Tags == nil {
							r.Tags = map[string]string{}
						}
						r.Tags[run.RunID] = "x"
					})
				}
				if err != nil && (h == 0 || !errors.Is(err, ErrNotFound)) { // run-0-0 may not be there yet
					t.Error(err)
				}
			}
			n.want(t)
		})
	}
	group.Wait()
	w, n := aHost(t, objects, "", Options{})
	if ids := runIDs(t, w); len(ids) != hosts*each {
		t.Errorf("%d runs, want %d", len(ids), hosts*each)
	}
	entry, err := w.Resolve(t.Context(), "run-0-0")
	if err != nil || len(entry.Run.Tags) < each {
		t.Errorf("tags %v, %v", entry.Run.Tags, err)
	}
	if left := objects.keys(pendingDir); len(left) > 0 {
		t.Errorf("markers are left: %q", left)
	}
	n.want(t)
}

var errDown = errors.New("the network is down")

// TestRemoteDown cannot send a run when it is finished: it is kept, and sent by the next command. What was listed before
// is listed still.
func TestRemoteDown(t *testing.T) {
	t.Parallel()
	objects := newMemoryObjects()
	host := t.TempDir()
	w, n := aHost(t, objects, host, Options{})
	storeRun(t, w, sampleRun("before"), newDice(1).records(2))
	objects.setRefuse(func(string, string) error { return errDown })
	records := newDice(2).records(9)
	run := sampleRun("kept")
	writer, err := w.remote.staging.Begin(t.Context(), run) // a run without an id asks nobody
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Append(records); err != nil {
		t.Fatal(err)
	}
	entry, err := writer.Finish(t.Context(), run)
	if err != nil || !reflect.DeepEqual(readAll(t, entry.Files), records) {
		t.Fatalf("got %+v, %v", entry, err)
	}
	n.want(t, "run kept could not be sent (")
	wantIDs(t, w, "before")
	n.want(t, "s3://bench/lab cannot be reached, so what is listed is what was last seen of it: the network is down")
	w, n = aHost(t, objects, host, Options{})
	wantIDs(t, w, "before")
	n.want(t, "run kept waits in ", "cannot be reached")
	stranger, _ := aHost(t, objects, "", Options{})
	if _, err := stranger.Runs(t.Context()); !errors.Is(err, errDown) {
		t.Errorf("who has never seen it: %v", err)
	}
	objects.setRefuse(nil)
	w, n = aHost(t, objects, host, Options{})
	n.want(t, "sent run kept to s3://bench/lab")
	wantIDs(t, w, "before", "kept")
	got, err := w.Resolve(t.Context(), "kept")
	if err != nil || !reflect.DeepEqual(readAll(t, got.Files), records) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestRemoteDeadWriter lets a writer die at each of its requests: a run is listed whole or not at all, in every case, and
// the next command of its host completes it.
func TestRemoteDeadWriter(t *testing.T) {
	t.Parallel()
	for dieAt := range 14 {
		objects := newMemoryObjects()
		before, _ := aHost(t, objects, "", Options{})
		storeRun(t, before, sampleRun("before"), newDice(1).records(2))
		host := t.TempDir()
		w, _ := aHost(t, objects, host, Options{})
		n := 0
		objects.setRefuse(func(string, string) error {
			if n++; n > dieAt {
				return errDown
			}
			return nil
		})
		records := newDice(3).records(5)
		writer, err := w.remote.staging.Begin(t.Context(), sampleRun("second"))
		if err == nil {
			err = writer.Append(records)
		}
		if err == nil {
			_, err = writer.Finish(t.Context(), sampleRun("second"))
		}
		if err != nil {
			t.Fatal(err)
		}
		objects.setRefuse(nil)
		other, said := aHost(t, objects, "", Options{})
		if ids := runIDs(t, other); !slices.Equal(ids, []string{"before"}) && !slices.Equal(ids, []string{"before", "second"}) {
			t.Errorf("died at request %d: %q", dieAt, ids)
		}
		for _, id := range runIDs(t, other) {
			if e, err := other.Resolve(t.Context(), id); err != nil || len(readAll(t, e.Files)) == 0 {
				t.Errorf("died at request %d: run %s %+v, %v", dieAt, id, e, err)
			}
		}
		said.want(t)
		again, _ := aHost(t, objects, host, Options{})
		wantIDs(t, again, "before", "second")
		if e, err := again.Resolve(t.Context(), "second"); err != nil || !reflect.DeepEqual(readAll(t, e.Files), records) {
			t.Errorf("died at request %d: %v", dieAt, err)
		}
		// A day later the markers that are left are cleared away by whoever writes.
		later, _ := aHost(t, objects, "", Options{Now: func() time.Time { return time.Now().Add(24 * time.Hour) }})
		storeRun(t, later, sampleRun("third"), newDice(1).records(1))
		if left := objects.keys(pendingDir); len(left) > 0 {
			t.Errorf("died at request %d: left %q", dieAt, left)
		}
		wantIDs(t, again, "before", "second", "third")
	}
}

// TestRemoteCatalogue loses the catalogue in every way.
func TestRemoteCatalogue(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		spoil func(objects *memoryObjects)
		notes []string
	}{
		"deleted": {func(o *memoryObjects) { delete(o.objects, catalogueFile) }, nil},
		"damaged": {func(o *memoryObjects) {
			o.change(catalogueFile, func(text []byte) []byte { return text[:len(text)/2] })
		},
			[]string{"s3://bench/lab/runs.parquet cannot be used (damaged"}},
		"of another version": {func(o *memoryObjects) {
			o.change(catalogueFile, func([]byte) []byte { return strangerFile() })
		}, []string{"s3://bench/lab/runs.parquet cannot be used (written by another version)"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			objects := newMemoryObjects()
			writer, _ := aHost(t, objects, "", Options{})
			for i := range 3 {
				storeRun(t, writer, sampleRun(fmt.Sprintf("run-%d", i)), newDice(1).records(2))
			}
			test.spoil(objects)
			for range 2 {
				w, n := aHost(t, objects, "", Options{})
				wantIDs(t, w, "run-0", "run-1", "run-2")
				n.want(t, test.notes...)
				test.notes = nil // it was made anew
			}
			wantIDs(t, writer, "run-0", "run-1", "run-2")
		})
	}
}

// TestRemoteRemoveAndCopy copies runs between a folder and the store, and removes them.
func TestRemoteRemoveAndCopy(t *testing.T) {
	t.Parallel()
	root, stored := warehouseOf(t, 3)
	local, _ := openAt(t, root, Options{})
	objects := newMemoryObjects()
	w, n := aHost(t, objects, "", Options{})
	runs, err := local.Find(t.Context(), "run-0", "run-1", "run-2")
	if err != nil {
		t.Fatal(err)
	}
	push := func() (copied int, err error) {
		err = w.Receive(t.Context(), runs, func(_ Entry, isNew bool) {
			if isNew {
				copied++
			}
		})
		return copied, err
	}
	if copied, err := push(); err != nil || copied != 3 {
		t.Fatalf("%d copied, %v", copied, err)
	}
	if copied, err := push(); err != nil || copied != 0 {
		t.Errorf("again: %d copied, %v", copied, err)
	}
	if lacking, err := w.Lacks(t.Context(), runs); err != nil || len(lacking) > 0 {
		t.Errorf("it lacks %v, %v", lacking, err)
	}
	objects.change(runs[0].dir+"/"+tokensFile, func(text []byte) []byte { return text[:10] })
	if lacking, err := w.Lacks(t.Context(), runs); err != nil || len(lacking) != 1 {
		t.Errorf("with a file cut it lacks %v, %v", lacking, err)
	}
	there, err := w.Find(t.Context(), "run-0")
	if err == nil {
		err = w.Remove(t.Context(), there)
	}
	if err != nil || len(objects.keys(there[0].dir)) > 0 {
		t.Fatalf("left %q, %v", objects.keys(there[0].dir), err)
	}
	wantIDs(t, w, "run-1", "run-2")

	other, _ := aHost(t, objects, "", Options{})
	there, err = other.Find(t.Context(), "run-1")
	if err == nil {
		err = other.Fetch(t.Context(), there)
	}
	if err != nil {
		t.Fatal(err)
	}
	back, _ := openAt(t, t.TempDir(), Options{})
	if err := back.Receive(t.Context(), there, func(Entry, bool) {}); err != nil {
		t.Fatal(err)
	}
	entry, err := back.Resolve(t.Context(), "run-1")
	if err != nil || readText(t, entry.Files.Tokens) != readText(t, stored[1].Files.Tokens) {
		t.Errorf("pulled %+v, %v", entry, err)
	}
	n.want(t)
}

// TestRemoteVerify names what is wrong in the store, whatever the cache has.
func TestRemoteVerify(t *testing.T) {
	t.Parallel()
	objects := newMemoryObjects()
	w, n := aHost(t, objects, "", Options{})
	for i := range 3 {
		storeRun(t, w, sampleRun(fmt.Sprintf("run-%d", i)), newDice(1).records(4))
	}
	find := func() []string {
		t.Helper()
		findings, err := w.Verify(t.Context(), noProgress)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, f := range findings {
			lines = append(lines, fmt.Sprintf("%s %v: %s", strings.TrimPrefix(f.Path, "s3://bench/lab/events/dcu=K100_AI/tp=8/model=Qwen2.5-72B/"), f.Leftover, f.What))
		}
		return lines
	}
	if got := find(); len(got) > 0 {
		t.Fatalf("of a sound warehouse: %q", got)
	}
	dir := func(run string) string { return "events/dcu=K100_AI/tp=8/model=Qwen2.5-72B/run_id=" + run + "/" }
	objects.change(dir("run-0")+tokensFile, func(text []byte) []byte { text[20] ^= 1; return text })
	delete(objects.objects, dir("run-1")+requestsFile)
	objects.change(dir("half")+tokensFile, func([]byte) []byte { return []byte("x") })
	objects.change(dir("run-2")+"notes.txt", func([]byte) []byte { return []byte("x") })
	objects.change(pendingDir+"/run-2~1000-abc", func([]byte) []byte { return []byte(strings.TrimSuffix(dir("run-2"), "/")) })
	got := find()
	want := []string{
		"run_id=half/tokens.parquet true: its run has no run.json",
		"run_id=run-0/tokens.parquet false: damaged: its checksum",
		"run_id=run-1/requests.parquet false: it is missing",
		"run_id=run-2/notes.txt true: it is no file of the run",
		"s3://bench/lab/pending/run-2~1000-abc true: left by one who died",
	}
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("got %q, want %q", got[i], want[i])
		}
	}
	fresh, said := aHost(t, objects, "", Options{})
	entries, err := fresh.ResolveAll(t.Context(), "run-0", "run-1")
	if err != nil || entries[0].Files.Tokens != "" || entries[1].Files.Requests != "" || entries[1].Files.Tokens == "" {
		t.Errorf("got %+v, %v", entries, err)
	}
	if notes := said.take(); len(notes) != 2 {
		t.Errorf("notes %q", notes)
	}
	if err := w.Recover(t.Context(), noProgress); err != nil {
		t.Fatal(err)
	}
	wantIDs(t, w, "run-0", "run-1", "run-2")
	n.want(t)
}

// strangerFile is a Parquet file that is no catalogue.
func strangerFile() []byte {
	type row struct {
		RunID string `parquet:"run_id"`
	}
	var text bytes.Buffer
	if err := parquet.Write(&text, []row{{"x"}}); err != nil {
		panic(err)
	}
	return text.Bytes()
}
