package main

import (
	"bytes"
	"fmt"
	"io"
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

// go test ./cmd/llmbench -run - -bench 'Plot|Report' -benchtime 1x measures charts of a run of ten million tokens, and the
// report of a sweep of 11 loads, 2 machines and 5 repeats.

const (
	plotRequests = 20_000
	sweepRuns    = 110
)

// plotWarehouse makes the long run, named long, and the sweep.
func plotWarehouse(b *testing.B) string {
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
	long := plotRun{name: "long", requests: plotRequests, tokens: benchTokens, concurrency: 256, level: 1}
	if err := long.write(b, w, 0); err != nil {
		b.Fatal(err)
	}
	for i := range sweepRuns {
		if err := sweepRun(i).write(b, w, i+1); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := w.Runs(b.Context()); err != nil { // writes the catalogue
		b.Fatal(err)
	}
	return dir
}

// plotRun is a closed loop of so many at once; level is how slow the machine is.
type plotRun struct {
	name                          string
	requests, tokens, concurrency int
	tp                            int64
	level                         float64
	tags                          map[string]string
}

// sweepRun is one of 11 concurrencies on one of 2 sizes of machine, five times.
func sweepRun(i int) plotRun {
	load, machine, repeat := i/10, i/5%2, i%5
	concurrency := 1 << load
	tp := int64(4 << machine)
	slow := (1 + float64(concurrency)/(40*float64(tp))) / math.Sqrt(float64(tp)/4) * (1 + 0.02*float64(repeat-2))
	return plotRun{
		name: fmt.Sprintf("sweep-%d", i), requests: max(60, 2*concurrency), tokens: 64, concurrency: concurrency, tp: tp, level: slow,
		tags: map[string]string{"sweep": "load", "point": fmt.Sprint(i / 5), "repeat": fmt.Sprint(repeat), "max-concurrency": fmt.Sprint(concurrency), "tp": fmt.Sprint(tp)},
	}
}

func (p plotRun) write(b *testing.B, w *store.Warehouse, i int) error {
	rng := rand.New(rand.NewPCG(uint64(i), 7))
	began := time.Date(2026, 11, 21, 0, i, 0, 0, time.UTC)
	run := store.Run{
		RunID: store.RunIDAt(began, "plots"), BeganAt: began, Source: "collect", TimeBase: "process", Status: store.RunRunning, ToolVersion: version,
		Name: &p.name, MaxConcurrency: new(int64(p.concurrency)), RequestRate: new(store.Rate(math.Inf(1))), Dataset: new("random"), Tags: p.tags,
		DCU: new("K100_AI"), Model: new("Qwen2.5-72B"), ClientVerdict: new("ok"),
	}
	if p.tp > 0 {
		run.TP = &p.tp
	}
	writer, err := w.Begin(b.Context(), run)
	if err != nil {
		return err
	}
	slots, end, failed := make([]int64, p.concurrency), int64(0), int64(0)
	batch := make([]*store.Record, 0, 100)
	for id := range p.requests {
		slot := id % len(slots)
		rec := benchRecord(rng, int64(id), slots[slot], p.level)
		rec.TNS = rec.TNS[:p.tokens]
		last := slots[slot] + rec.TNS[p.tokens-1]
		rec.Request.Chunks, rec.OutputTokens, rec.LastTokenNS, rec.DoneNS = int64(p.tokens), store.Int(int64(p.tokens)), store.Int(last), store.Int(last)
		rec.PromptTokens = store.Int(int64(200 * math.Exp(rng.NormFloat64())))
		if p.requests > 1000 && id%500 == 7 {
			rec.Status, failed = store.StatusHTTPError, failed+1
		}
		slots[slot] = last + 1e5
		end = max(end, last)
		if batch = append(batch, rec); len(batch) == cap(batch) || id == p.requests-1 {
			if err := writer.Append(batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	run.Status, run.DurationNS = store.RunComplete, &end
	run.Completed, run.Failed = new(int64(p.requests)-failed), &failed
	_, err = writer.Finish(b.Context(), run)
	return err
}

func BenchmarkPlot(b *testing.B) {
	dir := plotWarehouse(b)
	for _, kind := range []string{"percentiles", "distribution", "timeline", "waterfall", "prompt-length", "concurrency", "gaps", "deadlines"} {
		b.Run(kind, func(b *testing.B) {
			for b.Loop() {
				runCommand(b, "plot", kind, "long", "--warehouse", dir, "-o", filepath.Join(b.TempDir(), "chart.png"))
			}
		})
	}
}

func BenchmarkReport(b *testing.B) {
	dir := plotWarehouse(b)
	for b.Loop() {
		runCommand(b, "report", "tag:sweep=load", "--warehouse", dir, "-o", b.TempDir())
	}
}

func runCommand(b *testing.B, args ...string) {
	b.Helper()
	var said bytes.Buffer
	if code := run(b.Context(), args, nil, io.Discard, &said); code != 0 {
		b.Fatalf("%s: exit %d: %s", strings.Join(args, " "), code, said.String())
	}
}
