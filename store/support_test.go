package store

import (
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var began = time.Date(2026, 11, 23, 17, 32, 0, 0, time.UTC)

// notes gathers what a warehouse warns of.
type notes struct {
	mu   sync.Mutex
	list []string
}

func (n *notes) warn(note string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.list = append(n.list, note)
}

// take gives the notes so far and forgets them.
func (n *notes) take() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := n.list
	n.list = nil
	return list
}

// want fails unless there is exactly one note per fragment, in order, with the fragment in it.
func (n *notes) want(t *testing.T, fragments ...string) {
	t.Helper()
	got := n.take()
	if len(got) != len(fragments) {
		t.Fatalf("got notes %q, want %d like %q", got, len(fragments), fragments)
	}
	for i, fragment := range fragments {
		if !strings.Contains(got[i], fragment) {
			t.Errorf("note %q does not say %q", got[i], fragment)
		}
	}
}

// openAt opens the warehouse in dir until the test ends.
func openAt(t testing.TB, dir string, opts Options) (*Warehouse, *notes) {
	t.Helper()
	n := &notes{}
	if opts.Warn == nil {
		opts.Warn = n.warn
	}
	if opts.ToolVersion == "" {
		opts.ToolVersion = "test"
	}
	w, err := Open(t.Context(), dir, opts)
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

// sampleRun is a run like any other.
func sampleRun(id string) Run {
	return Run{
		RunID: id, Source: "collect", BeganAt: began, TimeBase: "process", ToolVersion: "test",
		DCU: new("K100_AI"), TP: new(int64(8)), Model: new("Qwen2.5-72B"),
	}
}

// store writes a finished run of the records.
func storeRun(t testing.TB, w *Warehouse, run Run, records []*Record) Entry {
	t.Helper()
	writer, err := w.Begin(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Append(records); err != nil {
		t.Fatal(err)
	}
	run.RunID, run.Status = writer.RunID(), RunComplete
	entry, err := writer.Finish(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	return entry
}

// dice makes records of every shape from a seed.
type dice struct{ *rand.Rand }

func newDice(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 1))} }

func (d dice) int() NullInt {
	switch d.IntN(4) {
	case 0:
		return NullInt{}
	case 1:
		return Int(0)
	}
	return Int(d.Int64() >> d.IntN(64))
}

func (d dice) string() NullString {
	words := []string{"", "a", "stop", "длинный текст", "一\x00二", strings.Repeat("x", 300)}
	if i := d.IntN(len(words) + 1); i < len(words) {
		return String(words[i])
	}
	return NullString{}
}

func (d dice) record(id int64) *Record {
	r := &Record{Request: Request{
		RequestID: id, Phase: []string{PhaseWarmup, PhaseMeasured, PhaseProbe}[d.IntN(3)], Attempt: d.int().V,
		SessionID: d.string(), Turn: d.int(),
		IntendedNS: d.int(), SlotNS: d.int(), SentNS: d.int(), WroteNS: d.int(), FirstByteNS: d.int(),
		FirstTokenNS: d.int(), LastTokenNS: d.int(), DoneNS: d.int(),
		ConnectionReused: NullBool{V: d.IntN(2) == 0, Valid: d.IntN(3) > 0},
		Status:           []string{StatusOK, StatusHTTPError, StatusCancelled}[d.IntN(3)],
		HTTPStatus:       d.int(), Error: d.string(),
		PromptTokens: d.int(), OutputTokens: d.int(), CachedTokens: d.int(),
		PromptTokensSource: d.string(), OutputTokensSource: d.string(), AskedTokens: d.int(), FinishReason: d.string(),
		Chunks: d.int().V, Bytes: d.int().V, ServerRequestID: d.string(),
	}, OutputText: d.string()}
	if !r.ConnectionReused.Valid {
		r.ConnectionReused.V = false
	}
	d.chunks(r)
	return r
}

// chunks gives the record chunks: none, one, a few or many.
func (d dice) chunks(r *Record) {
	n := []int{0, 1, 3, 40, 500}[d.IntN(5)]
	r.TNS = make([]int64, n)
	for i := range r.TNS {
		r.TNS[i] = int64(i)*20_000_000 + d.Int64N(1_000_000)
	}
	if d.IntN(2) == 0 {
		r.NTokens = make([]int32, n)
		for i := range r.NTokens {
			r.NTokens[i] = d.Int32N(4)
		}
	}
	for i := range n {
		if d.IntN(10) == 0 {
			r.OddChunk = append(r.OddChunk, int32(i))
			r.OddKind = append(r.OddKind, Kind(1+d.IntN(5)))
		}
	}
}

func (d dice) records(n int) []*Record {
	records := make([]*Record, n)
	for i := range records {
		records[i] = d.record(int64(i))
	}
	return records
}

// readAll reads the records of a run.
func readAll(t testing.TB, files Files) []*Record {
	t.Helper()
	var records []*Record
	for r, err := range ReadRecords(files) {
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	return records
}

// runIDs lists the runs of a warehouse.
func runIDs(t testing.TB, w *Warehouse) []string {
	t.Helper()
	entries, err := w.Runs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, e := range entries {
		ids = append(ids, e.Run.RunID)
	}
	return ids
}

func wantIDs(t testing.TB, w *Warehouse, want ...string) {
	t.Helper()
	if got := runIDs(t, w); !slices.Equal(got, want) {
		t.Fatalf("got runs %q, want %q", got, want)
	}
}

// names lists what is in a directory.
func namesIn(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// fillPointers points every nil *float64 and *int64 of a struct to a value made from x.
func fillPointers(structure any, x float64) {
	v := reflect.ValueOf(structure).Elem()
	for i := range v.NumField() {
		x = x*1.25 + 1
		switch field := v.Field(i); field.Interface().(type) {
		case *float64:
			field.Set(reflect.ValueOf(new(x)))
		case *int64:
			field.Set(reflect.ValueOf(new(int64(x))))
		}
	}
}
