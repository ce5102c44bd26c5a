package chart

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot/plotter"
)

// shiftSeries moves by body in the middle and by tail at the end, with a band of that width in the middle, wider outwards.
func shiftSeries(name string, body, tail, width float64) ShiftSeries {
	s := ShiftSeries{Name: name}
	for _, p := range []float64{1, 5, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9} {
		ratio := 1 + body + (tail-body)*math.Pow(p/100, 20)
		spread := math.Exp(width * (1 + math.Pow(p/100, 8)*3))
		s.Points = append(s.Points, ShiftPoint{p, ratio, ratio / spread, ratio * spread})
	}
	return s
}

func shifts() map[string]Shift {
	const note = "n=5+5, bands: 95% between runs"
	four := func(series ...ShiftSeries) []ShiftPanel {
		var panels []ShiftPanel
		for _, metric := range []string{"TTFT", "TPOT", "ITL", "E2EL"} {
			panels = append(panels, ShiftPanel{metric, series})
		}
		return panels
	}
	unbounded := shiftSeries("candidate", 0.02, 0.3, 0.03)
	for i := range unbounded.Points[8:] {
		unbounded.Points[8+i].Lo, unbounded.Points[8+i].Hi = 0, math.Inf(1)
	}
	unlike := four(shiftSeries("candidate", -0.05, -0.02, 0.01))
	unlike[1].Series = []ShiftSeries{{Name: "candidate"}}
	return map[string]Shift{
		"tail":      {Title: "Change from baseline to candidate", Note: note, Baseline: ShiftSeries{Name: "base", Facts: []Facts{{Completed: 500, Client: "ok"}}}, Panels: four(shiftSeries("candidate", 0.0, 0.25, 0.02))},
		"two":       {Title: "Change from baseline", Note: note, Panels: four(shiftSeries("candidate", 0.03, 0.1, 0.02), shiftSeries("a longer name 中文", -0.2, -0.1, 0.04))},
		"unbounded": {Title: "Change from baseline to candidate", Note: "n=1+1", Panels: four(unbounded)},
		"doubled":   {Title: "Change from baseline to candidate", Note: note, Panels: four(shiftSeries("candidate", 1.2, 6, 0.1))},
		"none":      {Title: "Change from baseline to candidate", Note: note, Panels: four(shiftSeries("candidate", 0, 0, 0.001))},
		"one-panel": {Title: "Change from baseline to candidate", Note: note, Panels: unlike[:1]},
		"gap":       {Title: "Change from baseline to candidate", Note: note, Panels: unlike},
		"no-panels": {Title: "Change from baseline to candidate"},
	}
}

func TestShiftPictures(t *testing.T) {
	t.Parallel()
	for name, s := range shifts() {
		img := drawPNG(t, "shift-"+name, s.Write)
		compareThumbnail(t, "shift-"+name, img)
		checkMargins(t, "shift-"+name, img)
	}
}

// Every point that is in the picture tells its change, in the language of the page.
func TestShiftTellsEveryPoint(t *testing.T) {
	t.Parallel()
	s := shifts()["two"]
	s.Panels = s.Panels[:2]
	s.Panels[0].Series[0].Points = []ShiftPoint{{50, 1.5, 1.25, 2}, {90, 0.9, 0, math.Inf(1)}, {99, math.NaN(), 1, 1}, {100, 1, 1, 1}}
	for lang, want := range map[Lang]string{
		English: "TTFT · candidate\np50: +50.0% (+25.0% to x2.00)|TTFT · candidate\np90: -10.0%, bounds not known",
		Chinese: "TTFT · candidate\np50: +50.0%（+25.0% 到 x2.00）|TTFT · candidate\np90: -10.0%，界限未知",
	} {
		s.Lang = lang
		in, err := s.Inline(Options{})
		if err != nil {
			t.Fatal(err)
		}
		var first []string
		for _, spot := range in.Spots[:2] {
			first = append(first, spot.Text)
		}
		if got := strings.Join(first, "|"); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
		if want := 2 * (2 + 11); len(in.Spots) != want { // the panels share their series
			t.Errorf("%d spots, want %d", len(in.Spots), want)
		}
		for _, spot := range in.Spots {
			if spot.X0 < 0 || spot.X1 > in.Width || spot.Y0 < 0 || spot.Y1 > in.Height {
				t.Errorf("spot %+v of a picture of %g by %g", spot, in.Width, in.Height)
			}
		}
	}
}

func TestShiftOutlines(t *testing.T) {
	t.Parallel()
	s := ShiftSeries{Points: []ShiftPoint{
		{90, 2, 1, 4}, {50, 1, 0.5, 2}, {75, 1, 0.5, 2}, // out of order
		{99, 2, 0, math.Inf(1)}, // no band
		{99.9, math.NaN(), 1, 2}, {100, 1, 1, 1}, {-1, 1, 1, 1},
	}}
	line, bands := s.outlines()
	if len(line) != 4 || line[0].X != nines(50) || line[2] != (plotter.XY{X: 1, Y: math.Ln2}) {
		t.Errorf("line %v", line)
	}
	if len(bands) != 1 || len(bands[0]) != 6 || bands[0][2] != (plotter.XY{X: 1, Y: 0}) || bands[0][3] != (plotter.XY{X: 1, Y: 2 * math.Ln2}) {
		t.Errorf("bands %v", bands)
	}
	if line, bands := (ShiftSeries{}).outlines(); line != nil || bands != nil {
		t.Errorf("nothing gives %v, %v", line, bands)
	}
}

func TestChangeTicks(t *testing.T) {
	t.Parallel()
	check := func(low, high float64, want string) {
		t.Helper()
		if got := labels(changeTicks{}.Ticks(low, high)); got != want {
			t.Errorf("%g to %g: %s, want %s", low, high, got, want)
		}
	}
	check(-0.02, 0.02, "0% +1% +2% -1%")
	check(-0.1, 0.1, "0% +5% +10% -5%")
	check(-0.3, 0.3, "0% +20% -20%")
	check(-0.05, 0.4, "0% +10% +20% +30% +40%")
	check(-0.1, 2, "x1 x2 x4")
	check(-4, 4, "x1 x4 x16 1/4 1/16")
}
