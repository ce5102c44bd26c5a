package report

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"llmbench/store"
)

func sweepRow(tp, batch, repeat int, output float64) SweepRow {
	return SweepRow{Point: fmt.Sprintf("tp=%d,batch=%d", tp, batch), Values: []string{fmt.Sprint(tp), fmt.Sprint(batch)}, Repeat: repeat,
		Run: store.Run{ClientVerdict: new("ok")}, Summary: &store.Summary{Completed: int64(batch), OutputThroughput: &output, RequestThroughput: new(output / 100),
			MeanTTFT: new(1000 / output), P99TTFT: new(2000 / output), MeanTPOT: new(500 / output)}}
}

func sweepRows() []SweepRow {
	rows := []SweepRow{sweepRow(4, 1, 1, 100), sweepRow(4, 1, 2, 110), sweepRow(4, 64, 1, 2000), sweepRow(8, 1, 1, 150), sweepRow(8, 64, 1, 98765.432)}
	rows[4].Run.ClientVerdict = new("saturated")
	failed := SweepRow{Point: "tp=8,batch=1", Values: []string{"8", "1"}, Repeat: 2, Error: "the server ended by itself:\nboom \x1b[31m and so on and on and on and on and on and on"}
	return append(rows, failed)
}

func TestSweep(t *testing.T) {
	var out bytes.Buffer
	live := NewSweepLive([]string{"tp", "batch"}, [][]string{{"4", "1"}, {"8", "64"}}, 2, 6, 80)
	fmt.Fprintln(&out, live.Header())
	for _, r := range sweepRows() {
		fmt.Fprintln(&out, live.Row(r, false))
	}
	narrow := NewSweepLive([]string{"max-num-seqs", "lens", "max-concurrency"}, [][]string{{"4", "16:8", "4096"}}, 2, 40, 80)
	fmt.Fprintln(&out, narrow.Header())
	if err := WriteSweep(&out, Sweep{Name: "grid", Keys: []string{"tp", "batch"}, Rows: sweepRows()}, WriteOptions{Width: 80}); err != nil {
		t.Fatal(err)
	}
	if err := WriteSweepStatus(&out, []SweepStatus{{"tp=8,batch=1", 2, "failed", "the server ended by itself"}, {"tp=8,batch=2", 1, "left", ""}}, WriteOptions{Width: 80}); err != nil {
		t.Fatal(err)
	}
	golden(t, "sweep.txt", out.Bytes())
}

func TestLimits(t *testing.T) {
	var out bytes.Buffer
	trials := []SweepTrial{{1, 1, 0, 0}, {24, 5, 0, 1}, {25, 0, 5, 0}, {32, 0, 1, 0}}
	slo := "success_rate>=0.99"
	limits := []SweepLimit{
		{Point: "tp=4", Key: "max-concurrency", SLOs: slo, Wanted: 0.95, Max: &SweepMax{Best: 24, Low: 23.91, High: 25.11, Confidence: 0.957, Trials: trials, Runs: 13}},
		{Point: "all", Key: "request-rate", SLOs: slo, Wanted: 0.95, Max: &SweepMax{Best: 24, Low: 23, High: 25.11, Confidence: 0.81, Trials: trials, Runs: 40}},
		{Point: "none", Key: "max-concurrency", SLOs: slo, Wanted: 0.95, Max: &SweepMax{High: 1, Confidence: 0.97, Trials: []SweepTrial{{1, 0, 6, 0}}, Runs: 6}},
		{Point: "whole", Key: "max-concurrency", SLOs: slo, Wanted: 0.95, Max: &SweepMax{Best: 64, Low: 64, High: math.Inf(1), Confidence: 0.97, Runs: 6}},
		{Point: "capped", Key: "max-concurrency", SLOs: slo, Wanted: 0.95, Max: &SweepMax{Best: 64, Low: 64, High: math.Inf(1), Confidence: 0.9, Capped: 128, Runs: 6}},
		{Point: "at once", Key: "max-concurrency", SLOs: slo, Wanted: 0.95, Max: &SweepMax{Capped: 1, High: math.Inf(1), Runs: 2}},
		{Point: "tp=4", Key: "max-concurrency", Growth: 0.2, Knee: &SweepKnee{Knee: 16, Throughput: 1600, Growth: 0.031, Last: 32, Runs: 8}},
		{Point: "tp=8", Key: "max-concurrency", Growth: 0.2, Knee: &SweepKnee{Throughput: 9000, Last: 64, Runs: 7}},
		{Point: "tp=9", Key: "max-concurrency", Growth: 0.2, Knee: &SweepKnee{Throughput: 9000, Last: 64, Capped: 128, Runs: 9}},
	}
	if err := WriteLimits(&out, limits, WriteOptions{Width: 80}); err != nil {
		t.Fatal(err)
	}
	golden(t, "sweep-limits.txt", out.Bytes())
}
