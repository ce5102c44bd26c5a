package main

import (
	"bytes"
	"context"
	"math"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"llmbench/collect/simulate"
	"llmbench/report"
	"llmbench/store"
)

// simulated serves an engine for the length of a test and gives its address.
func simulated(t *testing.T, change func(*simulate.Config)) string {
	t.Helper()
	config := simulate.Default()
	config.PrefillTime, config.StepTime, config.StepSequenceTime, config.PrefillTokenTime = time.Millisecond, time.Millisecond, 0, 0
	if change != nil {
		change(&config)
	}
	server, err := simulate.New(config)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return server.URL()
}

// collected runs collect in this process and gives the run.
func collected(t *testing.T, warehouse string, wantCode int, args ...string) store.Entry {
	t.Helper()
	var stdout, stderr bytes.Buffer
	args = append([]string{"collect", "--warehouse", warehouse}, args...)
	if code := run(t.Context(), args, nil, &stdout, &stderr); code != wantCode {
		t.Fatalf("%v exits %d, want %d: %s", args, code, wantCode, stderr.String())
	}
	a := newApp(t.Context(), nil, &stdout, &stderr)
	w, err := warehouseFlag{warehouse}.open(a)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	entry, err := w.Resolve(t.Context(), "latest")
	if err != nil {
		t.Fatal(err)
	}
	return entry
}

// oracle computes the latencies of a run anew from its records, by the definitions and in plain Go.
type oracle map[string][]float64

func oracleOf(t *testing.T, files store.Files) (samples oracle, completed, failed, output int64) {
	t.Helper()
	samples = oracle{}
	ms := func(ns int64) float64 { return float64(ns) / 1e6 }
	for rec, err := range store.ReadRecords(files) {
		if err != nil {
			t.Fatal(err)
		}
		if rec.Status != store.StatusOK {
			failed++
			continue
		}
		completed++
		output += rec.OutputTokens.V
		samples["queue"] = append(samples["queue"], ms(rec.SentNS.V-rec.IntendedNS.V))
		samples["e2el"] = append(samples["e2el"], ms(rec.LastTokenNS.V-rec.SentNS.V))
		if !rec.FirstTokenNS.Valid {
			continue
		}
		samples["ttft"] = append(samples["ttft"], ms(rec.FirstTokenNS.V-rec.SentNS.V))
		if n := rec.OutputTokens.V; n > 1 {
			samples["tpot"] = append(samples["tpot"], ms(rec.LastTokenNS.V-rec.FirstTokenNS.V)/float64(n-1))
		}
		last := int64(-1)
		for i, at := range rec.TNS {
			if j := slices.Index(rec.OddChunk, int32(i)); j >= 0 && (rec.OddKind[j] == store.KindRole || rec.OddKind[j] == store.KindFinish) {
				continue
			}
			if last >= 0 {
				samples["itl"] = append(samples["itl"], ms(at-last))
			}
			last = at
		}
	}
	return samples, completed, failed, output
}

// percentile is numpy's default: linear between neighbours.
func (o oracle) percentile(metric string, p float64) float64 {
	v := slices.Sorted(slices.Values(o[metric]))
	k := p / 100 * float64(len(v)-1)
	low := int(k)
	high := min(low+1, len(v)-1)
	return v[low] + (v[high]-v[low])*(k-float64(low))
}

func (o oracle) mean(metric string) float64 {
	sum := 0.0
	for _, v := range o[metric] {
		sum += v
	}
	return sum / float64(len(o[metric]))
}

func (o oracle) std(metric string) float64 {
	mean, sum := o.mean(metric), 0.0
	for _, v := range o[metric] {
		sum += (v - mean) * (v - mean)
	}
	return math.Sqrt(sum / float64(len(o[metric])))
}

// The report at the end, run_summary and a plain computation over the records say the same, over completions and chat.
func TestReportEqualsSummaryEqualsOracle(t *testing.T) {
	t.Parallel()
	for _, backend := range []string{"vllm", "openai-chat"} {
		t.Run(backend, func(t *testing.T) {
			t.Parallel()
			url := simulated(t, nil)
			entry := collected(t, t.TempDir(), 0, "--base-url", url, "--backend", backend, "--num-prompts", "40", "--max-concurrency", "8",
				"--random-input-len", "10", "--random-output-len", "12", "--random-range-ratio", "0.8", "--ignore-eos")
			checkServing(t, entry)
		})
	}
}

func checkServing(t *testing.T, entry store.Entry) {
	t.Helper()
	metrics, percentiles := []string{"ttft", "tpot", "itl", "e2el", "queue"}, []float64{50, 75, 90, 95, 99, 99.9}
	a := newApp(t.Context(), nil, nil, nil)
	serving, err := a.serving(entry, metrics, percentiles)
	if err != nil {
		t.Fatal(err)
	}
	samples, completed, failed, output := oracleOf(t, entry.Files)
	if s := serving.Summary; s.Completed != completed || s.Failed != failed || *s.TotalOutputTokens != output {
		t.Errorf("summary has %d, %d, %d; the records %d, %d, %d", s.Completed, s.Failed, *s.TotalOutputTokens, completed, failed, output)
	}
	near := func(what string, got *float64, want float64) {
		t.Helper()
		if got == nil || math.Abs(*got-want) > 1e-9*max(1, math.Abs(want)) {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	for _, l := range serving.Latencies {
		near("mean "+l.Metric, l.MeanMS, samples.mean(l.Metric))
		near("median "+l.Metric, l.MedianMS, samples.percentile(l.Metric, 50))
		near("std "+l.Metric, l.StdMS, samples.std(l.Metric))
		for _, p := range l.Percentiles {
			near(l.Metric, p.MS, samples.percentile(l.Metric, p.P))
		}
		for prefix, want := range map[string]float64{"mean": samples.mean(l.Metric), "std": samples.std(l.Metric), "p99": samples.percentile(l.Metric, 99)} {
			m, known := report.MetricNamed(prefix + "_" + l.Metric + "_ms")
			if !known {
				t.Fatalf("no metric %s_%s_ms", prefix, l.Metric)
			}
			near("run_summary "+m.Name, m.Read(&serving.Summary), want)
		}
	}
}

// One token, no token gap, no TPOT: unknown, never 0. And a run of nothing but failures has no latency at all.
func TestReportAtTheEdges(t *testing.T) {
	t.Parallel()
	url := simulated(t, nil)
	one := collected(t, t.TempDir(), 0, "--base-url", url, "--num-prompts", "3", "--random-input-len", "4", "--random-output-len", "1", "--ignore-eos")
	if s := one.Summary; s.MeanTPOT != nil || s.MeanITL != nil || s.MeanTTFT == nil || s.RequestGoodput != nil || *s.TotalOutputTokens != 3 {
		t.Errorf("one token each: %+v", s)
	}
	broken := simulated(t, func(c *simulate.Config) { c.Fault = "status=500" })
	none := collected(t, t.TempDir(), 1, "--base-url", broken, "--num-prompts", "3", "--random-input-len", "4", "--random-output-len", "1")
	if s := none.Summary; s.Completed != 0 || s.Failed != 3 || s.MeanTTFT != nil || s.P99E2EL != nil {
		t.Errorf("all failed: %+v", s)
	}
}

// Keys and passwords reach the server and nothing else.
func TestSecretsAreNotStored(t *testing.T) {
	url := simulated(t, func(c *simulate.Config) { c.APIKey = "topsecret" })
	t.Setenv("OPENAI_API_KEY", "topsecret")
	withPassword := strings.Replace(url, "http://", "http://me:topsecret@", 1)
	entry := collected(t, t.TempDir(), 0, "--base-url", withPassword, "--num-prompts", "2", "--random-input-len", "4", "--random-output-len", "2", "--header", "X-Token=topsecret")
	for name, text := range map[string]*string{"flags": entry.Run.Flags, "base_url": entry.Run.BaseURL, "env": entry.Run.Env, "extra": entry.Run.Extra} {
		if text != nil && bytes.Contains([]byte(*text), []byte("topsecret")) {
			t.Errorf("%s holds the key: %s", name, *text)
		}
	}
}
