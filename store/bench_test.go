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
						writer.written = 0
					}
				}
			})
			writer.end()
		})
	}
}

// BenchmarkFinish turns a journal of a million chunks into Parquet.
func BenchmarkFinish(b *testing.B) {
	const requests, chunks = 2000, 500
	w, _ := openAt(b, b.TempDir(), Options{})
	writer, err := w.Begin(b.Context(), sampleRun(""))
	if err != nil {
		b.Fatal(err)
	}
	defer writer.end()
	for range 10 {
		if err := writer.Append(newDice(1).streamed(requests/10, chunks)); err != nil {
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
	b.ReportMetric(float64(*done.entry.sizes.tokens)/(requests*chunks), "B/chunk")
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
	run.LagP50NS, run.LagP99NS, run.LagMaxNS = new(int64(5000+i)), new(int64(90000+i)), new(int64(900000+i))
	run.SchedP99NS, run.GCPauseMaxNS, run.ClientCPU = new(int64(i)), new(int64(i)), new(float64(i)/1e5)
	run.QueueHighWater, run.ClientVerdict, run.Findings = new(int64(3)), new("ok"), new("[]")
	run.Tags, run.Note, run.Extra = map[string]string{"rack": fmt.Sprint(i % 5), "why": "sweep"}, new("a note"), new("{}")
	return run
}

// fullSummary fills every column of a summary.
func fullSummary(x float64) *Summary {
	s := &Summary{Completed: int64(x), Failed: 1}
	fillPointers(s, x)
	return s
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
