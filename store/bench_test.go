//go:build unix

package store

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// reportCPU replaces the wall clock of a shared machine by the time this process had, over n things a turn.
func reportCPU(b *testing.B, n int, unit string, loop func()) {
	b.Helper()
	before := cpuTime(b)
	loop()
	b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N*n), unit)
}

func cpuTime(b *testing.B) time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// BenchmarkAppend writes batches as a collector does at 25 and at 1000 requests a second.
func BenchmarkAppend(b *testing.B) {
	for _, requests := range []int{25, 1000} {
		b.Run(fmt.Sprint(requests), func(b *testing.B) {
			w, _ := openAt(b, b.TempDir(), Options{})
			writer, err := w.Begin(b.Context(), sampleRun(""))
			if err != nil {
				b.Fatal(err)
			}
			const chunks = 500
			records := newDice(1).streamed(requests, chunks)
			b.ReportAllocs()
			n := 0
			reportCPU(b, requests*chunks, "cpu-ns/chunk", func() {
				for b.Loop() {
					if err := writer.Append(records); err != nil {
						b.Fatal(err)
					}
					if n++; n%100 == 0 { // keep the disk small
						writer.file.written = 0
					}
				}
			})
			writer.end()
		})
	}
}

// BenchmarkFinish turns journals of one and ten million chunks into Parquet.
func BenchmarkFinish(b *testing.B) {
	for _, requests := range []int{2000, 20_000} {
		b.Run(fmt.Sprintf("%dM", requests*500/1e6), func(b *testing.B) { benchmarkFinish(b, requests) })
	}
}

func benchmarkFinish(b *testing.B, requests int) {
	const chunks = 500
	w, _ := openAt(b, b.TempDir(), Options{})
	writer, err := w.Begin(b.Context(), sampleRun(""))
	if err != nil {
		b.Fatal(err)
	}
	defer writer.end()
	for range requests / 200 {
		if err := writer.Append(newDice(1).streamed(200, chunks)); err != nil {
			b.Fatal(err)
		}
	}
	run := sampleRun(writer.RunID())
	var done *finished
	reportCPU(b, requests*chunks, "cpu-ns/chunk", func() {
		for b.Loop() {
			if done, err = w.finishRun(b.Context(), writer.dir, run, writer.complete); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.ReportMetric(float64(*done.entry.sizes.Tokens)/float64(requests*chunks), "B/chunk")
}

// manyRuns makes a warehouse of n runs that have a run.json and nothing else.
func manyRuns(b testing.TB, n int) string {
	root := b.TempDir()
	for i := range n {
		f := &runFile{Schema: SchemaVersion, Definitions: DefinitionsVersion, Run: fullRun(i), Summary: fullSummary(float64(i))}
		f.Files = map[string]fileState{requestsFile: {Bytes: 20_000 + int64(i)}, tokensFile: {Bytes: 4_000_000}}
		dir := filepath.Join(root, filepath.FromSlash(runDir(&f.Run)))
		if err := os.MkdirAll(dir, 0o777); err != nil {
			b.Fatal(err)
		}
		text, err := json.Marshal(f)
		if err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, runJSONFile), text, 0o666); err != nil {
			b.Fatal(err)
		}
	}
	return root
}

func BenchmarkRuns10000(b *testing.B) {
	root := manyRuns(b, 10_000)
	list := func() time.Duration {
		w, _ := openAt(b, root, Options{})
		start := time.Now()
		runs, err := w.Runs(b.Context())
		if err != nil || len(runs) != 10_000 {
			b.Fatal(len(runs), err)
		}
		return time.Since(start)
	}
	b.Logf("without a catalogue: %v; first with one: %v", list(), list())
	b.Run("opened", func(b *testing.B) {
		reportCPU(b, 1e6, "cpu-ms", func() {
			for b.Loop() {
				list()
			}
		})
	})
	b.Run("resolve", func(b *testing.B) {
		reportCPU(b, 1e6, "cpu-ms", func() {
			for b.Loop() {
				w, _ := openAt(b, root, Options{})
				if _, err := w.find(b.Context(), fullRun(77).RunID); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
	b.Run("again", func(b *testing.B) {
		w, _ := openAt(b, root, Options{})
		reportCPU(b, 1e6, "cpu-ms", func() {
			for b.Loop() {
				if _, err := w.Runs(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
	b.Run("decode", func(b *testing.B) {
		reportCPU(b, 1e6, "cpu-ms", func() {
			for b.Loop() {
				if _, err := readCatalogue(filepath.Join(root, catalogueFile), everything); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}
