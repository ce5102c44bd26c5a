package query

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"llmbench/store"
)

// chatRun writes a run of requests of 500 events each: a role, 498 texts about 20 ms apart, a bare finish.
func chatRun(b *testing.B, chunks int) store.Entry {
	b.Helper()
	rng := rand.New(rand.NewPCG(1, 1))
	records := make([]store.Record, chunks/500)
	for i := range records {
		r := okRecord(int64(i), int64(i)*5, 50, 20, 500)
		for k := range r.TNS {
			r.TNS[k] += rng.Int64N(4e6)
		}
		r.OddChunk, r.OddKind = []int32{0, 499}, []store.Kind{store.KindRole, store.KindFinish}
		records[i] = r
	}
	run := newRun("big")
	run.DurationNS = new(int64(110e9))
	return writeRun(b, run, records)
}

func benchmarkQuery(b *testing.B, chunks int, query string) {
	b.Helper()
	s := openSession(b, Source{Entries: []store.Entry{chatRun(b, chunks)}}, Options{Threads: 2})
	for b.Loop() {
		rows, err := s.Query(b.Context(), query)
		if err != nil {
			b.Fatal(err)
		}
		if err := rows.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(chunks)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mchunk/s")
}

func BenchmarkQuery(b *testing.B) {
	for _, chunks := range []int{1e6, 1e7} {
		for name, query := range map[string]string{
			// The slice form over the lists alone: what the views are measured by.
			"bare ITL percentiles": "SELECT run_id, quantile_cont(g, [0.5, 0.9, 0.95, 0.99]) FROM (SELECT run_id, unnest(t_ns[2:]) - unnest(t_ns[:-2]) AS g FROM token_lists) GROUP BY ALL",
			"ITL percentiles":      "SELECT run_id, quantile_cont(gap_ns, [0.5, 0.9, 0.95, 0.99]) FROM token_gaps GROUP BY ALL",
			"ITL statistics":       "FROM latency_stats([50, 90, 95, 99]) WHERE metric = 'itl'",
			"throughput timeline":  "FROM throughput_timeline",
			"tokens by kind":       "SELECT kind, count(*) FROM tokens GROUP BY ALL",
			"run summary":          "FROM run_summary",
		} {
			b.Run(fmt.Sprintf("%s/%dM", name, chunks/1e6), func(b *testing.B) { benchmarkQuery(b, chunks, query) })
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	entry := writeRun(b, newRun("r"), records(100))
	for _, runs := range []int{0, 1, attachAtOpen, 10000} {
		entries := make([]store.Entry, runs)
		for i := range entries {
			entries[i] = entry
			entries[i].Run.RunID = fmt.Sprintf("r%d", i)
		}
		source := Source{Entries: entries, Catalogue: writeCatalogue(b, entries)}
		b.Run(fmt.Sprintf("%d runs", runs), func(b *testing.B) {
			for b.Loop() {
				s, err := Open(b.Context(), source, Options{})
				if err != nil {
					b.Fatal(err)
				}
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSummarise(b *testing.B) {
	entry := writeRun(b, newRun("r"), records(100))
	for b.Loop() {
		if _, err := Summarise(b.Context(), entry.Run, entry.Files); err != nil {
			b.Fatal(err)
		}
	}
}
