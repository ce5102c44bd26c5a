package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/font/opentype"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

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
	check("log", logTicks{milliseconds, 5}.Ticks(30, 3000), "50 ms 100 ms 200 ms 500 ms 1 s 2 s")
	check("wide log", logTicks{milliseconds, 5}.Ticks(0.5, 20_000), "1 ms 10 ms 100 ms 1 s 10 s")
	check("narrow log", logTicks{milliseconds, 5}.Ticks(60, 70), "60 ms 62 ms 64 ms 66 ms 68 ms 70 ms")
	check("linear", linearTicks{5, number, 0}.Ticks(0, 8.8), "0 2 4 6 8")
	check("fractions", linearTicks{5, number, 0}.Ticks(0, 1), "0 0.2 0.4 0.6 0.8 1")
	check("thousands", linearTicks{5, number, 0}.Ticks(0, 23_000), "0 5000 10000 15000 20000")
	check("gibibytes", linearTicks{5, Gibibytes, GiB}.Ticks(0, 443*GiB), "0 100 200 300 400")
	check("few gibibytes", linearTicks{5, Gibibytes, GiB}.Ticks(0, 0.9*GiB), "0 0.2 0.4 0.6 0.8")
	check("no range", linearTicks{5, number, 0}.Ticks(3, 3), "3")
}

func TestHeaderSharesFacts(t *testing.T) {
	t.Parallel()
	f := Facts{Completed: 10, Duration: 5 * time.Second, Rate: 4, Client: "ok"}
	g := f
	g.Failed, g.Client = 2, "saturated"
	entries := []entry{{name: "a", facts: []Facts{f}, present: true}, {name: "b", facts: []Facts{g}, present: true}, {name: "c"}}
	h := newHeader(heading{title: "T", entries: entries}, English, 600)
	if want := []string{"in 5 s · 4 req/s"}; !slices.Equal(h.subtitle, want) {
		t.Errorf("subtitle %q, want %q", h.subtitle, want)
	}
	for i, want := range []string{"10 requests · client ok", "12 requests, 2 failed · client saturated", "no data"} {
		if h.entries[i].detail != want {
			t.Errorf("detail %d is %q, want %q", i, h.entries[i].detail, want)
		}
	}
	if h.below || h.rows() != 3 {
		t.Errorf("details stand below short names, in %d rows", h.rows())
	}
}

// Runs of a side share its colour and keep what else tells them apart.
func TestSidesShareAColour(t *testing.T) {
	t.Parallel()
	s := &stage{legend: []Key{{Side: 1}, {Side: 1}, {Side: 2}, {}}}
	for series, want := range []int{0, 0, 1, 3, 4} {
		got, own := s.style(series), styleOf(series)
		if got.line.Color != okabeIto[want] || got.glyph.Color != okabeIto[want] || got.glyph.Shape != own.glyph.Shape {
			t.Errorf("series %d is drawn as %+v", series, got)
		}
	}
}

// Without a box there are no kinds of boxes to tell apart; runs are named all the same.
func TestEmptyLegend(t *testing.T) {
	t.Parallel()
	f := Figure{Legend: []Key{{Name: "decode", Fill: InkDecode}}, Panels: []Panel{{Marks: []Mark{Boxes{}}}}}
	if n := len(f.layout(nil, 600).header.entries); n != 0 {
		t.Errorf("%d kinds of boxes in the legend of an empty picture", n)
	}
	f.Legend[0].Fill = ""
	if e := f.layout(nil, 600).header.entries; len(e) != 1 || e[0].detail != "no data" {
		t.Errorf("legend %+v, want the run without data", e)
	}
}

func TestFactsText(t *testing.T) {
	t.Parallel()
	check := func(want string, runs ...Facts) {
		t.Helper()
		if got := FactsText(runs, English); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
	all := math.Inf(1)
	check("")
	check("", Facts{})
	check("1 request · client suspect", Facts{Completed: 1, Client: "suspect"})
	check("12,345 requests, 45 failed · in 2.5 s · inf req/s, at most 8 at once · client ok",
		Facts{Completed: 12300, Failed: 45, Duration: 2500 * time.Millisecond, Rate: all, AtOnce: 8, Client: "ok"})
	check("2 runs", Facts{}, Facts{})
	check("2 runs, 20 requests · 5 s each · 4 req/s · client ok",
		Facts{Completed: 10, Duration: 5 * time.Second, Rate: 4, Client: "ok"}, Facts{Completed: 10, Duration: 5 * time.Second, Rate: 4, Client: "ok"})
	check("3 runs, 60 requests, 1 failed · 5 s to 120 s each · 0.5 to inf req/s, at most 1 to 8 at once · client: 1 ok, 1 saturated, 1 unknown",
		Facts{Completed: 10, Duration: 5 * time.Second, Rate: 0.5, AtOnce: 8, Client: "ok"},
		Facts{Completed: 20, Duration: 2 * time.Minute, Rate: all, AtOnce: 1, Client: "saturated"}, Facts{Completed: 29, Failed: 1})
}

// Nothing of a subtitle is lost: what does not fit on a line stands on the next, and details that do not fit beside long names
// stand below them.
func TestHeaderWraps(t *testing.T) {
	t.Parallel()
	said := heading{title: "T", note: "a note that is said behind the facts", facts: []Facts{{Completed: 1000, Duration: time.Minute, Rate: 4, Client: "ok"}}}
	for i := range 8 {
		said.entries = append(said.entries, entry{name: longName(i), detail: "TTFT p50 102.4 ms, p99 1.204 s · ITL p50 13.52 ms, p99 36.48 ms", present: true})
	}
	for _, lang := range []Lang{English, Chinese} {
		for _, width := range []vg.Length{300, 400, 2000} {
			h := newHeader(said, lang, width)
			for _, line := range h.subtitle {
				if noteStyle().Width(line) > width {
					t.Errorf("%s at %g: %q is too long", lang, width, line)
				}
			}
			if got, want := join(h.subtitle...), join(FactsText(said.facts, lang), said.note); got != want {
				t.Errorf("%s at %g: the subtitle says %q, want %q", lang, width, got, want)
			}
			if h.below != (width < 2000) {
				t.Errorf("%s at %g: details below: %v", lang, width, h.below)
			}
		}
	}
}

func TestPrintable(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain": "plain", "größer · é": "größer · é", "无数据": "无数据", "a\nb\x1b": "a b ", "": "", "\U0010fffd": "?",
	} {
		if got := printable(in); got != want {
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
	for _, flag := range []string{"--format", "a width", "a height", "--dpi"} {
		if err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("err = %v, want %s in it", err, flag)
		}
	}
	if err := (Figure{}).Write(io.Discard, Options{Format: "bmp"}); err == nil {
		t.Error("bmp was drawn")
	}
	if err := (Figure{Panels: []Panel{{Marks: []Mark{Line{Series: 1, Points: []Point{{1, 1}}}}}}}).Validate(); err == nil {
		t.Error("a line of a series that the legend lacks was taken")
	}
}

func TestSVG(t *testing.T) {
	t.Parallel()
	p := figures()["two"]
	p.Legend[0].Name = `<script>"&`
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
	for _, want := range []string{p.Title, `<script>"&`, "tp8", "SLO 200 ms", "99.9", "TTFT", "1,000 requests"} {
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
	for _, format := range Formats {
		if err := figures()["two"].Write(fullDisk{}, Options{Format: format}); err == nil {
			t.Errorf("%s: a full disk was not noticed", format)
		}
	}
}

func TestInlineTellsEveryPoint(t *testing.T) {
	t.Parallel()
	f := figures()["two"]
	in, err := f.Inline(Options{})
	if err != nil {
		t.Fatal(err)
	}
	points := 0
	for _, p := range f.Panels {
		for _, m := range p.Marks {
			if l, ok := m.(Line); ok {
				points += len(l.Points)
			}
		}
	}
	if len(in.Spots) != points {
		t.Errorf("%d spots of %d points", len(in.Spots), points)
	}
	for _, s := range in.Spots {
		if s.X0 < 0 || s.X1 > in.Width || s.Y0 < 0 || s.Y1 > in.Height || !strings.Contains(s.Text, "ms") && !strings.Contains(s.Text, " s") {
			t.Fatalf("spot %+v of a picture of %g by %g", s, in.Width, in.Height)
		}
	}
	for _, want := range []string{"<svg viewBox=", "var(--c1,#0072b2)", "var(--ink,"} {
		if !strings.Contains(in.SVG, want) {
			t.Errorf("the picture has no %q", want)
		}
	}
}

// Every Chinese word must be drawn by the built-in font, or there would be boxes on a machine without another.
func TestChineseWordsHaveGlyphs(t *testing.T) {
	t.Parallel()
	own, err := opentype.Parse(labelFont)
	if err != nil {
		t.Fatal(err)
	}
	liberation := font.DefaultCache.Lookup(font.Font{Typeface: "Liberation", Variant: "Sans"}, 10)
	for phrase, word := range chinese {
		verbs := regexp.MustCompile(`%[%ds]`)
		if len(verbs.FindAllString(phrase, -1)) != len(verbs.FindAllString(word, -1)) {
			t.Errorf("%q and %q have not the same verbs", phrase, word)
		}
		for _, r := range word {
			if !has(liberation.Face, r) && !has(own, r) {
				t.Errorf("%q: no glyph for %c; see fonts/README.md", word, r)
			}
		}
	}
}

func TestHeatFallsInLuminance(t *testing.T) {
	t.Parallel()
	last := 256.0
	for share := 0.0; share <= 1; share += 0.05 {
		c := Heat(share).color()
		luminance := 0.2126*float64(c.R) + 0.7152*float64(c.G) + 0.0722*float64(c.B)
		if luminance > last {
			t.Errorf("at %.2f the colour is brighter than before: %.0f after %.0f", share, luminance, last)
		}
		last = luminance
	}
}
