package store

import (
	"fmt"
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
		SessionID: d.string(), Turn: d.int(), SessionTurns: d.int(),
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

// fullRun fills every column of a run.
func fullRun(i int) Run {
	run := sampleRun(fmt.Sprintf("%s-%04x", began.Add(time.Duration(i)*time.Minute).Format(runIDTime), i))
	run.BeganAt = began.Add(time.Duration(i) * time.Minute)
	run.Status, run.TP, run.Model = RunComplete, new(int64(1)<<(i%4)), new(fmt.Sprintf("Qwen2.5-%dB", 7*(1+i%3)))
	run.Name = new(fmt.Sprintf("sweep-%d", i))
	run.DurationNS, run.DCUCount, run.PP, run.DP = new(int64(i)), new(int64(8)), new(int64(1)), new(int64(1))
	run.DType, run.Engine, run.EngineVersion, run.Backend = new("bfloat16"), new("vllm"), new("0.8.5"), new("openai")
	run.BaseURL, run.Env = new("http://127.0.0.1:8000"), new(`{"HIP_VISIBLE_DEVICES":"0,1"}`)
	run.Dataset, run.DatasetPath, run.NumPrompts = new("random"), new("/data/d.json"), new(int64(1000))
	run.RequestRate, run.Burstiness, run.MaxConcurrency = new(Rate(float64(i)/8)), new(Rate(1)), new(int64(64))
	run.Seed, run.IgnoreEOS, run.Sampling = new(int64(i)), new(i%2 == 0), new(`{"temperature":0}`)
	run.Workload, run.WorkloadID = new(`{"input":1024,"output":128}`), new(fmt.Sprintf("%016x", i/7))
	run.Tokenizer, run.SLO, run.Flags = new("server"), new(`{"ttft":100}`), new(fmt.Sprintf(`{"seed":%d,"model":"Qwen"}`, i))
	run.Completed, run.Failed = new(int64(990)), new(int64(10))
	run.PrefixQueryTokens, run.PrefixHitTokens = new(int64(4096+i)), new(int64(i))
	run.LagP50NS, run.LagP99NS, run.LagMaxNS = new(int64(5000+i)), new(int64(90000+i)), new(int64(900000+i))
	run.SchedP99NS, run.GCPauseMaxNS, run.ClientCPU = new(int64(i)), new(int64(i)), new(float64(i)/1e5)
	run.QueueHighWater, run.ClientVerdict, run.Findings = new(int64(3)), new("ok"), new("[]")
	run.WriteNS, run.WriteMaxNS = new(int64(12_000+i)), new(int64(1000))
	run.Tags, run.Note, run.Extra = map[string]string{"rack": fmt.Sprint(i % 5), "why": "sweep"}, new("a note"), new("{}")
	return run
}

// fullSummary fills every column of a summary.
func fullSummary(x float64) *Summary {
	s := &Summary{Completed: int64(x), Failed: 1}
	fillPointers(s, x)
	return s
}

// streamed makes requests as a server streams them: a first token after some 150 ms, then one about every 20 ms with
// noise in the nanoseconds, a stall now and then, and a few chunks of several tokens.
func (d dice) streamed(requests, chunks int) []*Record {
	records := make([]*Record, requests)
	for i := range records {
		sent := int64(i) * 3_000_000
		r := &Record{Request: Request{
			RequestID: int64(i), Phase: PhaseMeasured, IntendedNS: Int(sent - 1000), SlotNS: Int(sent - 1000), SentNS: Int(sent),
			WroteNS: Int(sent + 20_000 + d.Int64N(9000)), Status: StatusOK, HTTPStatus: Int(200),
			ConnectionReused: NullBool{V: true, Valid: true}, PromptTokens: Int(1024), OutputTokens: Int(int64(chunks)),
			PromptTokensSource: String(CountedByUsage), OutputTokensSource: String(CountedByUsage), AskedTokens: Int(int64(chunks)),
			FinishReason: String("length"), Chunks: int64(chunks), Bytes: int64(chunks) * 210,
		}}
		r.TNS, r.NTokens = make([]int64, chunks), make([]int32, chunks)
		at := 100_000_000 + int64(d.ExpFloat64()*50e6)
		for c := range chunks {
			r.TNS[c], r.NTokens[c] = at, 1
			at += int64(20e6 * (1 + 0.1*d.NormFloat64()))
			if d.IntN(100) == 0 {
				at += int64(d.ExpFloat64() * 100e6)
			}
			if d.IntN(50) == 0 {
				r.NTokens[c] = 2 + d.Int32N(3)
			}
		}
		r.OddChunk, r.OddKind = []int32{0, int32(chunks - 1)}, []Kind{KindRole, KindFinish}
		r.FirstByteNS, r.FirstTokenNS = Int(sent+r.TNS[0]), Int(sent+r.TNS[0])
		r.LastTokenNS, r.DoneNS = Int(sent+at), Int(sent+at+10_000)
		records[i] = r
	}
	return records
}
