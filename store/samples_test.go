package store

import (
	"errors"
	"os"
	"reflect"
	"testing"
	"time"
)

// someSamples are rows with every column full, and with every column empty that may be.
func someSamples(tNS int64) Samples {
	return Samples{
		Devices: []*DeviceSample{
			{TNS: tNS, Source: "sysfs", Host: new("node1"), Device: 1, Name: new("K100_AI"), UtilPct: new(74.5), MemUsedBytes: new(int64(1 << 35)),
				MemTotalBytes: new(int64(1 << 36)), PowerW: new(281.0), PowerCapW: new(600.0), TempC: new(67.0), ClockMHz: new(1350.0), Throttled: new(true)},
			{TNS: tNS, Source: "sysfs", Device: 2},
		},
		Metrics: []*MetricSample{
			{TNS: tNS, Name: "vllm:num_requests_running", Labels: map[string]string{"engine": "0", "model_name": "m"}, Value: 3},
			{TNS: tNS, Name: "up", Labels: map[string]string{}, Value: 1},
		},
		Hosts: []*HostSample{
			{TNS: tNS, Host: "client", CPUPct: new(12.5), ClientCPUPct: new(2.0), Load1: new(0.5), MemUsedBytes: new(int64(1)), MemTotalBytes: new(int64(2))},
			{TNS: tNS, Host: "client"},
		},
	}
}

// wantSamples compares what is stored with the samples, in the run.
func wantSamples(t *testing.T, entry Entry, want ...Samples) {
	t.Helper()
	got, err := ReadSamples(entry.Files)
	if err != nil {
		t.Fatal(err)
	}
	var all Samples
	for _, s := range want {
		all.Devices, all.Metrics, all.Hosts = append(all.Devices, s.Devices...), append(all.Metrics, s.Metrics...), append(all.Hosts, s.Hosts...)
	}
	id := entry.Run.RunID
	for _, row := range all.Devices {
		row.RunID = id
	}
	for _, row := range all.Metrics {
		row.RunID = id
		if len(row.Labels) == 0 {
			row.Labels = nil // Parquet tells an empty map from none, and the library does not
		}
	}
	for _, row := range all.Hosts {
		row.RunID = id
	}
	for _, row := range got.Metrics {
		if len(row.Labels) == 0 {
			row.Labels = nil
		}
	}
	if !reflect.DeepEqual(got, all) {
		t.Errorf("got %d, %d and %d samples: %+v\nwant %d, %d and %d", len(got.Devices), len(got.Metrics), len(got.Hosts), got,
			len(all.Devices), len(all.Metrics), len(all.Hosts))
	}
}

// TestSamples follows samples to every end that a run can come to. It is one piece: an end after the other, from one
// beginning.
func TestSamples(t *testing.T) {
	t.Parallel()
	begin := func(t *testing.T) (*Warehouse, *notes, *Writer) {
		w, n := openAt(t, t.TempDir(), Options{})
		writer, err := w.Begin(t.Context(), sampleRun(""))
		if err == nil {
			err = writer.Append(newDice(1).records(10))
		}
		if err != nil {
			t.Fatal(err)
		}
		return w, n, writer
	}
	t.Run("finished", func(t *testing.T) {
		t.Parallel()
		w, n, writer := begin(t)
		if err := errors.Join(writer.AppendSamples(someSamples(-5)), writer.AppendSamples(someSamples(7))); err != nil {
			t.Fatal(err)
		}
		entry, err := writer.Finish(t.Context(), sampleRun(writer.RunID()))
		if err != nil {
			t.Fatal(err)
		}
		wantSamples(t, entry, someSamples(-5), someSamples(7))
		again, err := w.Resolve(t.Context(), entry.Run.RunID)
		if err != nil || again.Files != entry.Files {
			t.Errorf("the catalogue says %+v of %+v, error %v", again.Files, entry.Files, err)
		}
		if err := writer.AppendSamples(someSamples(0)); err == nil {
			t.Error("a finished run takes samples")
		}
		n.want(t)
	})
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		_, _, writer := begin(t)
		entry, err := writer.Finish(t.Context(), sampleRun(writer.RunID()))
		if err != nil || entry.Files.Devices+entry.Files.ServerMetrics+entry.Files.Hosts != "" {
			t.Errorf("files %+v, error %v", entry.Files, err)
		}
	})
	t.Run("recovered", func(t *testing.T) {
		t.Parallel()
		w, _, writer := begin(t)
		if err := errors.Join(writer.AppendSamples(someSamples(1)), writer.Abort()); err != nil {
			t.Fatal(err)
		}
		later, n := openAt(t, w.dir, Options{})
		n.want(t, "recovered the interrupted run")
		entry, err := later.Resolve(t.Context(), writer.RunID())
		if err != nil {
			t.Fatal(err)
		}
		wantSamples(t, entry, someSamples(1))
	})
	t.Run("rescued", func(t *testing.T) {
		t.Parallel()
		_, n, writer := begin(t)
		err := errors.Join(writer.AppendSamples(someSamples(1)), os.RemoveAll(writer.dir))
		writer.held.check()
		if err := errors.Join(err, writer.Append(newDice(2).records(1)), writer.AppendSamples(someSamples(2))); err != nil {
			t.Fatal(err)
		}
		n.want(t, "is gone; all of its rows go on")
		entry, err := writer.Finish(t.Context(), sampleRun(writer.RunID()))
		if err != nil {
			t.Fatal(err)
		}
		wantSamples(t, entry, someSamples(1), someSamples(2))
	})
	t.Run("torn", func(t *testing.T) {
		t.Parallel()
		w, _, writer := begin(t)
		err := errors.Join(writer.AppendSamples(someSamples(1)), writer.AppendSamples(someSamples(2)))
		torn, _ := writer.samples.devices.file.state()
		path := writer.samples.dir + "/" + devicesJournal
		if err := errors.Join(err, writer.Abort(), os.Truncate(path, torn-9)); err != nil {
			t.Fatal(err)
		}
		later, n := openAt(t, w.dir, Options{})
		n.want(t, "recovered the interrupted run")
		entry, err := later.Resolve(t.Context(), writer.RunID())
		if err != nil {
			t.Fatal(err)
		}
		second := someSamples(2)
		second.Devices = nil
		wantSamples(t, entry, someSamples(1), second)
	})
}

// TestMergeSamples moves the samples of shards with their requests.
func TestMergeSamples(t *testing.T) {
	t.Parallel()
	const later = 3 * time.Second
	w, _ := openAt(t, t.TempDir(), Options{})
	var shards []Entry
	for i := range 2 {
		run := sampleRun("")
		run.BeganAt, run.TimeBase = began.Add(time.Duration(i)*later), "process"
		writer, err := w.Begin(t.Context(), run)
		if err != nil {
			t.Fatal(err)
		}
		run.RunID = writer.RunID()
		if err := errors.Join(writer.Append(newDice(uint64(i)).records(5)), writer.AppendSamples(someSamples(int64(i)))); err != nil {
			t.Fatal(err)
		}
		entry, err := writer.Finish(t.Context(), run)
		if err != nil {
			t.Fatal(err)
		}
		shards = append(shards, entry)
	}
	entry, err := w.Merge(t.Context(), shards, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantSamples(t, entry, someSamples(0), someSamples(1+int64(later)))
}

// storeSampled stores a run with a row in every table.
func storeSampled(t *testing.T, w *Warehouse) Entry {
	t.Helper()
	writer, err := w.Begin(t.Context(), sampleRun(""))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(writer.Append(newDice(1).records(50)), writer.AppendSamples(someSamples(0))); err != nil {
		t.Fatal(err)
	}
	entry, err := writer.Finish(t.Context(), sampleRun(writer.RunID()))
	if err != nil {
		t.Fatal(err)
	}
	return entry
}
