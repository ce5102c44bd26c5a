package store

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var (
	fillDir   = flag.String("fill", "", "folder of a warehouse that BenchmarkFill fills and leaves there")
	fillRuns  = flag.Int("fill-runs", 10_000, "small runs for BenchmarkFill to make")
	fillLarge = flag.Int("fill-large", 2, "runs of -fill-chunks chunks, named large-0 and so on, for BenchmarkFill to make")
	fillSize  = flag.Int("fill-chunks", 1_000_000, "chunks of a large run")
)

// BenchmarkFill makes a warehouse to measure commands on:
//
//	go test ./store -run - -bench Fill -benchtime 1x -fill DIR
//
// Small runs have 100 requests of 20 chunks, and summaries of made-up numbers; large ones have none until they are
// asked for.
func BenchmarkFill(b *testing.B) {
	if *fillDir == "" {
		b.Skip("-fill names no folder")
	}
	w, _ := openAt(b, *fillDir, Options{})
	if err := w.create(); err != nil {
		b.Fatal(err)
	}
	small := newDice(1).streamed(100, 20)
	for i := range *fillRuns {
		fillRun(b, w, fullRun(i), small, fullSummary(float64(i)))
	}
	large := newDice(2).streamed(*fillSize/500, 500)
	for i := range *fillLarge {
		run := fullRun(0)
		run.Name, run.BeganAt = new(fmt.Sprintf("large-%d", i)), began.AddDate(1, 0, i)
		run.RunID = NewRunID(run.BeganAt)
		fillRun(b, w, run, large, nil)
	}
	if _, err := w.Runs(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// fillRun stores a run without a journal, and without bringing the catalogue up to date.
func fillRun(b *testing.B, w *Warehouse, run Run, records []*Record, summary *Summary) {
	b.Helper()
	rel := runDir(&run)
	dir := filepath.Join(w.dir, filepath.FromSlash(rel))
	if err := makeDirs(w.dir, rel); err != nil {
		b.Fatal(err)
	}
	events, err := createEvents(dir, run.RunID, "test")
	if err != nil {
		b.Fatal(err)
	}
	rows := make([]Record, len(records))
	for i, r := range records {
		rows[i] = *r
	}
	for len(rows) > 0 {
		n := portionLen(rows)
		if err := events.write(rows[:n]); err != nil {
			b.Fatal(err)
		}
		rows = rows[n:]
	}
	f := &runFile{Schema: SchemaVersion, Run: run, Summary: summary}
	if summary != nil {
		f.Definitions = DefinitionsVersion
	}
	f.Run.Completed, f.Run.Failed = new(int64(len(records))), new(int64(0))
	if f.Files, err = events.finish(); err != nil {
		b.Fatal(err)
	}
	if err := f.write(dir, time.Time{}); err != nil {
		b.Fatal(err)
	}
	if strings.HasSuffix(run.RunID, "-0000") {
		b.Logf("%s: %+v", run.RunID, f.Files)
	}
}
