package report

import (
	"strings"
	"testing"
)

func TestNoiseGoldens(t *testing.T) {
	t.Parallel()
	noise, err := MeasureNoise(repeats(plainEntry(), "a", 6, 1, 0.03), DefaultCompare())
	if err != nil {
		t.Fatal(err)
	}
	for format, file := range map[string]string{"table": "noise.txt", "json": "noise.json", "csv": "noise.csv", "markdown": "noise.md", "html": "noise.html"} {
		golden(t, file, write(t, noise, format, WriteOptions{Width: 120}))
	}
	plan, err := PlanRepeats([]CompareSide{repeats(plainEntry(), "a", 4, 1, 0.03), repeats(plainEntry(), "b", 4, 1.5, 0.03)}, 0.03, DefaultCompare())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "plan.txt", write(t, plan, "table", WriteOptions{Width: 120}))
	few, err := MeasureNoise(repeats(plainEntry(), "a", 2, 1, 0.03), DefaultCompare())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "noise-few.txt", write(t, few, "table", WriteOptions{Width: 120}))
	if _, err := MeasureNoise(oneRun(plainEntry()), DefaultCompare()); err == nil {
		t.Error("one run has noise")
	}
	mixed := repeats(plainEntry(), "a", 4, 1, 0.03)
	mixed.Runs[2].Entry.Run.Dataset = new("sharegpt")
	if _, err := MeasureNoise(mixed, DefaultCompare()); err == nil || !strings.Contains(err.Error(), "dataset") {
		t.Errorf("runs of two datasets are repeats: %v", err)
	}
}

// Halves that differ are named.
func TestNoiseFindsWhatDiffers(t *testing.T) {
	t.Parallel()
	side := repeats(plainEntry(), "a", 8, 1, 0.01)
	for i := range side.Runs {
		if i%2 == 1 {
			summary := *side.Runs[i].Entry.Summary
			stretch(&summary, 1.2)
			side.Runs[i].Entry.Summary = &summary
			side.Runs[i] = measured(side.Runs[i].Entry)
		}
	}
	r, err := MeasureNoise(side, DefaultCompare())
	if err != nil {
		t.Fatal(err)
	}
	if notes := strings.Join(r.Notes, "\n"); !strings.Contains(notes, "the halves differ in") {
		t.Errorf("two settings in turns pass for one: %s", notes)
	}
}
