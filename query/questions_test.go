package query

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"llmbench/store"
)

// questionSession has two runs: a of two good requests and two failures, b of one good request.
func questionSession(t *testing.T) *Session {
	t.Helper()
	a, b := newRun("a"), newRun("b")
	a.Name, a.DurationNS, a.SLO = new("first"), new(int64(2e9)), new(`{"ttft": 100}`)
	refused := okRecord(2, 10, 0, 0, 0)
	refused.Status, refused.Error, refused.HTTPStatus = store.StatusConnectError, store.String("refused"), store.NullInt{}
	busy := okRecord(3, 1500, 0, 0, 0)
	busy.Status, busy.HTTPStatus, busy.Error = store.StatusHTTPError, store.Int(503), store.String("busy")
	busy.DoneNS, refused.DoneNS = store.Int(1600e6), store.Int(20e6)
	return openSession(t, Source{Entries: []store.Entry{
		writeRun(t, b, []store.Record{okRecord(0, 0, 40, 10, 2)}),
		writeRun(t, a, []store.Record{okRecord(0, 0, 100, 10, 3), okRecord(1, 100, 200, 20, 3), refused, busy}),
	}}, Options{})
}

func TestLatency(t *testing.T) {
	t.Parallel()
	s := questionSession(t)
	got, err := s.Latency(t.Context(), []string{"ttft", "itl"}, []float64{0, 25, 100})
	if err != nil {
		t.Fatal(err)
	}
	asked := []float64{0, 25, 100}
	want := []LatencyStats{
		{"a", "ttft", 2, 150, 150, 50, 100, 200, asked, []float64{100, 125, 200}},
		{"a", "itl", 4, 15, 15, 5, 10, 20, asked, []float64{10, 10, 20}},
		{"b", "ttft", 1, 40, 40, 0, 40, 40, asked, []float64{40, 40, 40}},
		{"b", "itl", 1, 10, 10, 0, 10, 10, asked, []float64{10, 10, 10}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	if got, err := s.Latency(t.Context(), nil, asked); len(got) != 0 || err != nil {
		t.Errorf("no metrics: %v, %v", got, err)
	}
	if got, err := s.Latency(t.Context(), []string{"tpot"}, nil); len(got) != 2 || len(got[0].ValuesMS) != 0 || err != nil {
		t.Errorf("no percentiles: %+v, %v", got, err)
	}
	for _, test := range []struct {
		metric     string
		percentile float64
		want       string
	}{{"tbt", 50, `unknown metric "tbt"`}, {"ttft", 101, "percentile 101: must be between 0 and 100"}, {"ttft", -1, "percentile -1"}} {
		if _, err := s.Latency(t.Context(), []string{test.metric}, []float64{test.percentile}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s p%v: %v", test.metric, test.percentile, err)
		}
	}
}

func TestPercentileCurve(t *testing.T) {
	t.Parallel()
	s := questionSession(t)
	got, err := s.PercentileCurve(t.Context(), "ttft")
	if err != nil || len(got) != 2*106 {
		t.Fatalf("%d points, %v", len(got), err)
	}
	for _, i := range []int{0, 50, 105} {
		want := map[int]CurvePoint{0: {"a", "ttft", 0, 100}, 50: {"a", "ttft", 50, 150}, 105: {"a", "ttft", 100, 200}}[i]
		if got[i] != want {
			t.Errorf("point %d is %v, want %v", i, got[i], want)
		}
	}
	if _, err := s.PercentileCurve(t.Context(), "x'; DROP VIEW runs; --"); err == nil {
		t.Error("an unknown metric has a curve")
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	got, err := questionSession(t).Failures(t.Context())
	want := []Failure{
		{"a", "measured", "connect_error", nil, new("refused"), 1, 0},
		{"a", "measured", "http_error", new(int64(503)), new("busy"), 1, 0},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestProbes(t *testing.T) {
	t.Parallel()
	probe := func(id, e2elMS int64, status string) store.Record {
		r := okRecord(id, 0, e2elMS, 0, 1)
		r.Phase, r.Status = store.PhaseProbe, status
		return r
	}
	s := openSession(t, Source{Entries: []store.Entry{
		writeRun(t, newRun("a"), []store.Record{probe(0, 10, "ok"), probe(1, 20, "ok"), probe(2, 30, "ok"), probe(3, 99, "truncated"), okRecord(4, 0, 70, 0, 1)}),
		writeRun(t, newRun("b"), []store.Record{probe(0, 10, "idle_timeout")}),
		writeRun(t, newRun("c"), []store.Record{okRecord(0, 0, 70, 0, 1)}),
	}}, Options{})
	got, err := s.Probes(t.Context())
	want := []Probes{{"a", 3, 1, new(20.0), new(29.8), new(30.0)}, {"b", 0, 1, nil, nil, nil}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestGoodput(t *testing.T) {
	t.Parallel()
	s := questionSession(t)
	got, err := s.Goodput(t.Context(), SLO{})
	want := []Goodput{
		{"a", SLO{TTFTMS: new(100.0)}, 4, new(int64(1)), new(0.25), new(0.5)},
		{"b", SLO{}, 1, nil, nil, nil},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("own limits: %+v, %v", got, err)
	}
	limits := SLO{TPOTMS: new(20.0), E2ELMS: new(1e-9)}
	got, err = s.Goodput(t.Context(), limits)
	want = []Goodput{
		{"a", limits, 4, new(int64(0)), new(0.0), new(0.0)},
		{"b", limits, 1, new(int64(0)), new(0.0), new(0.0)},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("given limits: %+v, %v", got, err)
	}
}

func TestTimelines(t *testing.T) {
	t.Parallel()
	s := questionSession(t)
	throughput, err := s.Throughput(t.Context())
	wantThroughput := []ThroughputPoint{
		{"a", 0, 3, 2, 1, new(6.0), 6},
		{"a", 1, 1, 0, 1, new(0.0), 0},
		{"b", 0, 1, 1, 0, new(2.0), 2},
	}
	if err != nil || !reflect.DeepEqual(throughput, wantThroughput) {
		t.Errorf("throughput %+v, %v", throughput, err)
	}
	concurrency, err := s.Concurrency(t.Context())
	wantConcurrency := []ConcurrencyPoint{
		{"a", 0, 1, 0}, {"a", 10e6, 2, 0}, {"a", 20e6, 1, 0}, {"a", 100e6, 2, 0}, {"a", 120e6, 1, 0}, {"a", 340e6, 0, 0},
		{"a", 1500e6, 1, 0}, {"a", 1600e6, 0, 0},
		{"b", 0, 1, 0}, {"b", 50e6, 0, 0},
	}
	if err != nil || !reflect.DeepEqual(concurrency, wantConcurrency) {
		t.Errorf("concurrency %+v, %v", concurrency, err)
	}
}

func TestSummariesOfEveryView(t *testing.T) {
	t.Parallel()
	s := questionSession(t)
	for view, runs := range map[string]int{Summary: 2, SummaryVLLM: 2, SummaryReported: 0} {
		got, err := s.Summaries(t.Context(), view)
		if err != nil || len(got) != runs {
			t.Errorf("%s: %d rows, %v", view, len(got), err)
			continue
		}
		if runs > 0 && (got[0].RunID != "a" || *got[0].Name != "first" || got[1].Name != nil || got[0].Completed != 2) {
			t.Errorf("%s: %+v", view, got)
		}
	}
	if _, err := s.Summaries(t.Context(), "summary"); err == nil {
		t.Error("a view that does not exist has summaries")
	}
}

// The same question twice gives the same bits: nothing is summed in an order that the threads decide.
func TestNumbersDoNotVary(t *testing.T) {
	t.Parallel()
	records := randomRecords(5, 3000)
	s := openSession(t, Source{Entries: []store.Entry{writeRun(t, newRun("r"), records)}}, Options{Threads: 4})
	for _, query := range []string{"FROM run_summary", "FROM run_summary_vllm", "FROM latency_stats([50]) ORDER BY metric", "FROM throughput_timeline ORDER BY second"} {
		first := asTexts(t, s, query)
		for range 8 {
			if again := asTexts(t, s, query); !reflect.DeepEqual(again, first) {
				t.Fatalf("%s\nfirst %v\nagain %v", query, first, again)
			}
		}
	}
}

func TestOutputCounts(t *testing.T) {
	t.Parallel()
	list := records(4)
	for i, source := range []string{store.CountedByChunks, store.CountedByUsage, store.CountedByUsage, store.CountedByTokenizer} {
		list[i].OutputTokensSource = store.String(source)
	}
	list[3].Status = store.StatusTruncated
	s := openSession(t, Source{Entries: []store.Entry{writeRun(t, newRun("r"), list)}}, Options{})
	got, err := s.OutputCounts(t.Context())
	if want := []OutputCount{{"r", "usage", 2}, {"r", "chunks", 1}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
}

func TestWriteParquet(t *testing.T) {
	t.Parallel()
	s := questionSession(t)
	path := filepath.Join(t.TempDir(), "it's.parquet")
	if err := s.WriteParquet(t.Context(), "SET VARIABLE least = 2; FROM requests WHERE request_id >= getvariable('least') -- two of them", path); err != nil {
		t.Fatal(err)
	}
	got := asTexts(t, s, "SELECT run_id, status FROM read_parquet("+Literal(path)+") ORDER BY ALL")
	if want := [][]string{{"a", "connect_error"}, {"a", "http_error"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	for _, text := range []string{"", "FROM nothing"} {
		if err := s.WriteParquet(t.Context(), text, path); err == nil || !strings.HasPrefix(err.Error(), "sql: ") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
