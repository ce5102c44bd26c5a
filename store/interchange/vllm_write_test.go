package interchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"iter"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llmbench/store"
)

func records(list ...*store.Record) iter.Seq2[*store.Record, error] {
	return func(yield func(*store.Record, error) bool) {
		for _, r := range list {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func okRecord(id int64) *store.Record {
	return &store.Record{
		Request: store.Request{RequestID: id, Phase: store.PhaseMeasured, Status: store.StatusOK, SentNS: store.Int(1e9), FirstTokenNS: store.Int(11e8),
			PromptTokens: store.Int(5), OutputTokens: store.Int(3)},
		Chunks:     store.Chunks{TNS: []int64{5e7, 1e8, 15e7, 25e7, 26e7}, OddChunk: []int32{0, 4}, OddKind: []store.Kind{store.KindRole, store.KindFinish}},
		OutputText: store.String("<a> \u2028"),
	}
}

func testRun() store.Run {
	return store.Run{RunID: "r", Backend: new("vllm"), Model: new("org/M-7B"), NumPrompts: new(int64(2)), RequestRate: new(store.Rate(math.Inf(1))),
		Burstiness: new(store.Rate(1)), BeganAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local)}
}

func TestVLLMWrite(t *testing.T) {
	failed := &store.Record{Request: store.Request{RequestID: 0, Phase: store.PhaseMeasured, Status: store.StatusHTTPError, Error: store.String("busy"), PromptTokens: store.Int(4)}}
	refused := &store.Record{Request: store.Request{RequestID: 1, Phase: store.PhaseMeasured, Status: store.StatusHTTPError, Error: store.String("tried again")}}
	again := okRecord(1)
	again.Attempt = 1
	warmup := &store.Record{Request: store.Request{RequestID: 7, Phase: store.PhaseWarmup, Status: store.StatusOK}}
	var out bytes.Buffer
	v := VLLM{Run: testRun(), Summary: store.Summary{Duration: new(2.5), Completed: 1, Failed: 1},
		Metadata: []Field{{"tp", "8"}, {"backend", "mine"}}, Metrics: []Field{{"mean_ttft_ms", 100.0}, {"p99.9_ttft_ms", (*float64)(nil)}},
		Records: records(refused, again, failed, warmup)}
	if err := v.Write(&out); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	check := func(key, want string) {
		t.Helper()
		data, err := json.Marshal(got[key])
		if err != nil || string(data) != want {
			t.Errorf("%s is %s, want %s", key, data, want)
		}
	}
	check("request_rate", `"inf"`)
	check("max_concurrency", "null")
	check("date", `"20260102-030408"`) // the end, 2.5 s later
	check("backend", `"mine"`)
	check("tp", `"8"`)
	check("completed", "1")
	check("ttfts", "[0,0.1]")
	check("itls", "[[],[0.05,0.1]]")
	check("input_lens", "[4,5]")
	check("output_lens", "[0,3]")
	check("errors", `["http_error: busy",""]`)
	check("p99.9_ttft_ms", "null")
	if !strings.HasPrefix(out.String(), `{"date": "20260102-030408", "endpoint_type": "vllm", "backend": "mine"`) {
		t.Errorf("keys are out of order: %.120s", out.String())
	}
}

func TestVLLMCompactHasNoLists(t *testing.T) {
	var out bytes.Buffer
	if err := (VLLM{Run: testRun()}).Write(&out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "ttfts") {
		t.Error("a compact file has lists")
	}
}

func TestVLLMUnreadableRecords(t *testing.T) {
	broken := func(yield func(*store.Record, error) bool) { yield(nil, errors.New("damaged")) }
	var out bytes.Buffer
	if err := (VLLM{Run: testRun(), Records: broken}).Write(&out); err == nil || !strings.Contains(err.Error(), "damaged") || out.Len() > 0 {
		t.Errorf("%v after %d bytes", err, out.Len())
	}
}

func TestVLLMFilename(t *testing.T) {
	run := testRun()
	if got, want := VLLMFilename(run, nil, ""), "vllm-infqps-M-7B-20260102-030405.json"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	run.RequestRate, run.MaxConcurrency = new(store.Rate(10)), new(int64(4))
	if got, want := VLLMFilename(run, &store.Summary{Duration: new(61.0)}, ""), "vllm-10.0qps-concurrency4-M-7B-20260102-030506.json"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestVLLMDateRoundTrip: began_at comes back from a written file to the second, for the date that it has is that of the end.
func TestVLLMDateRoundTrip(t *testing.T) {
	inUTC(t)
	for _, duration := range []float64{0, 0.4, 2.5, 3601.25} {
		run := testRun()
		run.BeganAt = time.Date(2026, 1, 2, 23, 59, 58, 0, time.UTC)
		path := filepath.Join(t.TempDir(), "vllm.json")
		var out bytes.Buffer
		if err := (VLLM{Run: run, Summary: store.Summary{Duration: &duration, Completed: 1}}).Write(&out); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, out.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		for got, err := range vllmFormat.read(Source{Path: path, Zone: time.UTC}) {
			if err != nil {
				t.Fatal(err)
			}
			if off := got.BeganAt.Sub(run.BeganAt).Abs(); off > time.Second/2 {
				t.Errorf("a run of %g s began %s, off by %s", duration, got.BeganAt, off)
			}
		}
	}
}
