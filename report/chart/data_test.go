package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

func TestLineEndsWithItsSample(t *testing.T) {
	t.Parallel()
	check := func(n int64, want ...float64) {
		t.Helper()
		s := PercentileSeries{N: n}
		for _, p := range []float64{99.9, 0, 50, 90, 95, 99, 100} {
			s.Points = append(s.Points, PercentilePoint{p, 10 + p})
		}
		line := s.line()
		if len(line) != len(want) {
			t.Fatalf("n %d: %d points, want %d", n, len(line), len(want))
		}
		for i, p := range want {
			if math.Abs(line[i].X-nines(p)) > 1e-9 || line[i].Y != 10+p {
				t.Errorf("n %d: point %d is %v, want percentile %g", n, i, line[i], p)
			}
		}
	}
	check(0, 0, 50, 90, 95, 99, 99.9)
	check(1, 0)
	check(2, 0, 50)
	check(10, 0, 50, 90)
	check(19, 0, 50, 90)
	check(20, 0, 50, 90, 95)
	check(100, 0, 50, 90, 95, 99)
	check(999, 0, 50, 90, 95, 99)
	check(1000, 0, 50, 90, 95, 99, 99.9)
}

func TestNines(t *testing.T) {
	t.Parallel()
	for p, want := range map[float64]float64{0: 0, 90: 1, 99: 2, 99.9: 3} {
		if got := nines(p); math.Abs(got-want) > 1e-9 {
			t.Errorf("nines(%g) = %g, want %g", p, got, want)
		}
	}
}

func labels(ticks []plot.Tick) string {
	var list []string
	for _, t := range ticks {
		if t.Label != "" {
			list = append(list, t.Label)
		}
	}
	return strings.Join(list, " ")
}

func TestTicks(t *testing.T) {
	t.Parallel()
	check := func(name string, got []plot.Tick, want string) {
		t.Helper()
		if labels(got) != want {
			t.Errorf("%s: %q, want %q", name, labels(got), want)
		}
	}
	check("nines", ninesTicks{}.Ticks(0, 4), "0 50% 90% 95% 99% 99.9% 99.99%")
	check("one nine", ninesTicks{}.Ticks(0, 1), "0 50% 90% 95%")
	check("log", logTicks{}.Ticks(30, 3000), "50 ms 100 ms 200 ms 500 ms 1 s 2 s")
	check("wide log", logTicks{}.Ticks(0.5, 20_000), "1 ms 10 ms 100 ms 1 s 10 s")
	check("narrow log", logTicks{}.Ticks(60, 70), "60 ms 62 ms 64 ms 66 ms 68 ms 70 ms")
	check("linear", linearTicks{5, number}.Ticks(0, 8.8), "0 2 4 6 8")
	check("fractions", linearTicks{5, number}.Ticks(0, 1), "0 0.2 0.4 0.6 0.8 1")
	check("thousands", linearTicks{5, number}.Ticks(0, 23_000), "0 5000 10000 15000 20000")
	check("no range", linearTicks{5, number}.Ticks(3, 3), "3")
}

func TestStretches(t *testing.T) {
	t.Parallel()
	check := func(name string, l TimelineLine, want ...int) {
		t.Helper()
		got := l.stretches()
		if len(got) != len(want) {
			t.Fatalf("%s: %d stretches, want %d", name, len(got), len(want))
		}
		for i, n := range want {
			if len(got[i]) != n {
				t.Errorf("%s: stretch %d has %d points, want %d", name, i, len(got[i]), n)
			}
		}
	}
	at := func(ts ...float64) []TimelinePoint {
		var points []TimelinePoint
		for _, v := range ts {
			points = append(points, TimelinePoint{v, 1})
		}
		return points
	}
	nan := at(0, 1, 2)
	nan[1].Value = math.NaN()
	check("none", TimelineLine{})
	check("one", TimelineLine{Points: at(0)}, 2)
	check("whole", TimelineLine{Points: at(0, 1, 2)}, 4)
	check("a gap in time", TimelineLine{Points: at(0, 1, 5)}, 3, 2)
	check("a NaN", TimelineLine{Points: nan}, 2, 2)
	check("wider intervals", TimelineLine{Every: 5, Points: at(0, 5, 10, 25)}, 4, 2)
}

func TestHeaderSharesFacts(t *testing.T) {
	t.Parallel()
	f := Facts{Completed: 10, Duration: 5 * time.Second, Load: "4 req/s", Client: "ok"}
	g := f
	g.Failed, g.Client = 2, "saturated"
	h := newHeader("T", "", []entry{{name: "a", facts: f, present: true}, {name: "b", facts: g, present: true}, {name: "c"}})
	if h.subtitle != "5 s · 4 req/s" {
		t.Errorf("subtitle %q", h.subtitle)
	}
	for i, want := range []string{"10 requests · client ok", "12 requests, 2 failed · client saturated", "no data"} {
		if h.entries[i].detail != want {
			t.Errorf("detail %d is %q, want %q", i, h.entries[i].detail, want)
		}
	}
}

func TestLatin(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain": "plain", "größer · é": "größer · é", "基线": "??", "a\nb\x1b": "a b ", "": "",
	} {
		if got := latin(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	style := nameStyle()
	long := strings.Repeat("abcdefghij", 10)
	for _, width := range []float64{5, 40, 100, 1000} {
		got := cut(long, style, vg.Length(width))
		if style.Width(got) > vg.Length(width) && got != "..." {
			t.Errorf("cut to %g is %g wide", width, style.Width(got))
		}
		if width == 100 && (!strings.HasPrefix(got, "abc") || !strings.HasSuffix(got, "hij")) {
			t.Errorf("cut to %q: both ends should stay", got)
		}
	}
}

func TestOptionsValidate(t *testing.T) {
	t.Parallel()
	if err := (Options{}).Validate(); err != nil {
		t.Error(err)
	}
	err := Options{Format: "bmp", Width: 1, Height: 1e9, DPI: 1}.Validate()
	for _, flag := range []string{"--format", "--width", "--height", "--dpi"} {
		if err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("err = %v, want %s in it", err, flag)
		}
	}
	if err := (Percentiles{}).Write(io.Discard, Options{Format: "bmp"}); err == nil {
		t.Error("bmp was drawn")
	}
	if err := (Timeline{Panels: []TimelinePanel{{Lines: make([]TimelineLine, 2)}}}).Write(io.Discard, Options{}); err == nil {
		t.Error("a line without a run was drawn")
	}
}

func TestSVG(t *testing.T) {
	t.Parallel()
	p := percentileCharts()["slo"]
	p.Series[0].Name = `<script>"&`
	var out bytes.Buffer
	if err := p.Write(&out, Options{Format: "svg"}); err != nil {
		t.Fatal(err)
	}
	text := ""
	for d := xml.NewDecoder(bytes.NewReader(out.Bytes())); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if c, ok := token.(xml.CharData); ok {
			text += string(c) + "\n"
		}
	}
	for _, want := range []string{p.Title, `<script>"&`, "tp8", "SLO 200 ms", "99.9%", "TTFT", "1000 requests"} {
		if !strings.Contains(text, want) {
			t.Errorf("the picture does not say %q", want)
		}
	}
	if !strings.Contains(out.String(), "Arial") {
		t.Error("no font named for viewers without Liberation Sans")
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWriteErrors(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"png", "svg"} {
		if err := percentileCharts()["two"].Write(fullDisk{}, Options{Format: format}); err == nil {
			t.Errorf("%s: a full disk was not noticed", format)
		}
	}
}
