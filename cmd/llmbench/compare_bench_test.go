package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llmbench/query"
	"llmbench/store"
)

// go test ./cmd/llmbench -run - -bench Compare -benchtime 3x measures comparisons of runs of a million tokens among
// 10,000 others.
var keep = flag.String("keep", "", "folder to keep the warehouse of the comparison's benchmark in")

const (
	benchRequests = 2000
	benchTokens   = 500 // of each request
	benchOthers   = 10_000
)

// benchWarehouse makes five runs a side, tagged side=a and side=b, and the others.
func benchWarehouse(b *testing.B) string {
	b.Helper()
	dir := *keep
	if dir == "" {
		dir = b.TempDir()
	}
	if _, err := os.Stat(filepath.Join(dir, "events")); err == nil {
		return dir
	}
	w, err := store.Open(b.Context(), dir, store.Options{Summarise: query.Summarise, ToolVersion: version})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	for i := range 10 {
		if err := writeBenchRun(b.Context(), w, i); err != nil {
			b.Fatal(err)
		}
	}
	if err := copyRuns(dir, benchOthers); err != nil {
		b.Fatal(err)
	}
	if _, err := w.Runs(b.Context()); err != nil { // writes the catalogue
		b.Fatal(err)
	}
	return dir
}

// writeBenchRun makes run i: a closed loop of 100 whose tokens come every 20 ms, with stalls, on a level of its own.
func writeBenchRun(ctx context.Context, w *store.Warehouse, i int) error {
	rng := rand.New(rand.NewPCG(uint64(i), 1))
	began := time.Date(2026, 11, 20, i, 0, 0, 0, time.UTC)
	run := store.Run{
		RunID: store.RunIDAt(began, "bench"), BeganAt: began, Source: "collect", TimeBase: "process", Status: store.RunRunning, ToolVersion: version,
		Name: new(fmt.Sprintf("bench-%d", i)), MaxConcurrency: new(int64(100)), RequestRate: new(store.Rate(math.Inf(1))), Dataset: new("random"),
		WorkloadID: new(fmt.Sprintf("w%d", i/2)), Tags: map[string]string{"side": []string{"a", "b"}[i%2]},
	}
	writer, err := w.Begin(ctx, run)
	if err != nil {
		return err
	}
	level := math.Exp(0.02 * rng.NormFloat64())
	slots, end := make([]int64, 100), int64(0)
	batch := make([]*store.Record, 0, 100)
	for id := range benchRequests {
		slot := id % len(slots)
		rec := benchRecord(rng, int64(id), slots[slot], level)
		slots[slot] = rec.DoneNS.V + 1e5
		end = max(end, rec.DoneNS.V)
		if batch = append(batch, rec); len(batch) == cap(batch) {
			if err := writer.Append(batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	run.Status, run.DurationNS = store.RunComplete, &end
	_, err = writer.Finish(ctx, run)
	return err
}

func benchRecord(rng *rand.Rand, id, sent int64, level float64) *store.Record {
	rec := &store.Record{Request: store.Request{
		RequestID: id, Phase: store.PhaseMeasured, Status: store.StatusOK, Chunks: benchTokens, HTTPStatus: store.Int(200),
		IntendedNS: store.Int(0), SlotNS: store.Int(sent), SentNS: store.Int(sent), PromptTokens: store.Int(1000), OutputTokens: store.Int(benchTokens),
		OutputTokensSource: store.String(store.CountedByUsage),
	}}
	t := 150e6 * level * math.Exp(0.5*rng.NormFloat64())
	rec.TNS = make([]int64, benchTokens)
	for k := range rec.TNS {
		rec.TNS[k] = int64(t)
		t += 20e6 * level * math.Exp(0.1*rng.NormFloat64())
		if rng.IntN(100) == 0 {
			t += 100e6 * rng.ExpFloat64()
		}
	}
	last := rec.TNS[benchTokens-1]
	rec.FirstTokenNS, rec.LastTokenNS, rec.DoneNS = store.Int(sent+rec.TNS[0]), store.Int(sent+last), store.Int(sent+last)
	return rec
}

// copyRuns makes n runs of which only run.json is there, like the first one.
func copyRuns(dir string, n int) error {
	var first string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "run.json" && first == "" {
			first = path
		}
		return err
	})
	if err != nil {
		return err
	}
	text, err := os.ReadFile(first)
	if err != nil {
		return err
	}
	var file map[string]json.RawMessage
	if err := json.Unmarshal(text, &file); err != nil {
		return err
	}
	above := filepath.Dir(filepath.Dir(first))
	for i := range n {
		began := time.Date(2026, 1, 1, 0, 0, 30*i, 0, time.UTC)
		run := store.Run{RunID: store.RunIDAt(began, fmt.Sprintf("o%d", i)), BeganAt: began, Source: "collect", TimeBase: "process", Status: store.RunComplete,
			Name: new(fmt.Sprintf("other-%d", i)), DCU: new("K100_AI"), TP: new(int64(8)), Tags: map[string]string{"side": "other"}}
		data, err := json.Marshal(run)
		if err != nil {
			return err
		}
		file["run"] = data
		if data, err = json.Marshal(file); err != nil {
			return err
		}
		place := filepath.Join(above, "run_id="+run.RunID)
		if err := os.MkdirAll(place, 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(place, "run.json"), data, 0o666); err != nil {
			return err
		}
	}
	return nil
}

func BenchmarkCompare(b *testing.B) {
	dir := benchWarehouse(b)
	for name, args := range map[string]string{
		"2 runs, no interval":       "bench-0 bench-1 --no-interval",
		"2 runs":                    "bench-0 bench-1",
		"2 runs, p99.9":             "bench-0 bench-1 --metric-percentiles 50,99.9",
		"2 runs, steady":            "bench-0 bench-1 --window steady",
		"2 runs, a chart":           "bench-0 bench-1 --plot " + filepath.Join(b.TempDir(), "shift.png"),
		"5+5":                       "tag:side=a tag:side=b",
		"5+5, goodput":              "tag:side=a tag:side=b --goodput=ttft:300",
		"5+5, p99.9":                "tag:side=a tag:side=b --metric-percentiles 50,99.9",
		"5+5, steady, as vLLM does": "tag:side=a tag:side=b --window steady --definitions vllm",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				var said bytes.Buffer
				if code := run(b.Context(), append(strings.Fields("compare --warehouse "+dir), strings.Fields(args)...), nil, io.Discard, &said); code != 0 {
					b.Fatalf("exit %d: %s", code, said.String())
				}
			}
		})
	}
}
