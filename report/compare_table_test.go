package report

import (
	"bytes"
	"strings"
	"testing"
)

func TestCompareFitsTerminal(t *testing.T) {
	t.Parallel()
	a, b := plainEntry(), candidate()
	b.Run.BaseURL = new("http://a-rather-long-host-name.example.com:8000/some/deep/path/behind/a/proxy")
	b.Run.Name = new(strings.Repeat("a long name ", 12))
	for _, sides := range [][]CompareSide{{oneRun(a), oneRun(b)}, {oneRun(a), oneRun(b), oneRun(b)}, {repeats(a, "a", 5, 1, 0.5), repeats(b, "b", 5, 1, 0.5)}} {
		for line := range strings.Lines(string(write(t, compare(t, DefaultCompare(), sides...), "table", WriteOptions{}))) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > 82 {
				t.Errorf("%d columns: %q", n, line)
			}
		}
	}
}

func TestCompareCSVNotes(t *testing.T) {
	t.Parallel()
	var notes bytes.Buffer
	c := compare(t, DefaultCompare(), resampled(oneRun(plainEntry()), 200), resampled(oneRun(candidate()), 200))
	rows := string(write(t, c, "csv", WriteOptions{Notes: &notes}))
	if strings.Contains(rows, "Note") || !strings.Contains(notes.String(), "noise") {
		t.Error("the notes of a CSV do not go where they should")
	}
	for line := range strings.Lines(rows) {
		if strings.Count(line, ",") != len(csvHeader)-1 {
			t.Errorf("%d columns: %s", strings.Count(line, ",")+1, line)
		}
	}
}
