package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"llmbench/store"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// golden compares got with testdata/name, or rewrites the file under -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (run with -update if it should)\n--- got\n%s\n--- want\n%s", path, got, want)
	}
}

func ms(v float64) *float64 { return &v }

// plainRun is a run of 40 requests at 20 req/s with all it can have known.
func plainRun() store.Run {
	return store.Run{
		RunID: "20261123T173200Z-k3v9", Name: new("tp4"), Status: store.RunComplete, Source: "collect",
		BeganAt: time.Date(2026, 11, 23, 17, 32, 0, 0, time.UTC), DurationNS: new(int64(2853922009)), ToolVersion: "1.0.0",
		DCU: new("K100_AI"), DCUCount: new(int64(4)), TP: new(int64(4)), PP: new(int64(1)), DP: new(int64(1)),
		Model: new("org/Qwen2.5-72B"), DType: new("float16"), Engine: new("vllm"), EngineVersion: new("0.8.5"),
		Backend: new("vllm"), BaseURL: new("http://10.0.0.7:8000"), Env: new(`{"NCCL_MIN_NCHANNELS":"16"}`),
		Dataset: new("random"), NumPrompts: new(int64(40)), RequestRate: new(store.Rate(20)), Burstiness: new(store.Rate(1)),
		Seed: new(int64(0)), IgnoreEOS: new(true), Sampling: new(`{"temperature":0}`),
		Workload:   new(`{"random_input_len":512,"random_output_len":128,"content_hash":"sha256:00ff"}`),
		WorkloadID: new("w-1f2e"), Tokenizer: new("qwen2.5"), Flags: new(`{"tp":4,"random-input-len":512}`),
		Completed: new(int64(40)), Failed: new(int64(0)), TimeBase: "process",
		LagP50NS: new(int64(82_000)), LagP99NS: new(int64(1_120_000)), LagMaxNS: new(int64(2_400_000)),
		SchedP99NS: new(int64(96_000)), GCPauseMaxNS: new(int64(130_000)), ClientCPU: new(0.123),
		QueueHighWater: new(int64(3)), WriteNS: new(int64(12_300_000)), WriteMaxNS: new(int64(1_200_000)), ClientVerdict: new("ok"), Tags: map[string]string{"side": "baseline"},
	}
}

func plainSummary() store.Summary {
	return store.Summary{
		Duration: ms(2.8539), Completed: 40, TotalInputTokens: new(int64(1711)), TotalOutputTokens: new(int64(1229)),
		RequestThroughput: ms(14.0158), OutputThroughput: ms(430.6354), TotalTokenThroughput: ms(1030.1613),
		MaxOutputTokensPerS: ms(612), MaxConcurrent: new(int64(11)),
		MeanTTFT: ms(65.4786), MedianTTFT: ms(68.3358), StdTTFT: ms(21.3), P50TTFT: ms(68.3358), P75TTFT: ms(77.6), P90TTFT: ms(87.1632), P95TTFT: ms(94.4466), P99TTFT: ms(128.7983),
		MeanTPOT: ms(8.5744), MedianTPOT: ms(8.4993), StdTPOT: ms(0.71), P50TPOT: ms(8.4993), P75TPOT: ms(9.1), P90TPOT: ms(9.6284), P95TPOT: ms(9.7103), P99TPOT: ms(9.9596),
		MeanITL: ms(8.5447), MedianITL: ms(7.8193), StdITL: ms(5.2), P50ITL: ms(7.8193), P75ITL: ms(10.9), P90ITL: ms(13.7159), P95ITL: ms(16.8656), P99ITL: ms(26.8576),
		MeanE2EL: ms(319.28), MedianE2EL: ms(301.7649), StdE2EL: ms(84.9), P50E2EL: ms(301.7649), P75E2EL: ms(390), P90E2EL: ms(443.13), P95E2EL: ms(449.19), P99E2EL: ms(481.83),
		MeanQueue: ms(0), MedianQueue: ms(0), StdQueue: ms(0), P50Queue: ms(0), P75Queue: ms(0), P90Queue: ms(0), P95Queue: ms(0), P99Queue: ms(0),
	}
}

func plainEntry() store.Entry {
	s := plainSummary()
	return store.Entry{Run: plainRun(), Summary: &s, Files: store.Files{
		Dir: "/data/warehouse/events/dcu=K100_AI/tp=4/model=org%2FQwen2.5-72B/run_id=20261123T173200Z-k3v9", RunJSON: "run.json",
	}}
}

// candidateEntry is the same load on twice the devices: faster, but with failures and other seeds.
func candidateEntry() store.Entry {
	e := plainEntry()
	r := &e.Run
	r.RunID, r.Name = "20261123T174200Z-a1b2", new("tp8")
	r.BeganAt = r.BeganAt.Add(10 * time.Minute)
	r.TP, r.DCUCount, r.Seed, r.WorkloadID = new(int64(8)), new(int64(8)), new(int64(1)), new("w-77aa")
	r.Env = new(`{"NCCL_MIN_NCHANNELS":"32"}`)
	r.Flags = new(`{"tp":8,"random-input-len":512,"idle-timeout":"30s"}`)
	r.ClientVerdict, r.Failed, r.Completed = new("suspect"), new(int64(2)), new(int64(38))
	r.Findings = new(`{"client":"p99 lag 4.1ms is above 2.4ms"}`)
	s := e.Summary
	s.Completed, s.Failed = 38, 2
	s.OutputThroughput, s.TotalTokenThroughput = ms(585.1), ms(1400.25)
	s.MeanTTFT, s.MedianTTFT, s.P90TTFT, s.P99TTFT = ms(48.2), ms(47.9), ms(71.3), ms(131.9)
	s.MeanE2EL, s.MedianE2EL, s.P90E2EL, s.P99E2EL = ms(219.1), ms(200.2), ms(301.9), ms(1229.4)
	s.TotalOutputTokens = new(int64(1040))
	return e
}

// emptyEntry is a run of which nothing is known: every NULL there can be.
func emptyEntry() store.Entry {
	return store.Entry{
		Run:     store.Run{RunID: "20261123T180000Z-0000", Status: store.RunFailed, Source: "collect"},
		Summary: &store.Summary{Failed: 5},
	}
}
