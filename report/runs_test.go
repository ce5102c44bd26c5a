package report

import (
	"bytes"
	"strings"
	"testing"

	"llmbench/store"
)

func manyRuns() []store.Entry {
	noSummary := emptyEntry()
	noSummary.Summary = nil
	noSummary.Run.Status = store.RunRunning
	long := candidateEntry()
	long.Run.Name = new("nightly\nregression of the big model on the new driver")
	long.Run.Model = new("/models/some-vendor/An-Extraordinarily-Long-Model-Name-405B-Instruct/")
	return []store.Entry{plainEntry(), candidateEntry(), emptyEntry(), noSummary, long}
}

func TestWriteRuns(t *testing.T) {
	t.Parallel()
	check := func(file string, width int, runs []store.Entry) {
		t.Helper()
		var out bytes.Buffer
		if err := WriteRuns(&out, runs, WriteOptions{Width: width}); err != nil {
			t.Fatal(err)
		}
		golden(t, file, out.Bytes())
		for line := range strings.Lines(out.String()) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > max(width, 40) {
				t.Errorf("width %d: %d columns: %q", width, n, line)
			}
		}
	}
	check("runs-wide.txt", 200, manyRuns())
	check("runs-80.txt", 80, manyRuns())
	check("runs-40.txt", 1, manyRuns())
	check("runs-none.txt", 80, nil)
}

func TestWriteRun(t *testing.T) {
	t.Parallel()
	check := func(file string, e store.Entry) {
		t.Helper()
		var out bytes.Buffer
		if err := WriteRun(&out, e, WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		golden(t, file, out.Bytes())
	}
	full := candidateEntry()
	full.Run.Note = new("a long note that somebody wrote down about this run, long enough to need a second line of text")
	full.Run.SLO = new(`{"ttft":100,"tpot":50}`)
	check("run-show.txt", full)
	check("run-show-nulls.txt", store.Entry{Run: emptyEntry().Run})
}
