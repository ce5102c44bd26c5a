package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

func TestCalibrationRoundTrip(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "made", "calibration.json")
	want := &Calibration{Host: "a", CPUs: 2, BeganAt: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), TrustedStreams: 64,
		Steps: []CalibrationStep{{Streams: 64, GapError: ErrorSpread{1, 2}, ServerCPUPerChunkNS: new(int64(7)), Trusted: true}, {Streams: 8, Flood: true}}}
	for range 2 { // the second replaces the first
		if err := SaveCalibration(path, want); err != nil {
			t.Fatal(err)
		}
	}
	got, err := LoadCalibration(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestLoadCalibrationFails(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "calibration.json")
	if _, err := LoadCalibration(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file gives %v", err)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadCalibration(path); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a broken file gives %v", err)
	}
}
