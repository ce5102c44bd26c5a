package store

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
)

// shardsOf stores two shards of one load; the second began 1.5 s after the first.
func shardsOf(t *testing.T, w *Warehouse) (shards []Entry, records [][]*Record) {
	t.Helper()
	for i, id := range []string{"shard-a", "shard-b"} {
		run := fullRun(i)
		run.RunID, run.BeganAt = id, began.Add(time.Duration(i)*1500*time.Millisecond)
		run.Model, run.Tags = new("m"), map[string]string{"rack": "r1", "host": id}
		run.RequestRate, run.Status = new(Rate(4)), RunComplete
		rows := newDice(uint64(i)).streamed(20, 30)
		for _, r := range rows {
			r.SessionID = String("s")
		}
		rows[3].Status, rows[3].Error = StatusStreamError, String("cut")
		retry := *rows[3]
		retry.Attempt, retry.Status = 1, StatusOK
		rows = slices.Insert(rows, 4, &retry)
		slices.SortStableFunc(rows, func(a, b *Record) int { return cmp.Compare(a.DoneNS.V, b.DoneNS.V) })
		storeRun(t, w, run, rows)
		records = append(records, rows)
	}
	shards, err := w.Find(t.Context(), "shard-a", "shard-b")
	if err != nil {
		t.Fatal(err)
	}
	return shards, records
}

// TestMerge anchors two shards by when they began: every time moves, every row is there, and what it says of the whole is
// what the rows say.
// TestUnlike names what differs, and nothing that a run does not tell.
func TestUnlike(t *testing.T) {
	t.Parallel()
	alike := Entry{Run: Run{Model: new("m"), TP: new(int64(4)), DCU: new("K100_AI")}}
	other := Entry{Run: Run{Model: new("n"), TP: new(int64(8)), DCU: new("K100_AI"), DType: new("bf16")}}
	if got := Unlike([]Entry{alike, alike, {}}); got != nil {
		t.Errorf("alike runs differ in %q", got)
	}
	if got, want := Unlike([]Entry{alike, other}), []string{"model m and n", "tp 4 and 8"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestApart: runs are apart unless all were being sent at one moment.
func TestApart(t *testing.T) {
	t.Parallel()
	run := func(id string, from, seconds time.Duration) Entry {
		return Entry{Run: Run{RunID: id, BeganAt: began.Add(from * time.Second), DurationNS: new(int64(seconds * time.Second))}}
	}
	untimed := Entry{Run: Run{RunID: "untimed", BeganAt: began.Add(time.Hour)}}
	for _, c := range []struct {
		runs []Entry
		want string
	}{
		{[]Entry{run("a", 0, 10), run("b", 9, 10)}, ""},
		{[]Entry{run("b", 5, 10), run("a", 0, 100), untimed}, ""},
		{[]Entry{untimed, untimed}, ""},
		{[]Entry{run("b", 130, 10), run("a", 0, 10)}, "a had ended 2m0s before b began"},
		{[]Entry{run("a", 0, 10), run("b", 9, 10), run("c", 18, 10)}, "a had ended 8s before c began"},
	} {
		if got := Apart(c.runs); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	w, n := openAt(t, t.TempDir(), Options{})
	shards, records := shardsOf(t, w)
	entry, err := w.Merge(t.Context(), []Entry{shards[1], shards[0]}, new("both"))
	if err != nil {
		t.Fatal(err)
	}
	n.want(t)
	got := readAll(t, entry.Files)
	if len(got) != 42 {
		t.Fatalf("%d rows, want 42", len(got))
	}
	// Undo the merge, row by row, and find each row again.
	type key struct{ shard, id, attempt int64 }
	left := make(map[key]*Record)
	for shard, rows := range records {
		for _, r := range rows {
			left[key{int64(shard), r.RequestID, r.Attempt}] = r
		}
	}
	lastDone, seen := int64(math.MinInt64), map[int64]int64{}
	for _, r := range got {
		if r.DoneNS.V < lastDone {
			t.Errorf("request %d ended at %d, the one before it at %d", r.RequestID, r.DoneNS.V, lastDone)
		}
		lastDone, seen[r.RequestID] = r.DoneNS.V, r.IntendedNS.V
		number, session, _ := strings.Cut(r.SessionID.V, ".")
		shard := int64(1 - slices.Index([]string{"0", "1"}, number)) // they were named the other way round
		undone := *r
		(&shardMove{-shard * 1_500_000_000}).apply(&undone)
		found := false
		for k, want := range left {
			undone.RequestID = want.RequestID
			undone.SessionID = String(session)
			if k.shard == shard && reflect.DeepEqual(&undone, want) {
				delete(left, k)
				found = true
				break
			}
		}
		if !found {
			t.Errorf("row %+v is no shard's", r.Request)
		}
	}
	if len(left) > 0 {
		t.Errorf("%d rows are lost", len(left))
	}
	for id := range int64(39) {
		if seen[id] > seen[id+1] {
			t.Errorf("request %d was intended after the next", id)
		}
	}
	wantMergedRun(t, entry.Run)
}

// shardMove moves times as a merge does.
type shardMove struct{ ns int64 }

func (m *shardMove) apply(r *Record) { (&shard{shiftNS: m.ns}).move(r) }

func wantMergedRun(t *testing.T, got Run) {
	t.Helper()
	if got.Source != "merge" || got.Status != RunComplete || *got.Name != "both" || !got.BeganAt.Equal(began) || !strings.HasPrefix(got.RunID, began.Format(runIDTime)) {
		t.Errorf("got %+v", got)
	}
	if *got.Completed != 40 || *got.Failed != 0 || *got.NumPrompts != 2000 || *got.RequestRate != 8 || *got.MaxConcurrency != 128 {
		t.Errorf("completed %d, failed %d, prompts %d, rate %v, concurrency %d", *got.Completed, *got.Failed, *got.NumPrompts, *got.RequestRate, *got.MaxConcurrency)
	}
	if got.Seed != nil || got.TP != nil || *got.DType != "bfloat16" || *got.LagMaxNS != 1000 || *got.LagP50NS != 1000 || *got.WriteMaxNS != 1000 || *got.WriteNS != 24001 {
		t.Errorf("got %+v", got)
	}
	if !reflect.DeepEqual(got.Tags, map[string]string{"rack": "r1"}) || *got.Extra != `{"merged":["shard-b","shard-a"]}` {
		t.Errorf("tags %v, extra %s", got.Tags, *got.Extra)
	}
	var workload struct{ Shards []map[string]int }
	if err := json.Unmarshal([]byte(*got.Workload), &workload); err != nil || len(workload.Shards) != 2 || workload.Shards[0]["input"] != 1024 {
		t.Errorf("workload %s, %v", *got.Workload, err)
	}
}

func TestMergeRefused(t *testing.T) {
	t.Parallel()
	type newRow struct {
		RunID  string `parquet:"run_id"`
		Colour string `parquet:"colour"`
	}
	tests := map[string]struct {
		spoil func(t *testing.T, shards []Entry) []Entry
		want  string
	}{
		"one alone": {func(_ *testing.T, s []Entry) []Entry { return s[:1] }, "name at least two"},
		"one twice": {func(_ *testing.T, s []Entry) []Entry { return []Entry{s[0], s[0]} }, "it is named twice"},
		"no clock":  {func(_ *testing.T, s []Entry) []Entry { s[1].Run.TimeBase = "relative"; return s }, "its times are relative"},
		"no tokens": {func(_ *testing.T, s []Entry) []Entry { s[1].Files.Tokens = ""; return s }, "its files are not whole"},
		"columns of the future": {func(t *testing.T, s []Entry) []Entry {
			if err := parquet.WriteFile(s[1].Files.Requests, []newRow{{"x", "red"}}); err != nil {
				t.Fatal(err)
			}
			return s
		}, "written by a newer llmbench: column colour"},
		"damage": {func(t *testing.T, s []Entry) []Entry { flip(t, s[1].Files.Tokens, 20); return s }, "its checksum is not the one"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _ := openAt(t, t.TempDir(), Options{})
			shards, _ := shardsOf(t, w)
			if _, err := w.Merge(t.Context(), test.spoil(t, shards), nil); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			wantIDs(t, w, "shard-a", "shard-b")
			if _, err := os.Stat(w.dir); err != nil {
				t.Error(err)
			}
			if left, err := os.ReadDir(w.dir + "/" + journalDir); err != nil && !errors.Is(err, os.ErrNotExist) || len(left) > 0 {
				t.Errorf("left %v, %v", left, err)
			}
		})
	}
}
