package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"llmbench/report"
	"llmbench/store"
)

// repeatsWarehouse holds four runs each of base, of cand, which is 10 % slower and whose accelerators draw half as much
// again, and of worn, whose client was saturated. The sides are run in turn.
func repeatsWarehouse(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	w, err := store.Open(t.Context(), dir, store.Options{ToolVersion: version})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for i := range 4 {
		for k, side := range []struct {
			name, client string
			level, watts float64
		}{{"base", "ok", 1, 100}, {"cand", "ok", 1.1, 150}, {"worn", "saturated", 1.1, 100}} {
			run := store.Run{
				BeganAt: time.Date(2026, 11, 20, i, k, 0, 0, time.UTC), Source: "collect", TimeBase: "process", Status: store.RunRunning, ToolVersion: version,
				Name: new(side.name), MaxConcurrency: new(int64(1)), RequestRate: new(store.Rate(math.Inf(1))), Dataset: new("random"), WorkloadID: new("w"),
				DCUCount: new(int64(2)), ClientVerdict: new(side.client),
			}
			run.RunID = store.RunIDAt(run.BeganAt, side.name)
			if err := writeRepeat(t, w, run, side.level, side.watts); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// writeRepeat stores a run of 40 requests of 20 tokens, one after the other, on a level of its own, and two accelerators that
// draw watts each.
func writeRepeat(t *testing.T, w *store.Warehouse, run store.Run, level, watts float64) error {
	t.Helper()
	writer, err := w.Begin(t.Context(), run)
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(uint64(run.BeganAt.Unix()), 1))
	level *= math.Exp(0.01 * rng.NormFloat64())
	end, batch := int64(0), []*store.Record{}
	for id := range 40 {
		rec := benchRecord(rng, int64(id), end, level)
		rec.TNS, rec.Request.Chunks, rec.OutputTokens = rec.TNS[:20], 20, store.Int(20)
		end += rec.TNS[19]
		rec.LastTokenNS, rec.DoneNS = store.Int(end), store.Int(end)
		batch = append(batch, rec)
	}
	if err := writer.Append(batch); err != nil {
		return err
	}
	var samples store.Samples
	for _, at := range []int64{0, end / 2, end} {
		for device := range int64(2) {
			samples.Devices = append(samples.Devices, &store.DeviceSample{TNS: at, Source: "command", Device: device, PowerW: &watts})
		}
	}
	if err := writer.AppendSamples(samples); err != nil {
		return err
	}
	run.Status, run.DurationNS = store.RunComplete, &end
	_, err = writer.Finish(t.Context(), run)
	return err
}

func TestCompareStoredRepeats(t *testing.T) {
	t.Parallel()
	dir := repeatsWarehouse(t)
	t.Run("thresholds", func(t *testing.T) { checkFailOn(t, dir) })
	t.Run("energy", func(t *testing.T) { checkEnergy(t, dir) })
}

// checkFailOn walks the exit codes of a CI: 0 clear, 2 beyond noise, 3 what cannot be told.
func checkFailOn(t *testing.T, dir string) {
	check := func(code int, want, args string, gates ...string) {
		t.Helper()
		var out, said bytes.Buffer
		line := append(strings.Fields("compare --warehouse "+dir), strings.Fields(args)...)
		for _, gate := range gates {
			line = append(line, "--fail-on", gate)
		}
		if got := run(t.Context(), line, nil, &out, &said); got != code || !strings.Contains(out.String()+said.String(), want) {
			t.Errorf("%s %q exits %d, want %d and %q:\n%s%s", args, gates, got, code, want, out.String(), said.String())
		}
	}
	check(0, "clear for B", "base cand", "mean_tpot_ms > +20%")
	check(2, "fail-on output_throughput < -2%: holds for B: -", "base cand", "mean_tpot_ms > +20%", "output_throughput < -2%")
	check(3, "the client was saturated", "base worn", "mean_tpot_ms > +5%")
	check(3, "not known on both sides", "base cand", "goodput < -2%")
	check(2, "fail-on request_goodput < -2%: holds", "base cand --goodput tpot:21", "goodput < -2%")
	check(3, "a side has one run, so the noise between runs is not known", "base 20261120T000100Z-cand", "mean_tpot_ms > +5%")
	check(2, "noise within the run only", "20261120T000000Z-base 20261120T000100Z-cand --fail-on-noise within-run", "mean_tpot_ms > +2%")
	check(80, "--no-interval", "base cand --no-interval", "mean_tpot_ms > +5%")
}

// checkEnergy: power times time over tokens, in the whole run and in a window, with the devices counted.
func checkEnergy(t *testing.T, dir string) {
	for _, window := range []string{"all", "trim=1s,1s"} {
		var out, said bytes.Buffer
		if code := run(t.Context(), strings.Fields(fmt.Sprintf("compare --warehouse %s base cand --format json --window %s", dir, window)), nil, &out, &said); code != 0 {
			t.Fatalf("exit %d: %s", code, said.String())
		}
		var c report.Comparison
		if err := json.Unmarshal(out.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		rows := map[string]report.Row{}
		for _, r := range c.Points[0].Rows {
			rows[r.Metric] = r
		}
		joules, output, device := rows["joules_per_token"], rows["output_throughput"], rows["tokens_per_s_per_device"]
		if len(joules.Cells) == 0 || joules.Cells[0].Value == nil {
			t.Fatalf("%s: no energy: %+v", window, joules)
		}
		// Two accelerators of 100 W: 200 W over tokens per second.
		if got, want := *joules.Cells[0].Value, 200 / *output.Cells[0].Value; math.Abs(got/want-1) > 1e-6 {
			t.Errorf("%s: %g J a token, want %g", window, got, want)
		}
		if got, want := *device.Cells[0].Value, *output.Cells[0].Value/2; math.Abs(got/want-1) > 1e-9 {
			t.Errorf("%s: %g tokens per second and device, want %g", window, got, want)
		}
		if ch := joules.Changes[0]; ch.Verdict != report.Worse || *ch.Percent < 50 || *ch.Percent > 85 {
			t.Errorf("%s: half as much again is %s, %v %%", window, ch.Verdict, *ch.Percent)
		}
	}
}
