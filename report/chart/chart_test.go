package chart

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var (
	update   = flag.Bool("update", false, "rewrite the golden files in testdata")
	pictures = flag.String("pictures", "", "write every picture at full size into this folder, to be looked at")
)

func longName(i int) string {
	return strings.Repeat("nightly-regression-", 3)[:57] + "-" + string(rune('a'+i)) + "b"
}

// quantiles are those of a log-normal latency with a slow tail, as the view of percentiles would give them.
func quantiles(medianMS float64, nines float64) []Point {
	var points []Point
	for x := 0.0; x <= nines; x += 0.1 {
		points = append(points, Point{100 - 100*math.Pow(10, -x), medianMS * math.Exp(0.3*(x-0.3)) * (1 + 2/(1+math.Exp(8*(1.7-x))))})
	}
	return points
}

func wave(n int, level, noise float64) []Point {
	var points []Point
	for i := range n {
		ramp := min(1, float64(i+1)/6) * min(1, float64(n-i)/8)
		points = append(points, Point{float64(i), ramp * (level + noise*math.Sin(float64(i*i)))})
	}
	return points
}

func percentilePanel(title string, lines ...[]Point) Panel {
	p := Panel{
		Title: title, Note: "log scale", X: Axis{Title: "percentile", Scale: Nines, Show: Percentile}, Y: Axis{Scale: Log, Show: MS},
	}
	for i, l := range lines {
		p.Marks = append(p.Marks, Line{Series: i, Points: l})
	}
	return p
}

// figures are what the tests draw, from the usual to the absurd.
func figures() map[string]Figure {
	known := Facts{Completed: 1000, Duration: 250 * time.Second, Rate: 4, Client: "ok"}
	unlike := Facts{Completed: 88, Failed: 12, Duration: 25 * time.Second, Rate: 4, Client: "saturated"}
	two := Figure{
		Title: "Latency by percentile", Columns: 2, ShareX: true,
		Legend: []Key{{Name: "tp4", Facts: []Facts{known}, Detail: "p99 312 ms"}, {Name: "tp8", Facts: []Facts{unlike}}, {Name: "crashed at once"}},
		Panels: []Panel{percentilePanel("TTFT", quantiles(180, 3), quantiles(104, 2)), percentilePanel("ITL", quantiles(20, 6), quantiles(9, 6))},
	}
	two.Panels[0].Marks = append(two.Panels[0].Marks, Rule{200, "SLO 200 ms"}, Rule{210, "SLO 210 ms"})
	eight := Figure{Title: strings.Repeat("A title much too long ", 8), ShareX: true, Panels: []Panel{
		percentilePanel("E2EL"), {Title: "output tokens", Note: "tok/s", X: Axis{Title: "seconds", Show: Seconds}, Y: Axis{FromZero: true}},
	}}
	eight.ShareX = false
	for i := range 8 {
		eight.Legend = append(eight.Legend, Key{Name: longName(i), Facts: []Facts{{Completed: int64(1000 + i), Duration: 30 * time.Second, Client: "ok"}}})
		eight.Panels[0].Marks = append(eight.Panels[0].Marks, Line{Series: i, Points: quantiles(100*math.Pow(1.5, float64(i)), 3)})
		eight.Panels[1].Marks = append(eight.Panels[1].Marks, Line{Series: i, Points: wave(30, 300+60*float64(i), 20), Step: true, Thin: true})
	}
	holes := wave(40, 430, 30)
	holes[20].Y, holes[21].X, holes[22].Y = math.NaN(), math.Inf(1), 0
	boxes := Figure{Title: "Boxes", Legend: []Key{{Name: "prefill", Fill: InkPrefill}, {Name: "decode", Fill: InkDecode}, {Name: "stall", Fill: InkStall}, {Name: "failed", Fill: InkFailed}}}
	grid := Panel{Title: "tp", X: Axis{Scale: Names, Names: []string{"1", "2", "4", longName(0)}, Title: "c"}, Y: Axis{Scale: Names, Names: []string{"4", "8"}}}
	cells := Boxes{}
	for i := range 8 {
		x, y := float64(i/2), float64(i%2)
		cells.Boxes = append(cells.Boxes, Box{X0: x - 0.48, X1: x + 0.48, Y0: y - 0.48, Y1: y + 0.48, Fill: Heat(float64(i) / 7), Label: number(float64(i)), Hover: "cell"})
	}
	grid.Marks = []Mark{cells}
	boxes.Panels = []Panel{grid}
	band := Band{Series: 0}
	curve := Line{Series: 0, Every: true, Shade: true}
	for x := 1.0; x <= 1024; x *= 2 {
		curve.Points = append(curve.Points, Point{x, 100 * math.Sqrt(x)})
		band.Points = append(band.Points, Range{x, 90 * math.Sqrt(x), 120 * math.Sqrt(x)})
	}
	dots := Dots{Series: 1}
	for i := range 12 {
		dots.Points = append(dots.Points, Point{5 + float64(i*i), 1000 / float64(i+1)})
		dots.Labels = append(dots.Labels, fmt.Sprintf("c=%d", i))
	}
	return map[string]Figure{
		"two": two, "eight": eight, "boxes": boxes,
		"load": {Title: "Load", Legend: []Key{{Name: "tp=4"}, {Name: "tp=8"}}, Panels: []Panel{
			{Title: "throughput", X: Axis{Scale: Log, Title: "load"}, Y: Axis{FromZero: true}, Marks: []Mark{band, curve, Line{Series: 1, Points: []Point{{3, 500}}}}},
			{Title: "pareto", X: Axis{Title: "speed", Room: true}, Y: Axis{FromZero: true}, Marks: []Mark{Frontier{dots.Points}, dots}},
		}},
		"gaps": {Title: "A stall and a missing run", Legend: []Key{{Name: "tp4"}, {Name: "absent"}}, ShareX: true, Panels: []Panel{
			{Title: "output tokens", X: Axis{Title: "seconds"}, Y: Axis{FromZero: true}, Marks: []Mark{Line{Points: holes, Step: true, Thin: true}}},
			{Title: "failed", X: Axis{Title: "seconds"}},
		}},
		"one":     {Title: "One request", Legend: []Key{{Name: "single", Facts: []Facts{{Completed: 1, Client: "ok"}}}}, Panels: []Panel{percentilePanel("TTFT", []Point{{0, 65}})}},
		"zeros":   {Title: "Nothing but zeros", Legend: []Key{{Name: "none"}}, Panels: []Panel{percentilePanel("queue", []Point{{0, 0}, {50, 0}, {90, 0}})}},
		"chinese": {Title: "首字延迟", Lang: Chinese, Legend: []Key{{Name: "tp4", Facts: []Facts{unlike}}}, Panels: []Panel{percentilePanel("TTFT", quantiles(90, 3))}},
		"empty":   {Title: "All requests failed", Empty: "no data: no request has this latency", Legend: []Key{{Name: "tp4", Facts: []Facts{{Failed: 40, Client: "ok"}}}}, Panels: []Panel{percentilePanel("TTFT")}},
		"nothing": {Title: "No runs"},
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
		"two":     {Title: "Lengths of sharegpt", Note: "1000 requests", Panels: []HistogramPanel{bell, alone}},
		"empty":   {Title: "Lengths", Panels: []HistogramPanel{bell, {Title: "tokens asked for"}}},
		"nothing": {Title: "Lengths"},
	}
}

func TestFigurePictures(t *testing.T) {
	t.Parallel()
	for name, f := range figures() {
		img := drawPNG(t, "figure-"+name, f.Write)
		compareThumbnail(t, "figure-"+name, img)
		checkMargins(t, "figure-"+name, img)
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
