package interchange

import (
	"bytes"
	"encoding/json"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llmbench/store"
)

// exportedRun is a collected run with everything a writer may ask for.
func exportedRun() Exported {
	run := testRun()
	run.Source, run.BeganAt, run.DurationNS = "collect", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), new(int64(2_500_000_000))
	run.DCU, run.TP, run.DType, run.Engine, run.ToolVersion = new("K100_AI"), new(int64(8)), new("float16"), new("vllm"), "0.1.0"
	run.Tags = map[string]string{"site": "lab", "image": "vllm:1"}
	value := 100.0
	metrics := []Field{}
	for _, name := range []string{"ttft", "tpot", "itl", "e2el"} {
		for _, stat := range []string{"mean", "median", "std", "p50", "p99", "p99.9"} {
			value++
			metrics = append(metrics, Field{stat + "_" + name + "_ms", new(value)})
		}
	}
	metrics = append(metrics, Field{"mean_queue_ms", (*float64)(nil)})
	failed := &store.Record{Request: store.Request{Phase: store.PhaseMeasured, Status: store.StatusHTTPError, Error: store.String("busy"), PromptTokens: store.Int(4)}}
	return Exported{Run: run, Metrics: metrics, Records: records(okRecord(1), failed), Summary: &store.Summary{
		Duration: new(2.5), Completed: 1, Failed: 1, TotalInputTokens: new(int64(5)), TotalOutputTokens: new(int64(3)), RequestThroughput: new(0.4),
		OutputThroughput: new(1.2), TotalTokenThroughput: new(3.2), MaxOutputTokensPerS: new(3.0), MaxConcurrent: new(int64(2))}}
}

func each(runs ...Exported) iter.Seq2[Exported, error] {
	return func(yield func(Exported, error) bool) {
		for _, r := range runs {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// TestWriters holds what every writer makes of two runs against its golden.
func TestWriters(t *testing.T) {
	bare := exportedRun()
	bare.Run = store.Run{RunID: "bare", BeganAt: bare.Run.BeganAt}
	bare.Metrics, bare.Summary = nil, &store.Summary{}
	for _, w := range Writers() {
		t.Run(w.Name, func(t *testing.T) {
			inUTC(t)
			var out bytes.Buffer
			if err := w.Write(&out, each(exportedRun(), bare)); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", "export", w.Name)
			if *update {
				if err := os.WriteFile(golden, out.Bytes(), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(out.Bytes(), want) {
				t.Errorf("%s differs from its golden:\n%s", w.Name, out.String())
			}
		})
	}
}

// inUTC makes local dates the same everywhere.
func inUTC(t *testing.T) {
	t.Helper()
	local := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = local })
}

// TestExportWithoutRequests: of an imported run without requests there is nothing to compute, unless the format is the
// file's own.
func TestExportWithoutRequests(t *testing.T) {
	for _, w := range Writers() {
		err := w.Write(new(bytes.Buffer), each(Exported{Run: store.Run{RunID: "r", Source: "import:sglang"}}))
		if err == nil || !strings.Contains(err.Error(), "run r as "+w.Name+": it has no requests") {
			t.Errorf("%s: %v", w.Name, err)
		}
	}
}

// TestSeedCSVRoundTrip: import then export gives the same table.
func TestSeedCSVRoundTrip(t *testing.T) {
	path := "testdata/seed-csv-1.csv"
	var all []Exported
	for _, run := range readAll(t, path, Auto) {
		all = append(all, Exported{Run: run.Run})
	}
	var out bytes.Buffer
	if err := seedCSVWriter.Write(&out, each(all...)); err != nil {
		t.Fatal(err)
	}
	if want := string(must(os.ReadFile(path))); out.String() != want {
		t.Errorf("the table becomes\n%s", out.String())
	}
}

// TestVLLMWriterRoundTrip: what the writers make is read back as the same requests.
func TestVLLMWriterRoundTrip(t *testing.T) {
	var out bytes.Buffer
	if err := vllmDetailedWriter.Write(&out, each(exportedRun())); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, out.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	run := readAll(t, path, Auto)[0]
	if *run.TP != 8 || *run.DCU != "K100_AI" || run.Tags["site"] != "lab" || len(run.Records) != 2 {
		t.Errorf("the run is %+v", run.Run)
	}
	if rec := run.Records[1]; rec.Request.Chunks != 3 || rec.FirstTokenNS.V-rec.SentNS.V != 1e8 || rec.OutputTokens.V != 3 {
		t.Errorf("the request is %+v", rec)
	}
	if rec := run.Records[0]; rec.Status == store.StatusOK || !strings.Contains(rec.Error.V, "busy") {
		t.Errorf("the failed request is %+v", rec)
	}
}

func TestYAMLIsRead(t *testing.T) {
	var out strings.Builder
	writeYAML(&out, object{{"a", "x: \"y\"\n"}, {"b", object{{"c", int64(1)}, {"d", 0.5}}}, {"list", []object{{{"k", "v"}, {"n", int64(2)}}}}, {"none", nil}, {"empty", object{}}}, 0)
	want := "a: \"x: \\\"y\\\"\\n\"\nb:\n  c: 1\n  d: 0.5\nlist:\n  - k: \"v\"\n    n: 2\nempty: {}\n"
	if out.String() != want {
		t.Errorf("got\n%s", out.String())
	}
	var quoted string
	if err := json.Unmarshal([]byte(yamlScalar("é\u2028<")), &quoted); err != nil || quoted != "é\u2028<" {
		t.Errorf("%q: %v", quoted, err)
	}
}
