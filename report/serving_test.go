package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"llmbench/store"
)

func serve(t *testing.T, s Serving) string {
	t.Helper()
	var out bytes.Buffer
	if err := WriteServing(&out, s); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func plainServing() Serving {
	m := plainSummary()
	return Serving{Run: plainRun(), Summary: m, Latencies: []Latency{
		{Metric: "ttft", MeanMS: m.MeanTTFT, MedianMS: m.MedianTTFT, StdMS: m.StdTTFT,
			Percentiles: []Percentile{{50, m.P50TTFT}, {99, m.P99TTFT}, {99.9, ms(130.75)}}},
		{Metric: "tpot", MeanMS: m.MeanTPOT, MedianMS: m.MedianTPOT, Percentiles: []Percentile{{99, m.P99TPOT}}},
		{Metric: "itl", MeanMS: m.MeanITL, MedianMS: m.MedianITL, Percentiles: []Percentile{{99, m.P99ITL}}},
		{Metric: "e2el", MeanMS: m.MeanE2EL, MedianMS: m.MedianE2EL, Percentiles: []Percentile{{99, m.P99E2EL}}},
	}}
}

func TestWriteServing(t *testing.T) {
	t.Parallel()
	golden(t, "serving.txt", []byte(serve(t, plainServing())))
}

func TestWriteServingWithFailures(t *testing.T) {
	t.Parallel()
	s := plainServing()
	s.Run.MaxConcurrency, s.Run.SLO = new(int64(16)), new(`{"ttft":100}`)
	s.Run.Tokenizer, s.Run.ClientVerdict = new("approximation (4 bytes a token)"), new("saturated")
	s.Run.Findings = new(`{"client":"the client used 91% of its cores"}`)
	s.Summary.Failed, s.Summary.RequestGoodput = 31, ms(9.5)
	s.Summary.Retried = new(int64(6))
	s.Latencies = append(s.Latencies, Latency{Metric: "queue", MeanMS: ms(12), MedianMS: ms(3)})
	s.Latencies = append(s.Latencies, Latency{Metric: "ttft_from_intended", MeanMS: ms(45)}, Latency{Metric: "e2el_from_intended", MeanMS: ms(331)})
	s.Summary.MeanQueue = ms(31.5)
	s.Probes = &Probes{Completed: 7, Failed: 1, MedianMS: ms(5), P99MS: ms(6), MaxMS: ms(7.125)}
	s.OutputCounts = []TokenCount{{store.CountedByUsage, 30}, {store.CountedByChunks, 10}}
	s.Failures = []Failure{
		{Status: store.StatusHTTPError, HTTPStatus: new(int64(429)), Error: "rate limit exceeded,\nplease try again in 20 s", Count: 4, Retried: 5},
		{Status: store.StatusIdleTimeout, Count: 7},
		{Status: store.StatusConnectTimeout, Error: "dial tcp: i/o timeout", Retried: 1},
		{Status: store.StatusStreamError, HTTPStatus: new(int64(200)), Error: "显存不足，请稍后重试，显存不足，请稍后重试", Count: 9},
	}
	for i := range 11 {
		s.Failures = append(s.Failures, Failure{Status: store.StatusConnectError, Error: fmt.Sprintf("\x1b[31mport %d", i), Count: 1})
	}
	out := serve(t, s)
	golden(t, "serving-failures.txt", []byte(out))
	if strings.ContainsRune(out, 0x1b) {
		t.Error("a server's error reached the terminal with its escape sequences")
	}
}

func TestWriteServingOfALateClient(t *testing.T) {
	t.Parallel()
	s := plainServing()
	s.Run.MaxConcurrency, s.Summary.MeanQueue = nil, ms(900)
	const want = "Requests waited 900.00 ms in the client, which sent them late, on average"
	if out := serve(t, s); !strings.Contains(out, want) {
		t.Errorf("%q is not in\n%s", want, out)
	}
}

func TestWriteServingAllFailed(t *testing.T) {
	t.Parallel()
	e := emptyEntry()
	out := serve(t, Serving{Run: e.Run, Summary: *e.Summary, Latencies: []Latency{
		{Metric: "ttft", Percentiles: []Percentile{{P: 99}}}, {Metric: "tpot"}, {Metric: "itl"},
	}})
	golden(t, "serving-all-failed.txt", []byte(out))
	if strings.Contains(out, "0.00") {
		t.Error("a number that cannot be had printed as 0.00")
	}
}

// Scripts in the wild cut the value from the line of a label; these are the labels of vLLM 0.8.5.
func TestServingLabels(t *testing.T) {
	t.Parallel()
	s := plainServing()
	s.Run.SLO = new(`{"ttft":100}`)
	out := serve(t, s)
	for _, label := range []string{
		"Successful requests:", "Benchmark duration (s):", "Total input tokens:", "Total generated tokens:",
		"Request throughput (req/s):", "Request goodput (req/s):", "Output token throughput (tok/s):",
		"Total Token throughput (tok/s):", "Mean TTFT (ms):", "Median TTFT (ms):", "P99 TTFT (ms):", "P99.9 TTFT (ms):",
		"Mean TPOT (ms):", "Mean ITL (ms):", "Mean E2EL (ms):",
	} {
		i := strings.Index(out, "\n"+label)
		if i < 0 {
			t.Errorf("no line for %q", label)
			continue
		}
		line, _, _ := strings.Cut(out[i+1:], "\n")
		if len(line) != 51 || line[40] != ' ' || line[41] == ' ' {
			t.Errorf("%q: the value does not begin in column 42 of 51: %q", label, line)
		}
	}
}
