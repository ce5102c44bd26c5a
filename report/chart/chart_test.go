package chart

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	update   = flag.Bool("update", false, "rewrite the golden files in testdata")
	pictures = flag.String("pictures", "", "write every picture at full size into this folder, to be looked at")
)

// latencies draws n log-normal latencies around a median, with a slow tail in one of 50.
func latencies(seed uint64, n int, medianMS float64) []float64 {
	r := rand.New(rand.NewPCG(seed, 7))
	list := make([]float64, n)
	for i := range list {
		list[i] = medianMS * math.Exp(0.25*r.NormFloat64())
		if r.IntN(50) == 0 {
			list[i] *= 4
		}
	}
	slices.Sort(list)
	return list
}

// percentilesOf reads percentiles off a sorted sample, as the view would.
func percentilesOf(sorted []float64) []PercentilePoint {
	var points []PercentilePoint
	for x := 0.0; x <= 5; x += 0.05 {
		p := 1 - math.Pow(10, -x)
		at := p * float64(len(sorted)-1)
		low := int(at)
		high := min(low+1, len(sorted)-1)
		points = append(points, PercentilePoint{p * 100, sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])})
	}
	for _, p := range []float64{50, 99} {
		points = append(points, PercentilePoint{p, sorted[int(p/100*float64(len(sorted)-1))]})
	}
	return points
}

func percentileSeries(name string, seed uint64, n int, medianMS float64) PercentileSeries {
	return PercentileSeries{
		Name: name, N: int64(n), Points: percentilesOf(latencies(seed, n, medianMS)),
		Facts: Facts{Completed: int64(n), Duration: 250 * time.Second, Load: "4 req/s", Client: "ok"},
	}
}

func longName(i int) string {
	return strings.Repeat("nightly-regression-", 3)[:57] + "-" + string(rune('a'+i)) + "b"
}

// percentileCharts are the charts the tests draw, from the usual to the absurd.
func percentileCharts() map[string]Percentiles {
	two := Percentiles{Title: "Time to first token by percentile", Metric: "TTFT", Series: []PercentileSeries{
		percentileSeries("tp4", 1, 1000, 180), percentileSeries("tp8", 2, 1000, 104),
	}}
	slo := two
	slo.SLOs = []SLO{{"SLO 200 ms", 200}, {"SLO 210 ms", 210}}
	unlike := two
	unlike.Series = slices.Clone(two.Series)
	unlike.Series[1].N = 100
	unlike.Series[1].Facts = Facts{Completed: 100, Failed: 12, Duration: 25 * time.Second, Load: "4 req/s", Client: "saturated"}
	unlike.Series = append(unlike.Series, PercentileSeries{Name: "crashed at once"})
	eight := Percentiles{Title: strings.Repeat("A title much too long ", 8), Metric: "E2EL"}
	for i := range 8 {
		eight.Series = append(eight.Series, percentileSeries(longName(i), uint64(i), 2000, 100*math.Pow(1.5, float64(i))))
	}
	itl := Percentiles{Title: "Inter-token latency by percentile", Metric: "ITL", Series: []PercentileSeries{
		percentileSeries("one run", 3, 120_000, 9),
	}}
	for i := range itl.Series[0].Points {
		if i < 8 {
			itl.Series[0].Points[i].MS = 0
		}
	}
	return map[string]Percentiles{
		"two": two, "slo": slo, "unlike": unlike, "eight": eight, "itl": itl,
		"flat": {Title: "All alike", Metric: "TPOT", Series: []PercentileSeries{
			{Name: "steady", N: 40, Points: []PercentilePoint{{50, 8.4}, {90, 8.41}, {95, 8.43}, {99, 9}}}}},
		"one-request": {Title: "One request", Metric: "TTFT", Series: []PercentileSeries{
			{Name: "single", N: 1, Points: []PercentilePoint{{0, 65}, {50, 65}, {99, 65}}, Facts: Facts{Completed: 1, Client: "ok"}}}},
		"zeros": {Title: "Nothing but zeros", Metric: "queue wait", Series: []PercentileSeries{
			{Name: "no queue", N: 10, Points: []PercentilePoint{{0, 0}, {50, 0}, {90, 0}}}}},
		"chinese": {Title: "首字延迟 TTFT", Metric: "TTFT", Series: []PercentileSeries{percentileSeries("基线 tp4", 1, 500, 90)}},
		"all-failed": {Title: "All requests failed", Metric: "TTFT", Series: []PercentileSeries{
			{Name: "tp4", Facts: Facts{Failed: 40, Duration: 3 * time.Second, Load: "20 req/s", Client: "ok"}}}},
		"no-series": {Title: "No runs", Metric: "TTFT"},
		"nulls": {Title: "Holes", Metric: "TTFT", Series: []PercentileSeries{{Name: "a", Points: []PercentilePoint{
			{50, math.NaN()}, {90, math.Inf(1)}, {99, 5}, {-1, 3}, {100, 9}, {95, 4}}}}},
	}
}

func timelineLine(seed uint64, n int, level, noise float64) TimelineLine {
	r := rand.New(rand.NewPCG(seed, 11))
	var l TimelineLine
	for i := range n {
		ramp := min(1, float64(i+1)/6) * min(1, float64(n-i)/8)
		l.Points = append(l.Points, TimelinePoint{float64(i), max(0, ramp*(level+noise*r.NormFloat64()))})
	}
	return l
}

func timelines() map[string]Timeline {
	facts := func(n int64, d time.Duration) Facts {
		return Facts{Completed: n, Duration: d, Load: "4 req/s", Client: "ok"}
	}
	two := Timeline{
		Title: "Throughput over the run",
		Runs:  []TimelineRun{{"tp4", facts(1000, 250*time.Second)}, {"tp8", facts(1000, 180*time.Second)}},
		Panels: []TimelinePanel{
			{"Output throughput", "tok/s", []TimelineLine{timelineLine(1, 250, 430, 30), timelineLine(2, 180, 585, 35)}},
			{"Completed requests", "req/s", []TimelineLine{timelineLine(3, 250, 4, 1), timelineLine(4, 180, 5.5, 1)}},
		},
	}
	gaps := Timeline{Title: "A stall and a missing run", Runs: []TimelineRun{{Name: "tp4"}, {Name: "absent"}}, Panels: []TimelinePanel{
		{"Output throughput", "tok/s", []TimelineLine{timelineLine(1, 40, 430, 30)}},
		{"Failed requests", "req/s", nil},
	}}
	gaps.Panels[0].Lines[0].Points[20].Value = math.NaN()
	gaps.Panels[0].Lines[0].Points = slices.Delete(gaps.Panels[0].Lines[0].Points, 30, 34)
	eight := Timeline{Title: "Eight runs", Panels: []TimelinePanel{{Title: "Output throughput", Unit: "tok/s"}, {Title: "Requests", Unit: "req/s"}}}
	for i := range 8 {
		eight.Runs = append(eight.Runs, TimelineRun{longName(i), facts(int64(1000+i), 30*time.Second)})
		for p, level := range []float64{300 + 60*float64(i), 2 + float64(i)/2} {
			eight.Panels[p].Lines = append(eight.Panels[p].Lines, timelineLine(uint64(i), 30, level, level/20))
		}
	}
	return map[string]Timeline{
		"two": two, "gaps": gaps, "eight": eight,
		"one-second": {Title: "One second", Runs: []TimelineRun{{Name: "short"}}, Panels: []TimelinePanel{
			{"Output throughput", "tok/s", []TimelineLine{{Points: []TimelinePoint{{0, 12}}}}}}},
		"all-zero": {Title: "Nothing came", Runs: []TimelineRun{{Name: "dead"}}, Panels: []TimelinePanel{
			{"Output throughput", "tok/s", []TimelineLine{{Points: []TimelinePoint{{0, 0}, {1, 0}, {2, 0}}}}}}},
		"no-data": {Title: "No runs"},
	}
}

// drawPNG draws at half the usual resolution: layout does not depend on it, and four times fewer pixels are looked at.
func drawPNG(t *testing.T, name string, write func(io.Writer, Options) error) *image.Gray {
	t.Helper()
	if *pictures != "" {
		var full bytes.Buffer
		if err := write(&full, Options{}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := os.WriteFile(filepath.Join(*pictures, name+".png"), full.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := write(&out, Options{DPI: 72}); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	img, err := png.Decode(&out)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	gray := image.NewGray(img.Bounds())
	draw.Draw(gray, gray.Bounds(), img, img.Bounds().Min, draw.Src)
	return gray
}

func histograms() map[string]Histograms {
	bell := HistogramPanel{Title: "prompt tokens", Note: "requests by length; median 500"}
	for i := range 40 {
		x := float64(i) - 20
		bell.Bins = append(bell.Bins, HistogramBin{From: float64(i * 25), To: float64(i*25 + 25), Count: int(900 * math.Exp(-x*x/60))})
	}
	alone := HistogramPanel{Title: "tokens asked for", Bins: []HistogramBin{{256, 257, 1000}}}
	return map[string]Histograms{
		"two":     {Title: "Lengths of 中文 sharegpt", Note: "1000 requests", Panels: []HistogramPanel{bell, alone}},
		"empty":   {Title: "Lengths", Panels: []HistogramPanel{bell, {Title: "tokens asked for"}}},
		"nothing": {Title: "Lengths"},
	}
}

func TestPercentilePictures(t *testing.T) {
	t.Parallel()
	for name, p := range percentileCharts() {
		img := drawPNG(t, "percentiles-"+name, p.Write)
		compareThumbnail(t, "percentiles-"+name, img)
		checkMargins(t, "percentiles-"+name, img)
	}
}

func TestTimelinePictures(t *testing.T) {
	t.Parallel()
	for name, l := range timelines() {
		img := drawPNG(t, "timeline-"+name, l.Write)
		compareThumbnail(t, "timeline-"+name, img)
		checkMargins(t, "timeline-"+name, img)
	}
}

func TestHistogramPictures(t *testing.T) {
	t.Parallel()
	for name, h := range histograms() {
		img := drawPNG(t, "histogram-"+name, h.Write)
		compareThumbnail(t, "histogram-"+name, img)
		checkMargins(t, "histogram-"+name, img)
	}
}

// checkMargins finds text or lines that run into the edge of the picture.
func checkMargins(t *testing.T, name string, img *image.Gray) {
	t.Helper()
	b := img.Bounds()
	const edge = 4
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			inner := image.Rect(b.Min.X+edge, b.Min.Y+edge, b.Max.X-edge, b.Max.Y-edge)
			if (image.Point{x, y}).In(inner) {
				x = inner.Max.X - 1
				continue
			}
			if img.GrayAt(x, y).Y != 0xff {
				t.Fatalf("%s: ink at the edge, (%d, %d) of %v", name, x, y, b)
			}
		}
	}
}

// thumbnailSize is small enough that hinting and the last bit of a float do not show, and large enough that a
// missing line or a moved legend does.
const thumbnailWidth = 96

func thumbnail(img *image.Gray) *image.Gray {
	b := img.Bounds()
	height := thumbnailWidth * b.Dy() / b.Dx()
	out := image.NewGray(image.Rect(0, 0, thumbnailWidth, height))
	for y := range height {
		for x := range thumbnailWidth {
			sum, n := 0, 0
			for sy := y * b.Dy() / height; sy < (y+1)*b.Dy()/height; sy++ {
				for sx := x * b.Dx() / thumbnailWidth; sx < (x+1)*b.Dx()/thumbnailWidth; sx++ {
					sum += int(img.GrayAt(sx, sy).Y)
					n++
				}
			}
			out.SetGray(x, y, color.Gray{uint8(sum / max(n, 1))})
		}
	}
	return out
}

func compareThumbnail(t *testing.T, name string, img *image.Gray) {
	t.Helper()
	path := filepath.Join("testdata", name+".png")
	got := thumbnail(img)
	if *update {
		var out bytes.Buffer
		if err := png.Encode(&out, got); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, out.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if got.Bounds() != want.Bounds() {
		t.Fatalf("%s: size %v, want %v", name, got.Bounds(), want.Bounds())
	}
	if d := difference(got, want); d > 1 {
		t.Errorf("%s looks different: mean difference %.2f of 255 (run with -update if it should)", name, d)
	}
}

func difference(a, b image.Image) float64 {
	sum := 0.0
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			p := color.GrayModel.Convert(a.At(x, y)).(color.Gray).Y
			q := color.GrayModel.Convert(b.At(x, y)).(color.Gray).Y
			sum += math.Abs(float64(p) - float64(q))
		}
	}
	return sum / float64(a.Bounds().Dx()*a.Bounds().Dy())
}
