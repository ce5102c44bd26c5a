package chart

import (
	"cmp"
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Percentiles is latency by percentile, one line a run: the body of a distribution on the left and its tail, nine by
// nine, on the right.
type Percentiles struct {
	Title string
	// Metric names the latency, for the axis: TTFT, ITL.
	Metric string
	Series []PercentileSeries
	// SLOs are drawn as level lines.
	SLOs []SLO
}

// PercentileSeries is one run.
type PercentileSeries struct {
	Name  string
	Facts Facts
	// N is the number of samples behind the percentiles. The line ends at 1 - 1/N: beyond that the sample says
	// nothing. 0 is unknown, and the line ends with its points.
	N      int64
	Points []PercentilePoint
}

// PercentilePoint is a percentile, 0 to 100, and its latency. NaN and infinite points are left out.
type PercentilePoint struct {
	Percentile float64
	MS         float64
}

// SLO is a limit to draw: "SLO 200 ms".
type SLO struct {
	Name string
	MS   float64
}

// Write draws the chart and writes it. A chart without a single point says so instead.
func (p Percentiles) Write(w io.Writer, o Options) error {
	if err := o.Validate(); err != nil {
		return err
	}
	o = o.withDefaults()
	d := p.layout()
	// The panel keeps its room whatever the legend takes.
	o.Height = max(o.Height, float64(d.header.height())+300)
	return write(w, o, d)
}

// percentileDrawing is the chart with everything decided but the size.
type percentileDrawing struct {
	header header
	metric string
	lines  []plotter.XYs // as long as the series; nines against ms
	slos   []SLO
	xMax   float64
	yMin   float64
	yMax   float64
	clamps bool // values of 0 stand at the bottom
	zeros  bool // there are no others
}

func (p Percentiles) layout() percentileDrawing {
	d := percentileDrawing{metric: latin(p.Metric), xMax: 1, yMin: math.Inf(1), yMax: math.Inf(-1)}
	var entries []entry
	for _, s := range p.Series {
		line := s.line()
		for _, pt := range line {
			d.xMax = max(d.xMax, pt.X)
			if pt.Y > 0 {
				d.yMin, d.yMax = min(d.yMin, pt.Y), max(d.yMax, pt.Y)
			}
		}
		d.lines = append(d.lines, line)
		entries = append(entries, entry{name: s.Name, facts: s.Facts, detail: s.keyNumbers(), present: len(line) > 0})
	}
	for _, slo := range p.SLOs {
		if slo.MS > 0 && !math.IsInf(slo.MS, 0) {
			d.slos = append(d.slos, SLO{latin(slo.Name), slo.MS})
		}
	}
	d.scaleY()
	note := ""
	if d.clamps {
		note = "latencies of 0 stand at the bottom"
	}
	d.header = newHeader(p.Title, note, entries)
	return d
}

// line gives the points that can be drawn, in order.
func (s PercentileSeries) line() plotter.XYs {
	end := math.Inf(1)
	if s.N > 0 {
		end = 100 * (1 - 1/float64(s.N))
	}
	var line plotter.XYs
	for _, pt := range s.Points {
		ok := pt.Percentile >= 0 && pt.Percentile < 100 && pt.Percentile <= end+1e-9
		if ok && pt.MS >= 0 && !math.IsInf(pt.MS, 0) {
			line = append(line, plotter.XY{X: nines(pt.Percentile), Y: pt.MS})
		}
	}
	slices.SortStableFunc(line, func(a, b plotter.XY) int { return cmp.Compare(a.X, b.X) })
	return line
}

// keyNumbers are the two latencies a reader looks for first, when they are among the points.
func (s PercentileSeries) keyNumbers() string {
	var parts []string
	for _, want := range []struct {
		p    float64
		name string
	}{{50, "p50 "}, {99, "p99 "}} {
		for _, pt := range s.Points {
			if pt.Percentile == want.p && pt.MS >= 0 && !math.IsInf(pt.MS, 0) {
				parts = append(parts, want.name+milliseconds(pt.MS))
				break
			}
		}
	}
	return join(parts...)
}

// scaleY gives the axis room above and below, at least a factor of two in all, and lifts zeros to its foot, since a
// logarithm has no zero.
func (d *percentileDrawing) scaleY() {
	if math.IsInf(d.yMin, 1) {
		d.yMin, d.yMax, d.zeros = 1, 1, true
		return
	}
	for _, slo := range d.slos {
		d.yMin, d.yMax = min(d.yMin, slo.MS), max(d.yMax, slo.MS)
	}
	d.yMin, d.yMax = d.yMin/1.08, d.yMax*1.08
	if r := d.yMax / d.yMin; r < 2 {
		grow := math.Sqrt(2 / r)
		d.yMin, d.yMax = d.yMin/grow, d.yMax*grow
	}
	for _, line := range d.lines {
		for i := range line {
			if line[i].Y < d.yMin {
				line[i].Y = d.yMin
				d.clamps = true
			}
		}
	}
}

// blank says why there is nothing to draw, "" when there is: a logarithmic axis cannot show nothing but zeros.
func (d percentileDrawing) blank() string {
	if !slices.ContainsFunc(d.lines, func(l plotter.XYs) bool { return len(l) > 0 }) {
		return "no data: no request has this latency"
	}
	if d.zeros {
		return "every latency is 0 ms"
	}
	return ""
}

func (d percentileDrawing) draw(c draw.Canvas) {
	c = axisTitle(d.header.draw(c), d.metric, "log scale, lower is better")
	if why := d.blank(); why != "" {
		noData(c, why)
		return
	}
	p := newPlot()
	p.X.Min, p.X.Max = 0, d.xMax*1.01
	p.Y.Min, p.Y.Max = d.yMin, d.yMax
	p.X.Tick.Marker, p.Y.Tick.Marker = ninesTicks{}, logTicks{}
	p.Y.Scale = plot.LogScale{}
	p.X.Label.Text = "percentile (each further nine is as wide as the last; a line ends where its sample ends)"
	p.Add(grid{})
	for i, line := range d.lines {
		p.Add(series{stretches: []plotter.XYs{line}, style: styleOf(i), offset: i})
	}
	c = draw.Crop(c, 0, -d.sloRoom(), 0, 0)
	p.Draw(c)
	d.drawSLOs(p.DataCanvas(c), p)
}

// sloRoom is the margin the names of the SLO lines need on the right, outside the data.
func (d percentileDrawing) sloRoom() vg.Length {
	room := vg.Length(0)
	for _, s := range d.slos {
		room = max(room, noteStyle().Width(s.Name)+8)
	}
	return min(room, 140)
}

// drawSLOs draws the limits over the data and their names beside it, moved apart where they would overlap.
func (d percentileDrawing) drawSLOs(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	slos := slices.SortedFunc(slices.Values(d.slos), func(a, b SLO) int { return cmp.Compare(a.MS, b.MS) })
	below := c.Min.Y - 100
	style := noteStyle()
	style.Color, style.YAlign = sloInk, draw.YCenter
	for _, s := range slos {
		at := y(s.MS)
		c.StrokeLine2(draw.LineStyle{Color: sloInk, Width: 0.9, Dashes: []vg.Length{3, 3}}, c.Min.X, at, c.Max.X+4, at)
		below = max(at, below+11)
		c.FillText(style, vg.Point{X: c.Max.X + 7, Y: below}, cut(s.Name, style, 132))
	}
}
