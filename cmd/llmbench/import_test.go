package main

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"llmbench/query"
	"llmbench/store"
)

// imported gives a warehouse with the files in it.
func imported(t *testing.T, files []string, flags ...string) *store.Warehouse {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "warehouse")
	var out, errs bytes.Buffer
	args := append(append([]string{"import", "auto", "--warehouse", dir, "--timezone", "UTC"}, flags...), files...)
	if code := run(context.Background(), args, strings.NewReader(""), &out, &errs); code != exitOK {
		t.Fatalf("import %v exits %d: %s", files, code, errs.String())
	}
	w, err := store.Open(context.Background(), dir, store.Options{Summarise: query.Summarise})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// vllmFiles are the result files with requests: own fixtures, and real ones where they are at hand.
func vllmFiles(t *testing.T) []string {
	t.Helper()
	patterns := []string{"../../store/interchange/testdata/vllm-*.json", "../../store/interchange/testdata/vllm-*.jsonl"}
	if dir := os.Getenv("LLMBENCH_TESTDATA"); dir != "" {
		patterns = append(patterns, filepath.Join(dir, "vllm-results", "*.json"))
	}
	var files []string
	for _, pattern := range patterns {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	return files
}

// TestVLLMSummaryEqualsTheFiles holds run_summary_vllm against the aggregates that vLLM's benchmark computed itself. TPOT
// and E2EL end at a time that older files do not have.
func TestVLLMSummaryEqualsTheFiles(t *testing.T) {
	w := imported(t, vllmFiles(t))
	ctx := context.Background()
	entries, err := w.Runs(ctx)
	if err != nil {
		t.Fatal(err)
	}
	session, err := query.Open(ctx, query.Source{Entries: entries}, query.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	ours, err := session.Summaries(ctx, query.SummaryVLLM)
	if err != nil {
		t.Fatal(err)
	}
	reported, err := session.Summaries(ctx, query.SummaryReported)
	if err != nil || len(ours) != len(reported) || len(ours) < 4 {
		t.Fatalf("%d and %d rows: %v", len(ours), len(reported), err)
	}
	for i := range ours {
		compareSummaries(t, ours[i], reported[i])
	}
}

func compareSummaries(t *testing.T, ours, reported query.RunSummary) {
	t.Helper()
	o, r := reflect.ValueOf(ours.Summary), reflect.ValueOf(reported.Summary)
	compared := 0
	for i := range o.NumField() {
		key, _, _ := strings.Cut(o.Type().Field(i).Tag.Get("json"), ",")
		// Goodput needs limits that the file does not have. Peaks and overlaps follow from start times, which old files lack
		// and which vLLM counts in whole seconds of its own.
		if key == "request_goodput" || key == "max_output_tokens_per_s" || key == "max_concurrent_requests" {
			continue
		}
		want, known := number(r.Field(i))
		if !known || key == "failed" && want == 0 {
			continue // files of 0.8.5 do not tell the failed ones
		}
		tolerance := 1e-9
		if strings.Contains(key, "tpot") || strings.Contains(key, "e2el") {
			tolerance = 2e-4
		}
		got, known := number(o.Field(i))
		if !known || math.Abs(got-want) > tolerance*math.Max(math.Abs(want), 1e-300) {
			t.Errorf("%s: %s is %v, the file has %v", ours.RunID, key, got, want)
		}
		compared++
	}
	if compared < 20 {
		t.Errorf("%s: only %d numbers compared", ours.RunID, compared)
	}
}

func number(v reflect.Value) (float64, bool) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return 0, false
		}
		v = v.Elem()
	}
	if v.CanInt() {
		return float64(v.Int()), true
	}
	return v.Float(), true
}

func TestImportTwiceIsOneRun(t *testing.T) {
	file := "../../store/interchange/testdata/vllm-0.8.5.json"
	w := imported(t, []string{file, file}, "--dcu", "K100_AI", "--tp", "8", "--name", "")
	entries, err := w.Runs(context.Background())
	if err != nil || len(entries) != 1 {
		t.Fatalf("%d runs: %v", len(entries), err)
	}
	if run := entries[0].Run; *run.DCU != "K100_AI" || *run.TP != 8 || *run.Completed != 10 {
		t.Errorf("the run is %+v", run)
	}
}
