package store

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

// fixtureDir holds a small warehouse as the first llmbench of that schema version left it: a finished run, as a server
// streams, and one of every odd shape in the journal, whose writer died. Beside them is what rows they must give.
func fixtureDir(version int) string {
	return filepath.Join("testdata", fmt.Sprintf("schema-%d", version))
}

const (
	fixtureDone = "20261123T173200Z-d0ne"
	fixtureDead = "20261123T180000Z-dead"
)

// makeFixture writes the fixture of today's version. Once it is committed it is never written again.
func makeFixture(t *testing.T, dir string) {
	t.Helper()
	warehouse := filepath.Join(dir, "warehouse")
	streamed, odd := newDice(1).streamed(40, 20), newDice(1).records(24)
	w, _ := openAt(t, warehouse, Options{})
	run := fullRun(1)
	run.RunID = fixtureDone
	storeRun(t, w, run, streamed)
	dead := sampleRun(fixtureDead)
	dead.Name = new("dead")
	data, _ := journalOf(t, odd[:12], odd[12:])
	deadJournal(t, warehouse, dead, data)
	writeLines(t, filepath.Join(dir, fixtureDone+".jsonl"), streamed)
	writeLines(t, filepath.Join(dir, fixtureDead+".jsonl"), odd)
}

func writeLines(t *testing.T, path string, records []*Record) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := json.NewEncoder(file)
	for _, record := range records {
		err = errors.Join(err, lines.Encode(record))
	}
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
}

func readLines(t *testing.T, path string) (records []*Record) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		r := new(Record)
		if err := json.Unmarshal(lines.Bytes(), r); err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	return records
}

// TestEveryVersion opens what each version of the schema wrote, recovers its journal, and reads every row.
func TestEveryVersion(t *testing.T) {
	t.Parallel()
	for version := 1; version <= SchemaVersion; version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			t.Parallel()
			dir := fixtureDir(version)
			if _, err := os.Stat(dir); *update && version == SchemaVersion && err != nil {
				makeFixture(t, dir)
			}
			root := filepath.Join(t.TempDir(), "warehouse")
			if err := os.CopyFS(root, os.DirFS(filepath.Join(dir, "warehouse"))); err != nil {
				t.Fatalf("%v; -update makes the fixture of a new version", err)
			}
			w, n := openAt(t, root, Options{Now: func() time.Time { return began.Add(24 * time.Hour) }})
			n.want(t, "recovered the interrupted run "+fixtureDead+": 24 requests")
			entries, err := w.ResolveAll(t.Context(), fixtureDone, "dead")
			if err != nil {
				t.Fatal(err)
			}
			for _, entry := range entries {
				want := readLines(t, filepath.Join(dir, entry.Run.RunID+".jsonl"))
				if got := readAll(t, entry.Files); !reflect.DeepEqual(got, want) {
					t.Errorf("run %s has %d rows, or others than the %d wanted", entry.Run.RunID, len(got), len(want))
				}
			}
			wantKeys(t, entries[0])
			wantIDs(t, w, fixtureDead, fixtureDone)
			n.want(t)
		})
	}
}

// wantKeys compares every key that the run's run.json had for the run with what was made of it.
func wantKeys(t *testing.T, entry Entry) {
	t.Helper()
	var file struct{ Run map[string]any }
	data, err := os.ReadFile(entry.Files.RunJSON)
	if err == nil {
		err = json.Unmarshal(data, &file)
	}
	read := map[string]any{}
	text, encodeErr := json.Marshal(entry.Run)
	if err := errors.Join(err, encodeErr, json.Unmarshal(text, &read)); err != nil {
		t.Fatal(err)
	}
	if len(file.Run) < 40 {
		t.Errorf("the fixture's run has %d keys; it is to have all", len(file.Run))
	}
	for key, want := range file.Run {
		if !reflect.DeepEqual(read[key], want) {
			t.Errorf("key %s: got %v, want %v", key, read[key], want)
		}
	}
}
