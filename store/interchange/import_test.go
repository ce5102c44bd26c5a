package interchange

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"llmbench/store"
)

var update = flag.Bool("update", false, "write the expected outputs anew")

// fixtures gives the files of testdata, and with a pattern those of LLMBENCH_TESTDATA that fit.
func fixtures(t *testing.T, pattern, real string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures %s: %v", pattern, err)
	}
	if dir := os.Getenv("LLMBENCH_TESTDATA"); dir != "" && real != "" {
		more, err := filepath.Glob(filepath.Join(dir, real))
		if err != nil || len(more) == 0 {
			t.Fatalf("no files %s in %s: %v", real, dir, err)
		}
		files = append(files, more...)
	}
	return files
}

// sources are the fixtures that are imported: neither goldens nor what is read beside one.
func sources(t *testing.T, pattern string) []string {
	t.Helper()
	files := fixtures(t, pattern, "")
	if databases, err := filepath.Glob(filepath.Join("testdata", pattern, "*.db")); err == nil {
		files = append(files, databases...)
	}
	return slices.DeleteFunc(files, func(path string) bool {
		info, err := os.Stat(path)
		return err != nil || info.IsDir() || strings.HasSuffix(path, ".golden") || strings.HasSuffix(path, ".md") || strings.HasSuffix(path, "_aiperf.json")
	})
}

// named is the name of a fixture: testdata/NAME or testdata/NAME/benchmark_data.db.
func named(path string) string {
	if dir := filepath.Base(filepath.Dir(path)); dir != "testdata" {
		return dir
	}
	return filepath.Base(path)
}

// readAll imports a file in UTC.
func readAll(t *testing.T, path, format string) []*Run {
	t.Helper()
	var runs []*Run
	for run, err := range Read(Source{Path: path, Zone: time.UTC}, format) {
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		runs = append(runs, run)
	}
	return runs
}

// describe prints what was made of a file, for the goldens: the run, its first and its failed requests in full, and a
// line on every request.
func describe(t *testing.T, runs []*Run) []byte {
	t.Helper()
	var out bytes.Buffer
	for i, run := range runs {
		shown := run.Run
		shown.Extra = nil
		fmt.Fprintf(&out, "run %d of %d, began %s, hash %s\n", i+1, len(runs), shown.BeganAt.UTC().Format(time.RFC3339Nano), run.hash())
		shown.BeganAt = time.Time{}
		printJSON(t, &out, shown)
		fmt.Fprintln(&out, "reported")
		printJSON(t, &out, object(run.Reported))
		for _, note := range run.Notes {
			fmt.Fprintln(&out, "note:", note)
		}
		for _, rec := range run.Records {
			describeRecord(&out, rec)
		}
	}
	return out.Bytes()
}

func printJSON(t *testing.T, out *bytes.Buffer, v any) {
	t.Helper()
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	out.Write(append(text, '\n'))
}

func describeRecord(out *bytes.Buffer, rec *store.Record) {
	fmt.Fprintf(out, "request %d.%d %s %s", rec.RequestID, rec.Attempt, rec.Phase, rec.Status)
	for _, f := range []struct {
		name  string
		value store.NullInt
	}{
		{"http", rec.HTTPStatus}, {"turn", rec.Turn}, {"intended", rec.IntendedNS}, {"slot", rec.SlotNS}, {"sent", rec.SentNS}, {"wrote", rec.WroteNS}, {"byte", rec.FirstByteNS},
		{"first", rec.FirstTokenNS}, {"last", rec.LastTokenNS}, {"done", rec.DoneNS}, {"prompt", rec.PromptTokens}, {"output", rec.OutputTokens},
		{"cached", rec.CachedTokens}, {"asked", rec.AskedTokens},
	} {
		if f.value.Valid {
			fmt.Fprintf(out, " %s=%d", f.name, f.value.V)
		}
	}
	for _, f := range []struct {
		name  string
		value store.NullString
	}{{"session", rec.SessionID}, {"by", rec.OutputTokensSource}, {"finish", rec.FinishReason}, {"id", rec.ServerRequestID}, {"error", rec.Error}, {"text", rec.OutputText}} {
		if f.value.Valid {
			fmt.Fprintf(out, " %s=%.60q", f.name, f.value.V)
		}
	}
	fmt.Fprintf(out, " chunks=%d %v %v %v %v\n", rec.Request.Chunks, rec.TNS, rec.NTokens, rec.OddChunk, rec.OddKind)
}

// TestGolden holds every fixture's rows against what they were when they were looked at.
func TestGolden(t *testing.T) {
	for _, path := range sources(t, "*") {
		t.Run(named(path), func(t *testing.T) {
			setTime(t, path)
			got := describe(t, readAll(t, path, Auto))
			golden := path + ".golden"
			if *update {
				if err := os.WriteFile(golden, got, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s differs from %s; look at it, then -update\n%s", path, golden, got)
			}
		})
	}
}

// setTime dates a fixture: a run without a time of its own began when its file was written.
func setTime(t *testing.T, path string) {
	t.Helper()
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

// TestEveryFormatIsRecognised: a fixture's name begins with that of its format.
func TestEveryFormatIsRecognised(t *testing.T) {
	seen := map[string]bool{}
	for _, path := range sources(t, "*") {
		source := Source{Path: path}
		format, err := source.open(Auto)
		if err != nil || !strings.HasPrefix(named(path), format.Name+"-") {
			t.Errorf("%s is taken for %q: %v", path, format.Name, err)
		}
		seen[format.Name] = true
	}
	for _, f := range Formats() {
		if !seen[f.Name] {
			t.Errorf("format %s has no fixture", f.Name)
		}
	}
}

func TestUnreadableFiles(t *testing.T) {
	dir := t.TempDir()
	check := func(content, format, want string) {
		t.Helper()
		path := filepath.Join(dir, "file")
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		var last error
		for _, err := range Read(Source{Path: path}, format) {
			last = err
		}
		if last == nil || !strings.Contains(last.Error(), want) {
			t.Errorf("%q as %s: %v, want %q", content, format, last, want)
		}
	}
	check("", Auto, "the file is empty")
	check("hello", Auto, "not known; name it: vllm")
	check("{}", "nonsense", "use one of auto, vllm")
	check(`{"date": "2026`, "vllm", "ends in the middle")
	check(`{"date": 5}`, "vllm", "date")
	check(`[1]`, "vllm", "where an object should begin")
	check(" \n", "vllm", "holds no JSON")
	check(`{"ttfts": [1, 2], "errors": ["", "", ""]}`, "vllm", "ttfts has 2 elements where another list has 3")
	check(`{"ttfts": [1, "x"]}`, "vllm", "ttfts: ")
	check(`{"date": ""}`+"\n"+`{"date": ""}{`, "vllm", "value 3")
	check("{}", "vllm", "this is no result of vLLM's benchmark")
}

func TestMissingFile(t *testing.T) {
	for _, err := range Read(Source{Path: filepath.Join(t.TempDir(), "none")}, Auto) {
		if !errors.Is(err, os.ErrNotExist) {
			t.Error(err)
		}
	}
	for _, err := range Read(Source{Path: t.TempDir()}, Auto) {
		if err == nil || !strings.Contains(err.Error(), "it is a folder") {
			t.Error(err)
		}
	}
}

func TestPlainJSON(t *testing.T) {
	check := func(text, want string) {
		t.Helper()
		if got := string(plainJSON([]byte(text))); got != want {
			t.Errorf("%s becomes %s, want %s", text, got, want)
		}
	}
	check(`{"a": NaN, "b": [Infinity, -Infinity, -1], "c": "NaN \" Infinity"}`, `{"a": null, "b": ["inf", "-inf", -1], "c": "NaN \" Infinity"}`)
	check("\xef\xbb\xbf{}", `{}`)
	check(`NaN`, `null`)
	check(`["Nothing", null, Ivory]`, `["Nothing", null, Ivory]`)
}

func TestParseObject(t *testing.T) {
	check := func(text, want string) {
		t.Helper()
		fields, err := parseObject([]byte(text))
		got := fmt.Sprint(err)
		if err == nil {
			got = string(must(object(fields).MarshalJSON()))
		}
		if got != want {
			t.Errorf("%s becomes %s, want %s", text, got, want)
		}
	}
	check(` { "b" : 1 , "a" :[ {"x":"}"} , "\"" ] } `, `{"b": 1, "a": [{"x":"}"},"\""]}`)
	check(`{}`, `{}`)
	check("{\"\\u00e9\": null, \"é\": true}", `{"é": true}`)
	check(`[`, `there is "[" where an object should begin`)
	check(``, `there is "" where an object should begin`)
	check(`{"a"`, `key a has no value`)
	check(`{"a" 1}`, `key a has no value`)
	check(`{a: 1}`, `there is no key where one should be`)
	check(`{"a": 1,}`, `there is no key where one should be`)
	check(`{"a": 1 "b": 2}`, `there is '"' where a comma should be`)
	check(`{"a": }`, `key a: there is '}' where a value should begin`)
	check(`{"a": nul}`, `key a: "nul" is no JSON`)
	check(`{"a": [1, 2`, `key a: it ends in the middle`)
	check(`{"a": 1`, `it ends in the middle`)
	check("{\"a\": \"x\\\"}", `key a: it ends in the middle`)
}

func TestFailure(t *testing.T) {
	check := func(text, status string, code int64) {
		t.Helper()
		got, http := failure(text)
		if got != status || http.V != code || http.Valid != (code != 0) {
			t.Errorf("%q: %s %v, want %s %d", text, got, http, status, code)
		}
	}
	check("Internal Server Error", store.StatusHTTPError, 500)
	check("Service Unavailable: {\"error\": 1}", store.StatusHTTPError, 503)
	check("HTTP 429 Too Many Requests: slow down", store.StatusHTTPError, 429)
	check("HTTPStatusError(\"Server error '503 Service Unavailable' for url", store.StatusHTTPError, 503)
	check("Traceback (most recent call last):\n  File \"x.py\", line 1\n    await cancel\nasyncio.exceptions.TimeoutError\n", store.StatusTotalTimeout, 0)
	check("aiohttp.client_exceptions.ClientPayloadError: Response payload is not completed", store.StatusStreamError, 0)
	check("ClientConnectorError: Cannot connect to host", store.StatusConnectError, 0)
	check("Request was cancelled", store.StatusCancelled, 0)
	check("ConnectionTimeoutError", store.StatusConnectTimeout, 0)
	check(`{"error": {"message": "no", "code": 503}}`, store.StatusHTTPError, 503)
	check("five hundred things", store.StatusStreamError, 0)
}

// equalJSON compares two values: numbers that are times to half a nanosecond, all else exactly.
func equalJSON(path string, got, want any) error {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return fmt.Errorf("%s: %v, want an object", path, got)
		}
		for key := range g {
			if _, there := w[key]; !there {
				return fmt.Errorf("%s: key %q is new", path, key)
			}
		}
		for key := range w {
			value, there := g[key]
			if !there {
				return fmt.Errorf("%s: key %q is lost", path, key)
			}
			if err := equalJSON(path+"."+key, value, w[key]); err != nil {
				return err
			}
		}
		return nil
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return fmt.Errorf("%s: %v, want %v", path, got, want)
		}
		for i := range w {
			if err := equalJSON(fmt.Sprintf("%s[%d]", path, i), g[i], w[i]); err != nil {
				return err
			}
		}
		return nil
	case float64:
		g, ok := got.(float64)
		exact := !strings.Contains(path, "[")
		if !ok || exact && g != w || math.Abs(g-w) > 0.5e-9 {
			return fmt.Errorf("%s: %v, want %v", path, got, want)
		}
		return nil
	}
	if got != want {
		return fmt.Errorf("%s: %v, want %v", path, got, want)
	}
	return nil
}

// reversed gives records in an order that is not the schedule's: the store keeps that of ending.
func reversed(all []*store.Record) iter.Seq2[*store.Record, error] {
	all = slices.Clone(all)
	slices.Reverse(all)
	return records(all...)
}

// TestVLLMRoundTrip: import then export gives the same keys in the same order and the same values.
func TestVLLMRoundTrip(t *testing.T) {
	for _, path := range fixtures(t, "vllm-*.json*", "vllm-results/*.json") {
		if strings.HasSuffix(path, ".golden") {
			continue
		}
		var out bytes.Buffer
		for _, run := range readAll(t, path, Auto) {
			if err := RewriteVLLM(&out, run.Run, reversed(run.Records)); err != nil {
				t.Fatal(err)
			}
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, want := decodeAll(t, out.Bytes()), decodeAll(t, text)
		if err := equalJSON(filepath.Base(path), any(got), any(want)); err != nil {
			t.Error(err)
		}
		if g, w := keyOrder(t, out.Bytes()), keyOrder(t, text); !slices.Equal(g, w) {
			t.Errorf("%s: keys are %v, want %v", path, g, w)
		}
	}
}

func decodeAll(t *testing.T, text []byte) (all []any) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(text))
	for decoder.More() {
		var v any
		if err := decoder.Decode(&v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

func keyOrder(t *testing.T, text []byte) (keys []string) {
	t.Helper()
	fields, err := parseObject(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fields {
		keys = append(keys, f.Key)
	}
	return keys
}

// TestCutOffImportIsDoneAnew: what a killed import left is recovered as an interrupted run, which the next import replaces.
func TestCutOffImportIsDoneAnew(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	run := readAll(t, "testdata/vllm-0.8.5.json", Auto)[0]
	w := must(store.Open(ctx, dir, store.Options{}))
	begun := run.Run
	begun.RunID = store.RunIDAt(run.BeganAt, run.hash())
	writer := must(w.Begin(ctx, begun))
	if err := errors.Join(writer.Append(run.Records[:3]), writer.Abort(), w.Close()); err != nil {
		t.Fatal(err)
	}
	w = must(store.Open(ctx, dir, store.Options{}))
	defer w.Close()
	if entries := must(w.Runs(ctx)); len(entries) != 1 || entries[0].Run.Status != store.RunInterrupted {
		t.Fatalf("left are %+v", entries)
	}
	id, fresh, err := run.Store(ctx, w, Labels{TP: 2})
	if err != nil || !fresh || id != begun.RunID {
		t.Fatalf("%s, fresh %v: %v", id, fresh, err)
	}
	entry := must(w.Resolve(ctx, id))
	rows := 0
	for _, err := range store.ReadRecords(entry.Files) {
		if err != nil {
			t.Fatal(err)
		}
		rows++
	}
	if rows != len(run.Records) || entry.Run.Status != store.RunComplete || *entry.Run.TP != 2 {
		t.Errorf("%d rows of %+v", rows, entry.Run)
	}
}

func TestVLLMRewriteCompact(t *testing.T) {
	run := readAll(t, "testdata/vllm-0.8.5.json", Auto)[0]
	var out bytes.Buffer
	if err := RewriteVLLM(&out, run.Run, nil); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "ttfts") || !strings.Contains(out.String(), `"request_goodput:": `) {
		t.Errorf("the compact file is %s", out.String())
	}
}

// fuzzFormat: whatever a file holds, reading it ends in runs or in an error, and the runs are ones the store can take.
func fuzzFormat(f *testing.F, pattern string, format Format) {
	for _, path := range append(must(filepath.Glob(filepath.Join("testdata", pattern))), must(filepath.Glob(filepath.Join("testdata", pattern, "*.db")))...) {
		if text, err := os.ReadFile(path); err == nil && !strings.HasSuffix(path, ".golden") {
			f.Add(text)
		}
	}
	path := filepath.Join(f.TempDir(), "file")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		for run, err := range format.read(Source{Path: path, Zone: time.UTC}) {
			if err != nil {
				return
			}
			for _, rec := range run.Records {
				if rec.Status == "" || rec.Phase == "" || len(rec.OddChunk) != len(rec.OddKind) || rec.NTokens != nil && len(rec.NTokens) != len(rec.TNS) {
					t.Fatalf("impossible record %+v", rec)
				}
			}
			if run.Extra != nil && !json.Valid([]byte(*run.Extra)) {
				t.Fatalf("extra is %s", *run.Extra)
			}
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func FuzzVLLM(f *testing.F)          { fuzzFormat(f, "vllm-*", vllmFormat) }
func FuzzSGLang(f *testing.F)        { fuzzFormat(f, "sglang-*", sglangFormat) }
func FuzzAIPerf(f *testing.F)        { fuzzFormat(f, "aiperf-*.jsonl", aiperfFormat) }
func FuzzGuidellm(f *testing.F)      { fuzzFormat(f, "guidellm-*", guidellmFormat) }
func FuzzGenAIPerf(f *testing.F)     { fuzzFormat(f, "genai-perf-*", genaiperfFormat) }
func FuzzInferencePerf(f *testing.F) { fuzzFormat(f, "inference-perf-*", inferenceperfFormat) }
func FuzzEvalscope(f *testing.F)     { fuzzFormat(f, "evalscope-*", evalscopeFormat) }
func FuzzSeedCSV(f *testing.F)       { fuzzFormat(f, "seed-csv-*", seedCSVFormat) }
