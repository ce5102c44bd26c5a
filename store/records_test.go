package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/parquet-go/parquet-go"
)

func TestReadRecordsStops(t *testing.T) {
	t.Parallel()
	_, stored := warehouseOf(t, 1)
	n := 0
	for range ReadRecords(stored[0].Files) {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("read %d records", n)
	}
}

// TestReadRecordsPartly reads a run that lacks files.
func TestReadRecordsPartly(t *testing.T) {
	t.Parallel()
	_, stored := warehouseOf(t, 1)
	whole := readAll(t, stored[0].Files)
	files := stored[0].Files
	files.Tokens, files.Texts = "", ""
	for i, r := range readAll(t, files) {
		want := &Record{Request: whole[i].Request}
		if !reflect.DeepEqual(r, want) {
			t.Errorf("got %+v, want %+v", r, want)
		}
	}
	if none := readAll(t, Files{}); len(none) > 0 {
		t.Errorf("no files gave %d records", len(none))
	}
}

// TestReadRecordsOfAnotherVersion reads files with fewer columns and with one more.
func TestReadRecordsOfAnotherVersion(t *testing.T) {
	t.Parallel()
	type row struct {
		RunID     string  `parquet:"run_id"`
		Flux      float64 `parquet:"flux"`
		RequestID int64   `parquet:"request_id"`
		Phase     string  `parquet:"phase"`
		SentNS    *int64  `parquet:"sent_ns,optional"`
	}
	path := filepath.Join(t.TempDir(), requestsFile)
	if err := parquet.WriteFile(path, []row{{"r", 1.5, 0, PhaseMeasured, new(int64(5))}, {"r", 2.5, 1, PhaseProbe, nil}}); err != nil {
		t.Fatal(err)
	}
	want := []*Record{
		{Request: Request{RequestID: 0, Phase: PhaseMeasured, SentNS: Int(5)}},
		{Request: Request{RequestID: 1, Phase: PhaseProbe}},
	}
	if got := readAll(t, Files{Requests: path}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v and %+v", got[0], got[1])
	}
}

// TestReadRecordsDamaged spoils each file in turn, by a byte and by half.
func TestReadRecordsDamaged(t *testing.T) {
	t.Parallel()
	_, stored := warehouseOf(t, 1)
	files := stored[0].Files
	fails := func(what string) {
		t.Helper()
		var last error
		for _, err := range ReadRecords(files) {
			last = err
		}
		if !errors.Is(last, ErrDamaged) {
			t.Errorf("%s: got %v", what, last)
		}
	}
	for _, path := range []string{files.Requests, files.Tokens, files.Texts} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; at < len(data); at += 509 {
			broken := bytes.Clone(data)
			broken[at] ^= 0xff
			if err := os.WriteFile(path, broken, 0o666); err != nil {
				t.Fatal(err)
			}
			fails(fmt.Sprintf("%s, byte %d", path, at))
		}
		if err := os.WriteFile(path, data[:len(data)/2], 0o666); err != nil {
			t.Fatal(err)
		}
		fails("half of " + path)
		files.RunJSON = "" // nothing to compare with
		fails("half of " + path + " without run.json")
		files.RunJSON = stored[0].Files.RunJSON
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(readAll(t, files)); got != 3 {
		t.Errorf("mended files gave %d records", got)
	}
}
