package query

import (
	"math"
	"math/rand/v2"
	"testing"

	"llmbench/store"
)

// TestEnergyOfCurve samples a known course of power about once a second, as tools do: idle, a climb, and a load that
// swings, until after the end. The energy of the run is the integral to 0.5 %.
func TestEnergyOfCurve(t *testing.T) {
	t.Parallel()
	const lengthS = 60.0
	power := func(s float64) float64 {
		switch {
		case s < 0:
			return 90
		case s < 5:
			return 90 + 50*s
		}
		return 340 + 60*math.Sin(2*math.Pi*(s-5)/11)
	}
	// Of [0, 5] and of the rest, in closed form.
	w := 2 * math.Pi / 11
	want := 90*5 + 50*25/2.0 + 340*(lengthS-5) + 60/w*(1-math.Cos(w*(lengthS-5)))
	dice := rand.New(rand.NewPCG(1, 2))
	run := newRun("curve")
	run.DurationNS = new(int64(lengthS * 1e9))
	var samples []*store.DeviceSample
	for at := -1.3; at < lengthS+1; at += 0.95 + 0.1*dice.Float64() {
		for device := range int64(8) {
			samples = append(samples, &store.DeviceSample{TNS: int64(at * 1e9), Source: "hy-smi", Device: device, PowerW: new(power(at))})
		}
	}
	s := openSession(t, Source{Entries: []store.Entry{storeSampled(t, run, samples)}}, Options{})
	rows, err := s.Query(t.Context(), "SELECT energy_j, covered_ratio FROM energy")
	if err != nil {
		t.Fatal(err)
	}
	var got, covered float64
	if _, err := collect(rows, func(v []any) struct{} { got, covered = v[0].(float64), v[1].(float64); return struct{}{} }); err != nil {
		t.Fatal(err)
	}
	if math.Abs(got-8*want) > 0.005*8*want || covered != 1 {
		t.Errorf("energy %g J over %g of the time, want %g J within 0.5 %%", got, covered, 8*want)
	}
	t.Logf("off by %.4f %%", 100*(got/(8*want)-1))
}

// storeSampled stores a run with one request and the samples.
func storeSampled(t *testing.T, run store.Run, samples []*store.DeviceSample) store.Entry {
	t.Helper()
	w, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	writer, err := w.Begin(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	record := okRecord(0, 0, 40, 10, 2)
	if err := writer.Append([]*store.Record{&record}); err != nil {
		t.Fatal(err)
	}
	if err := writer.AppendSamples(store.Samples{Devices: samples}); err != nil {
		t.Fatal(err)
	}
	run.RunID = writer.RunID()
	entry, err := writer.Finish(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	return entry
}
