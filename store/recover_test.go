package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// childEnv names the warehouse that this test binary, started again, writes to until it is killed or its standard
// input ends; hostEnv the host that it then takes itself to be on.
const (
	childEnv = "LLMBENCH_STORE_TEST_CHILD"
	hostEnv  = "LLMBENCH_STORE_TEST_HOST"
)

// children are what this test binary does instead of testing, by the variable that tells it to.
var children = map[string]func(value string) (exit int){childEnv: writeAsChild}

func TestMain(m *testing.M) {
	for name, do := range children {
		if value := os.Getenv(name); value != "" {
			os.Exit(do(value))
		}
	}
	os.Exit(m.Run())
}

func writeAsChild(dir string) (exit int) {
	if host := os.Getenv(hostEnv); host != "" {
		here = func() place { return place{Host: host} }
	}
	if err := writeUntilTold(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// writeUntilTold appends batches, and prints a line after each. At the end of standard input it finishes the run and
// prints its id.
func writeUntilTold(dir string) error {
	told := make(chan struct{})
	go func() {
		io.Copy(io.Discard, os.Stdin)
		close(told)
	}()
	w, err := Open(context.Background(), dir, Options{Warn: func(note string) { fmt.Fprintln(os.Stderr, note) }})
	if err != nil {
		return err
	}
	writer, err := w.Begin(context.Background(), sampleRun("killed"))
	if err != nil {
		return err
	}
	d := newDice(9)
	for id := int64(0); ; id++ {
		select {
		case <-told:
			entry, err := writer.Finish(context.Background(), sampleRun("killed"))
			fmt.Println("finished", entry.Run.RunID)
			return err
		default:
		}
		if err := writer.Append([]*Record{d.record(id)}); err != nil {
			return err
		}
		fmt.Println(id)
	}
}

// deadJournal leaves a journal as a killed writer does, holding data, and gives its directory.
func deadJournal(t testing.TB, root string, run Run, data []byte) string {
	t.Helper()
	w, _ := openAt(t, root, Options{})
	writer, err := w.Begin(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	writer.end()
	if err := writer.held.abandon(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(writer.dir, requestsJournal), data, 0o666); err != nil {
		t.Fatal(err)
	}
	return writer.dir
}

// memoryDir is a folder in memory where there is such a thing: a disk takes its time to sync hundreds of small files.
func memoryDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "llmbench-test-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// TestRecoverCut cuts the journal at every 97th byte and opens the warehouse.
func TestRecoverCut(t *testing.T) {
	t.Parallel()
	d := newDice(7)
	batches := [][]*Record{d.records(3), d.records(2), d.records(4)}
	data, ends := journalOf(t, batches...)
	for cut := 0; cut < len(data); cut += 97 {
		root := memoryDir(t)
		deadJournal(t, root, sampleRun("cut"), data[:cut])
		w, n := openAt(t, root, Options{})
		want := 0
		for i, end := range ends {
			if end <= cut {
				want += len(batches[i])
			}
		}
		switch {
		case cut == 0, want > 0:
			n.want(t, map[bool]string{true: fmt.Sprintf("recovered the interrupted run cut: %d requests", want), false: "before a finished request was written down: there is nothing to recover"}[want > 0])
		default:
			n.want(t, "before a finished request was written down: there is nothing to recover; its journal is damaged in part and kept in")
		}
		if want == 0 {
			wantIDs(t, w)
			continue
		}
		entry, err := w.Resolve(t.Context(), "cut")
		if err != nil {
			t.Fatal(err)
		}
		if got := readAll(t, entry.Files); len(got) != want {
			t.Errorf("cut at %d: %d rows, want %d", cut, len(got), want)
		}
	}
}

// TestRecoveredRun sees what the rows tell of a run whose collector did not live to say it.
func TestRecoveredRun(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	rows := []*Record{
		{Request: Request{Phase: PhaseWarmup, Status: StatusOK, DoneNS: Int(9e9)}},
		{Request: Request{Phase: PhaseMeasured, Status: StatusOK, DoneNS: Int(5e9)}},
		{Request: Request{Phase: PhaseMeasured, Status: StatusOK, DoneNS: Int(7e9)}},
		{Request: Request{Phase: PhaseMeasured, Status: StatusCancelled}},
	}
	data, _ := journalOf(t, rows)
	run := sampleRun("lost")
	run.Name, run.NumPrompts = new("the name"), new(int64(100))
	deadJournal(t, root, run, data)
	w, _ := openAt(t, root, Options{Summarise: func(context.Context, Run, Files) (*Summary, error) { return fullSummary(2), nil }})
	entry, err := w.Resolve(t.Context(), "lost")
	if err != nil {
		t.Fatal(err)
	}
	run.Status, run.Completed, run.Failed, run.DurationNS = RunInterrupted, new(int64(2)), new(int64(1)), new(int64(7e9))
	if !reflect.DeepEqual(entry.Run, run) || entry.Summary == nil {
		t.Errorf("got %+v, summary %v\nwant %+v", entry.Run, entry.Summary, run)
	}
}

// TestRecoverFinishing lets Finish fail for want of a place to put the files: the run is recovered as what it was.
func TestRecoverFinishing(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	events := filepath.Join(root, eventsDir)
	if err := os.WriteFile(events, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	w, _ := openAt(t, root, Options{})
	writer, err := w.Begin(t.Context(), Run{})
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Append(newDice(1).records(4)); err != nil {
		t.Fatal(err)
	}
	run := fullRun(1)
	run.RunID = writer.RunID()
	_, err = writer.Finish(t.Context(), run)
	if err == nil || !strings.Contains(err.Error(), "its rows are kept in "+filepath.Join(root, journalDir, run.RunID)) {
		t.Fatalf("got %v", err)
	}
	if err := errors.Join(writer.Abort(), os.Remove(events)); err != nil {
		t.Fatal(err)
	}
	w, n := openAt(t, root, Options{})
	n.want(t, "recovered the complete run "+run.RunID+": 4 requests")
	entry, err := w.Resolve(t.Context(), run.RunID)
	if err != nil || !reflect.DeepEqual(entry.Run, run) {
		t.Errorf("got %+v, %v\nwant %+v", entry.Run, err, run)
	}
}

// TestRecoverAfterPublishing meets the journal of a run that was stored already: the writer died before removing it.
func TestRecoverAfterPublishing(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	w, _ := openAt(t, root, Options{})
	entry := storeRun(t, w, sampleRun("done"), newDice(1).records(6))
	data, _ := journalOf(t, newDice(1).records(6))
	left := filepath.Join(root, journalDir, "done")
	if err := os.Rename(deadJournal(t, root, sampleRun("done-2"), data), left); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(entry.Files.RunJSON)
	if err != nil {
		t.Fatal(err)
	}
	w, n := openAt(t, root, Options{})
	n.want(t)
	wantIDs(t, w, "done")
	if after, err := os.ReadFile(entry.Files.RunJSON); err != nil || string(after) != string(before) {
		t.Errorf("run.json changed: %s, %v", after, err)
	}
	if names := namesIn(t, filepath.Dir(left)); len(names) > 0 {
		t.Errorf("left in the journal: %q", names)
	}
}

// TestRecoverWithoutRunJSON keeps the rows under what the id tells.
func TestRecoverWithoutRunJSON(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	data, _ := journalOf(t, newDice(1).records(3))
	dir := deadJournal(t, root, sampleRun("20261123T173200Z-k3v9"), data)
	if err := os.WriteFile(filepath.Join(dir, runJSONFile), []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	w, n := openAt(t, root, Options{})
	n.want(t, "run.json is no good", "recovered the interrupted run 20261123T173200Z-k3v9: 3 requests")
	entry, err := w.Resolve(t.Context(), "latest")
	if err != nil || !entry.Run.BeganAt.Equal(began) || !strings.Contains(entry.Files.Dir, "model="+unknownPartition) {
		t.Errorf("got %+v, %v", entry, err)
	}
}

// TestRecoverDamaged keeps what could not be read, out of the way.
func TestRecoverDamaged(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	d := newDice(1)
	data, ends := journalOf(t, d.records(3), d.records(4), d.records(5))
	data[ends[1]-1] ^= 1 // in the body of the second batch
	deadJournal(t, root, sampleRun("hurt"), data)
	w, n := openAt(t, root, Options{})
	n.want(t, "recovered the interrupted run hurt: 8 requests; its journal is damaged in part and kept in")
	wantIDs(t, w, "hurt")
	names := namesIn(t, filepath.Join(root, journalDir))
	if len(names) != 1 || !strings.HasPrefix(names[0], ".damaged-hurt-") {
		t.Errorf("left in the journal: %q", names)
	}
	_, n = openAt(t, root, Options{Now: func() time.Time { return time.Now().Add(time.Hour) }})
	n.want(t)
	if again := namesIn(t, filepath.Join(root, journalDir)); !reflect.DeepEqual(again, names) {
		t.Errorf("the damaged journal became %q", again)
	}
}

// TestRecoverNewer leaves a journal of a newer llmbench for a newer llmbench.
func TestRecoverNewer(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	columns := append(append([]journalColumn[Record](nil), journalColumns...), intColumn("flux", func(r *Record) *int64 { return &r.Bytes }))
	dir := deadJournal(t, root, sampleRun("future"), journalWith(t, columns, newDice(1).record(0)))
	w, n := openAt(t, root, Options{})
	n.want(t, "run future was interrupted and could not be recovered (read the journal: written by a newer llmbench")
	wantIDs(t, w)
	if _, err := os.Stat(filepath.Join(dir, requestsJournal)); err != nil {
		t.Error(err)
	}
}

// TestAbortWithRows leaves the rows to the next Open.
func TestAbortWithRows(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	w, _ := openAt(t, root, Options{})
	writer, err := w.Begin(t.Context(), sampleRun("given-up"))
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Append(newDice(1).records(2)); err != nil {
		t.Fatal(err)
	}
	if err := writer.Abort(); err != nil {
		t.Fatal(err)
	}
	w, n := openAt(t, root, Options{})
	n.want(t, "recovered the interrupted run given-up: 2 requests")
	wantIDs(t, w, "given-up")
}

// TestRecoverCancelled leaves everything for the next time.
func TestRecoverCancelled(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	data, _ := journalOf(t, newDice(1).records(3))
	deadJournal(t, root, sampleRun("waits"), data)
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Open(stopped, root, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	w, n := openAt(t, root, Options{})
	n.want(t, "recovered the interrupted run waits: 3 requests")
	wantIDs(t, w, "waits")
}

// TestSweep removes what a crash left of journals that never held rows, once it is old.
func TestSweep(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, name := range []string{".new-a-1234", ".done-b-1234", ".damaged-c-1234", ".other"} {
		if err := os.MkdirAll(filepath.Join(root, journalDir, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	openAt(t, root, Options{})
	if names := namesIn(t, filepath.Join(root, journalDir)); len(names) != 4 {
		t.Errorf("young ones: %q are left", names)
	}
	openAt(t, root, Options{Now: func() time.Time { return time.Now().Add(time.Hour) }})
	if names := namesIn(t, filepath.Join(root, journalDir)); !reflect.DeepEqual(names, []string{".damaged-c-1234", ".other"}) {
		t.Errorf("old ones: %q are left", names)
	}
}
