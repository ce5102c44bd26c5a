package store

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
)

func TestUpdateRun(t *testing.T) {
	t.Parallel()
	root, stored := warehouseOf(t, 2)
	w, n := openAt(t, root, Options{})
	other, _ := openAt(t, root, Options{})
	wantIDs(t, other, "run-0", "run-1")
	err := w.UpdateRun(t.Context(), "run-1", func(r *Run) {
		r.Name, r.Note, r.Tags = new("best"), new("looks <good> & fast"), map[string]string{"rack": "r7"}
		r.TP = new(int64(64)) // the place of the files does not follow
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, from := range []*Warehouse{w, other} {
		entry, err := from.Resolve(t.Context(), "best")
		if err != nil {
			t.Fatal(err)
		}
		if entry.Run.RunID != "run-1" || *entry.Run.Note != "looks <good> & fast" || entry.Run.Tags["rack"] != "r7" || entry.Files != stored[1].Files {
			t.Errorf("got %+v", entry)
		}
		if got := readAll(t, entry.Files); len(got) != 3 {
			t.Errorf("read %d records", len(got))
		}
	}
	if text, err := os.ReadFile(stored[1].Files.RunJSON); err != nil || !strings.Contains(string(text), "looks <good> & fast") {
		t.Errorf("run.json is %s, %v", text, err)
	}
	n.want(t)
}

func TestUpdateRunRefused(t *testing.T) {
	t.Parallel()
	root, stored := warehouseOf(t, 1)
	w, _ := openAt(t, root, Options{})
	for _, id := range []string{"run", "run-9", "latest"} {
		if err := w.UpdateRun(t.Context(), id, func(*Run) { t.Error("called") }); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: got %v", id, err)
		}
	}
	before, err := os.ReadFile(stored[0].Files.RunJSON)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.UpdateRun(t.Context(), "run-0", func(r *Run) { r.RunID = "x" }); err == nil || !strings.Contains(err.Error(), "cannot change") {
		t.Errorf("got %v", err)
	}
	if after, err := os.ReadFile(stored[0].Files.RunJSON); err != nil || string(after) != string(before) {
		t.Errorf("run.json changed: %s, %v", after, err)
	}
}

// TestUnknownKeys edits a run.json of a later llmbench: what is not known here is carried along.
func TestUnknownKeys(t *testing.T) {
	t.Parallel()
	f := &runFile{Schema: SchemaVersion, Run: sampleRun("r"), Files: map[string]fileState{}}
	text, err := f.encode()
	if err != nil {
		t.Fatal(err)
	}
	text = []byte(strings.Replace(string(text), `"run_id"`, `"flux": {"a": [1.50]}, "run_id"`, 1))
	text = []byte(strings.Replace(string(text), `"schema"`, `"shape": "round", "schema"`, 1))
	read, err := parseRunFile(text)
	if err != nil {
		t.Fatal(err)
	}
	read.Run.Note = new("edited")
	again, err := read.encode()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Shape string
		Run   struct {
			Flux  json.RawMessage
			Note  string
			Model string
		}
	}
	if err := json.Unmarshal(again, &got); err != nil {
		t.Fatal(err)
	}
	if got.Shape != "round" || strings.Join(strings.Fields(string(got.Run.Flux)), "") != `{"a":[1.50]}` || got.Run.Note != "edited" || got.Run.Model != "Qwen2.5-72B" {
		t.Errorf("got %+v from\n%s", got, again)
	}
}

// TestLastEditSeen edits twice within one tick of a coarse clock, to the same length.
func TestLastEditSeen(t *testing.T) {
	t.Parallel()
	root, stored := warehouseOf(t, 1)
	reader, _ := openAt(t, root, Options{})
	for _, note := range []string{"a", "b", "c"} {
		err := reader.rewrite(t.Context(), stored[0], func(f *runFile) error {
			f.Run.Note = &note
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		entry, err := reader.Resolve(t.Context(), "run-0")
		if err != nil || *entry.Run.Note != note {
			t.Errorf("got note %v, want %s, %v", entry.Run.Note, note, err)
		}
	}
}

// FuzzRunFile parses anything, and what it takes is written so that it reads the same.
func FuzzRunFile(f *testing.F) {
	full := &runFile{Schema: 1, Definitions: 1, Run: fullRun(3), Summary: fullSummary(2), Files: map[string]fileState{requestsFile: {1, 2, "ab"}}}
	text, err := full.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"schema":1,"run":{"run_id":"a","began_at":"2026-11-23T17:32:00+09:00","x":1},"y":null}`))
	f.Add([]byte(`{"schema":1,"run":{"run_id":"a","request_rate":"inf"}}`))
	f.Add([]byte(`{"schema":1,"run":null}`))
	f.Add([]byte(`[]`))
	f.Add([]byte(``))
	f.Fuzz(func(t *testing.T, text []byte) {
		first, err := parseRunFile(text)
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewer) {
				t.Errorf("an error of no kind: %v", err)
			}
			return
		}
		again, err := first.encode()
		if err != nil {
			t.Skip("a year beyond what JSON can say") // time.Time refuses to marshal it
		}
		second, err := parseRunFile(again)
		if err != nil {
			t.Fatalf("written as %s: %v", again, err)
		}
		first.text, second.text = nil, nil
		if !reflect.DeepEqual(first, second) {
			t.Errorf("\n got %+v\nwant %+v", second, first)
		}
	})
}
