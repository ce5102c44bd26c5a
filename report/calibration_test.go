package report

import (
	"bytes"
	"testing"
	"time"

	"llmbench/store"
)

func TestWriteCalibration(t *testing.T) {
	t.Parallel()
	c := &store.Calibration{Host: "bench1", CPUs: 2, BeganAt: time.Date(2026, 11, 23, 17, 32, 0, 0, time.UTC), TTFTNS: 50e6, ITLNS: 10e6, TokensPerStream: 128, TrustedStreams: 64,
		Steps: []store.CalibrationStep{
			{Streams: 64, Requests: 192, Chunks: 24576, ChunksPerSecond: 4654.2, TTFTError: store.ErrorSpread{P50NS: 140_000, P99NS: 470_000},
				SendError: store.ErrorSpread{P50NS: 100_000, P99NS: 350_000}, ArrivalError: store.ErrorSpread{P50NS: 40_000, P99NS: 120_000},
				GapError: store.ErrorSpread{P50NS: 10_000, P99NS: 110_000}, ClientCPUPerChunkNS: 24_500, ServerCPUPerChunkNS: new(int64(25_400)), Verdict: "ok", Trusted: true},
			{Streams: 256, Verdict: "ok", Reason: "p99 gap error 9.87ms is above 500µs"},
			{Streams: 16, Flood: true, Verdict: "saturated", Reason: "the client used 90% of its cores"},
		}}
	for _, format := range []string{"table", "json"} {
		var out bytes.Buffer
		if err := WriteCalibration(&out, c, format); err != nil {
			t.Fatal(err)
		}
		golden(t, "calibration."+format+".golden", out.Bytes())
	}
	c.TrustedStreams, c.Burst = 0, true
	var out bytes.Buffer
	if err := WriteCalibration(&out, c, "table"); err != nil || !bytes.Contains(out.Bytes(), []byte("No step can be trusted")) || !bytes.Contains(out.Bytes(), []byte("begun at once")) {
		t.Errorf("%v: %s", err, out.Bytes())
	}
	if err := WriteCalibration(&out, c, "xml"); err == nil {
		t.Error("an unknown format is no error")
	}
}
