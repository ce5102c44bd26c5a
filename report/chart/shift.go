package chart

import (
	"cmp"
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Shift is what changed where in a distribution: for every percentile the change from one side to another, with the band
// that noise allows. One look says "the body is the same, the tail is worse".
type Shift struct {
	Title string
	// Note is said below the title: what the bands are.
	Note string
	// Lang is the language of the words that the chart itself says.
	Lang Lang
	// Baseline is what the others are held against: the line of no change. Its points are not looked at.
	Baseline ShiftSeries
	// Facts are those of all runs, where the series have none of their own.
	Facts []Facts
	// Panels are drawn two to a row, with one scale for all.
	Panels []ShiftPanel
}

// ShiftPanel is one latency.
type ShiftPanel struct {
	// Metric names the latency: TTFT, ITL.
	Metric string
	// Series has one for each side held against the baseline, the same in every panel.
	Series []ShiftSeries
}

// ShiftSeries is one side against the baseline.
type ShiftSeries struct {
	Name   string
	Facts  []Facts
	Points []ShiftPoint
}

// ShiftPoint is the change at a percentile, 0 to 100, as the ratio of the two values, and what bounds it. A NaN or
// infinite ratio is left out, and so is a band with such a bound.
type ShiftPoint struct {
	Percentile    float64
	Ratio, Lo, Hi float64
}

// shiftPanelHeight is what a row of panels needs.
const shiftPanelHeight = 185

// Write draws the chart and writes it. A panel without a point says so instead.
func (s Shift) Write(w io.Writer, o Options) error {
	_, err := s.write(w, o, nil)
	return err
}

func (s Shift) write(w io.Writer, o Options, told *spots) (Options, error) {
	if err := o.Validate(); err != nil {
		return o, err
	}
	o = o.withDefaults()
	if o.Title != "" {
		s.Title = o.Title
	}
	d := s.layout(told, o.inner())
	rows := (len(d.panels) + 1) / 2
	o.Height = max(o.Height, float64(d.header.height())+shiftPanelHeight*float64(max(1, rows))+20)
	if told != nil {
		told.height = vg.Length(o.Height)
	}
	return o, write(w, o, d)
}

// Inline draws the chart for a page.
func (s Shift) Inline(o Options) (*Inline, error) {
	return inline(o, s.write)
}

type shiftDrawing struct {
	lang   Lang
	header header
	spots  *spots
	panels []shiftPanel
	xMax   float64
	yMin   float64 // logarithms of ratios
	yMax   float64
}

type shiftPanel struct {
	ShiftPanel
	lines []plotter.XYs
	bands [][]plotter.XYs // of each series, closed outlines
}

func (s Shift) layout(told *spots, width vg.Length) shiftDrawing {
	d := shiftDrawing{xMax: 1, lang: s.Lang, spots: told}
	var entries []entry
	some := false
	for i, panel := range s.Panels {
		p := shiftPanel{ShiftPanel: panel}
		for k, series := range panel.Series {
			line, bands := series.outlines()
			p.lines, p.bands = append(p.lines, line), append(p.bands, bands)
			if i == 0 {
				entries = append(entries, entry{name: series.Name, facts: series.Facts})
			}
			entries[k].present = entries[k].present || len(line) > 0
			some = some || len(line) > 0
		}
		d.panels = append(d.panels, p)
	}
	if !some {
		d.panels = nil
	}
	if s.Baseline.Name != "" {
		entries = slices.Insert(entries, 0, entry{name: s.Lang.Say("%s (baseline)", s.Baseline.Name), facts: s.Baseline.Facts, present: true, swatch: baselineSwatch})
	}
	d.header = newHeader(heading{s.Title, s.Note, s.Facts, entries}, s.Lang, width)
	d.scale()
	return d
}

// outlines gives the line and the band in unbroken stretches, on the axes of nines and of logarithms.
func (s ShiftSeries) outlines() (line plotter.XYs, bands []plotter.XYs) {
	points := slices.Clone(s.Points)
	slices.SortStableFunc(points, func(a, b ShiftPoint) int { return cmp.Compare(a.Percentile, b.Percentile) })
	var lower, upper plotter.XYs
	end := func() {
		if len(lower) > 1 {
			slices.Reverse(upper)
			bands = append(bands, append(lower, upper...))
		}
		lower, upper = nil, nil
	}
	for _, p := range points {
		x := nines(p.Percentile)
		if !p.drawable() {
			end()
			continue
		}
		line = append(line, plotter.XY{X: x, Y: math.Log(p.Ratio)})
		if !drawable(p.Lo) || !drawable(p.Hi) {
			end()
			continue
		}
		lower, upper = append(lower, plotter.XY{X: x, Y: math.Log(p.Lo)}), append(upper, plotter.XY{X: x, Y: math.Log(p.Hi)})
	}
	end()
	return line, bands
}

func (p ShiftPoint) drawable() bool {
	return p.Percentile >= 0 && p.Percentile < 100 && drawable(p.Ratio)
}

func drawable(ratio float64) bool { return ratio > 0 && !math.IsInf(ratio, 1) }

// mostStretch is how much wider than the lines themselves the bands may make the scale: a tail of which nothing is
// known must not flatten the rest. What lies beyond is cut off at the edge.
const mostStretch = 4

// firstScaled is the percentile from which on changes decide the scale: the gaps of next to nothing below it, of tokens that
// came together, change by any factor.
const firstScaled = 10

// scale makes room for the lines and, within limits, for the bands; no change is always in sight, with some room on
// either side.
func (d *shiftDrawing) scale() {
	lines := 0.02
	var low, high float64
	reach := func(points plotter.XYs, visit func(y float64)) {
		for _, pt := range points {
			d.xMax = max(d.xMax, pt.X)
			if pt.X >= nines(firstScaled) {
				low, high = min(low, pt.Y), max(high, pt.Y)
				visit(pt.Y)
			}
		}
	}
	for _, p := range d.panels {
		for i, line := range p.lines {
			reach(line, func(y float64) { lines = max(lines, math.Abs(y)) })
			for _, band := range p.bands[i] {
				reach(band, func(float64) {})
			}
		}
	}
	low, high = max(low, -mostStretch*lines), min(high, mostStretch*lines)
	room := max(0.02, 0.15*(high-low))
	d.yMin, d.yMax = min(1.08*low, -room), max(1.08*high, room)
}

func (d shiftDrawing) draw(c draw.Canvas) {
	c = d.header.draw(c)
	if len(d.panels) == 0 {
		noData(c, d.lang.Say("no data: no latency is known on both sides"))
		return
	}
	columns := min(2, len(d.panels))
	rows := (len(d.panels) + columns - 1) / columns
	const gap = 18
	width := (c.Max.X - c.Min.X - vg.Length(columns-1)*gap) / vg.Length(columns)
	height := (c.Max.Y - c.Min.Y) / vg.Length(rows)
	for i, p := range d.panels {
		column, row := vg.Length(i%columns), vg.Length(i/columns)
		cell := c
		cell.Min.X = c.Min.X + column*(width+gap)
		cell.Max.X = cell.Min.X + width
		cell.Max.Y = c.Max.Y - row*height
		cell.Min.Y = cell.Max.Y - height + 4
		d.drawPanel(cell, p, i/columns == rows-1)
	}
}

func (d shiftDrawing) drawPanel(c draw.Canvas, p shiftPanel, last bool) {
	c = axisTitle(c, p.Metric, d.lang.Say("change; above the line is slower"))
	if !slices.ContainsFunc(p.lines, func(l plotter.XYs) bool { return len(l) > 0 }) {
		noData(c, d.lang.Say("no data"))
		return
	}
	pl := newPlot()
	pl.X.Min, pl.X.Max = 0, d.xMax*1.01
	pl.Y.Min, pl.Y.Max = d.yMin, d.yMax
	pl.X.Tick.Marker, pl.Y.Tick.Marker = narrowNines{}, changeTicks{}
	if last {
		pl.X.Label.Text = d.lang.Say("percentile")
	}
	pl.Add(grid{})
	for i := range p.lines {
		for _, outline := range p.bands[i] {
			pl.Add(band{outline, styleOf(i).line.Color})
		}
	}
	pl.Add(noChange{})
	for i, line := range p.lines {
		pl.Add(series{stretches: []plotter.XYs{line}, style: styleOf(i), offset: i})
	}
	pl.Draw(c)
	d.tell(p, pl.DataCanvas(c), pl)
}

// tell tells every point's change on hover, with its bounds.
func (d shiftDrawing) tell(p shiftPanel, c draw.Canvas, pl *plot.Plot) {
	x, y := pl.Transforms(&c)
	for _, series := range p.Series {
		for _, pt := range series.Points {
			at := vg.Point{X: x(nines(pt.Percentile)), Y: y(math.Log(pt.Ratio))}
			if pt.drawable() && c.Contains(at) {
				d.spots.box(at, at, join(p.Metric, series.Name)+"\n"+Percentile(pt.Percentile)+": "+d.lang.change(pt))
			}
		}
	}
}

// change says how much a point changed, and between which bounds.
func (l Lang) change(p ShiftPoint) string {
	if !drawable(p.Lo) || !drawable(p.Hi) {
		return percentChange(p.Ratio) + l.Say(", bounds not known")
	}
	return percentChange(p.Ratio) + l.Say(" (%s to %s)", percentChange(p.Lo), percentChange(p.Hi))
}

// percentChange writes a ratio as a change in percent, from a doubling on as a multiple.
func percentChange(ratio float64) string {
	if ratio >= 2 {
		return "x" + strconv.FormatFloat(ratio, 'f', 2, 64)
	}
	return fmt.Sprintf("%+.1f%%", 100*(ratio-1))
}

// band fills an outline with a light shade of a colour, cut to the panel.
type band struct {
	outline plotter.XYs
	ink     color.Color
}

func (b band) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	points := make([]vg.Point, len(b.outline))
	for i, pt := range b.outline {
		points[i] = vg.Point{X: x(pt.X), Y: y(pt.Y)}
	}
	c.FillPolygon(light(c, b.ink, 0x30), c.ClipPolygonXY(points))
}

// noChange is the line at the ratio 1.
type noChange struct{}

func (noChange) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	c.StrokeLine2(baselineStyle(), c.Min.X, y(0), c.Max.X, y(0))
}

func baselineStyle() draw.LineStyle { return draw.LineStyle{Color: ink, Width: 1} }

// changeTicks label an axis of logarithms of ratios: in percent, as multiples once changes are beyond a doubling.
type changeTicks struct{}

var _ plot.Ticker = changeTicks{}

func (changeTicks) Ticks(low, high float64) []plot.Tick {
	if high-low > math.Log(4) {
		return multiples(low, high)
	}
	ticks := []plot.Tick{{Value: 0, Label: "0%"}}
	step := niceStep((math.Exp(high) - math.Exp(low)) / 6)
	for n := 1.0; math.Log1p(n*step) <= high*(1+1e-9); n++ {
		ticks = append(ticks, plot.Tick{Value: math.Log1p(n * step), Label: fmt.Sprintf("+%s%%", number(100*n*step))})
	}
	for n := 1.0; n*step < 1 && math.Log1p(-n*step) >= low*(1+1e-9); n++ {
		ticks = append(ticks, plot.Tick{Value: math.Log1p(-n * step), Label: fmt.Sprintf("-%s%%", number(100*n*step))})
	}
	return ticks
}

// multiples labels at powers of two: a hundred percent more and half as much again would not look alike.
func multiples(low, high float64) []plot.Tick {
	ticks := []plot.Tick{{Value: 0, Label: "x1"}}
	step := math.Ceil((high - low) / math.Ln2 / 6)
	for n := step; n*math.Ln2 <= high*(1+1e-9); n += step {
		ticks = append(ticks, plot.Tick{Value: n * math.Ln2, Label: "x" + number(math.Pow(2, n))})
	}
	for n := step; -n*math.Ln2 >= low*(1+1e-9); n += step {
		ticks = append(ticks, plot.Tick{Value: -n * math.Ln2, Label: "1/" + number(math.Pow(2, n))})
	}
	return ticks
}

// narrowNines are ninesTicks for half a picture: 95% has no room beside 90% once there are four nines.
type narrowNines struct{}

var _ plot.Ticker = narrowNines{}

func (narrowNines) Ticks(low, high float64) []plot.Tick {
	ticks := ninesTicks{}.Ticks(low, high)
	for i := range ticks {
		if high > 3.2 && ticks[i].Label == "95%" {
			ticks[i].Label = ""
		}
	}
	return ticks
}
