package chart

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

// Timeline shows how a run went: panels above one another that share the axis of time, one line a run in each.
// It is the check before any percentile is believed: warm-up, drift and stalls show here.
type Timeline struct {
	Title  string
	Runs   []TimelineRun
	Panels []TimelinePanel
}

// TimelineRun names a run and says what a reader must know of it.
type TimelineRun struct {
	Name  string
	Facts Facts
}

// TimelinePanel is one quantity over time.
type TimelinePanel struct {
	// Title names the quantity, Unit is what its axis counts: "tok/s".
	Title string
	Unit  string
	// Lines holds one line for each of Timeline.Runs, in that order; a run without data has none or an empty one.
	Lines []TimelineLine
}

// TimelineLine is a quantity in intervals of Every: Points[i] holds for [T, T+Every).
type TimelineLine struct {
	// Every is the length of an interval in seconds. Defaults to 1.
	Every  float64
	Points []TimelinePoint
}

// TimelinePoint is a value from second T of the run on. NaN is a gap.
type TimelinePoint struct {
	T     float64
	Value float64
}

// panelHeight is the least a panel needs to be read.
const panelHeight = 150

// Write draws the chart and writes it. A panel without a single point says so instead.
func (t Timeline) Write(w io.Writer, o Options) error {
	if err := o.Validate(); err != nil {
		return err
	}
	for _, p := range t.Panels {
		if len(p.Lines) > len(t.Runs) {
			return fmt.Errorf("draw timeline: panel %q has %d lines for %d runs", p.Title, len(p.Lines), len(t.Runs))
		}
	}
	o = o.withDefaults()
	d := t.layout()
	o.Height = max(o.Height, float64(d.header.height())+panelHeight*float64(max(1, len(t.Panels)))+20)
	return write(w, o, d)
}

type timelineDrawing struct {
	header header
	panels []panelDrawing
	xMax   float64
}

type panelDrawing struct {
	title, unit string
	lines       [][]plotter.XYs // by run, then by unbroken stretch
	yMax        float64
}

func (t Timeline) layout() timelineDrawing {
	var d timelineDrawing
	present := make([]bool, len(t.Runs))
	for _, p := range t.Panels {
		panel := panelDrawing{title: latin(p.Title), unit: latin(p.Unit)}
		for i, l := range p.Lines {
			stretches := l.stretches()
			for _, s := range stretches {
				present[i] = true
				for _, pt := range s {
					d.xMax = max(d.xMax, pt.X)
					panel.yMax = max(panel.yMax, pt.Y)
				}
			}
			panel.lines = append(panel.lines, stretches)
		}
		d.panels = append(d.panels, panel)
	}
	var entries []entry
	for i, r := range t.Runs {
		entries = append(entries, entry{name: r.Name, facts: r.Facts, present: present[i]})
	}
	d.header = newHeader(t.Title, "", entries)
	d.header.thin = true
	return d
}

// stretches splits a line at its gaps. Each stretch ends with its last value held to the end of that interval, so
// that a single interval shows as a piece of line.
func (l TimelineLine) stretches() []plotter.XYs {
	every := l.Every
	if every <= 0 {
		every = 1
	}
	var out []plotter.XYs
	var run plotter.XYs
	end := func() {
		if len(run) > 0 {
			last := run[len(run)-1]
			out = append(out, append(run, plotter.XY{X: last.X + every, Y: last.Y}))
		}
		run = nil
	}
	for _, pt := range l.Points {
		if math.IsNaN(pt.Value) || math.IsInf(pt.Value, 0) || math.IsNaN(pt.T) || math.IsInf(pt.T, 0) {
			end()
			continue
		}
		if len(run) > 0 && pt.T > run[len(run)-1].X+every*1.5 {
			end()
		}
		run = append(run, plotter.XY{X: pt.T, Y: pt.Value})
	}
	end()
	return out
}

func (d timelineDrawing) draw(c draw.Canvas) {
	c = d.header.draw(c)
	if len(d.panels) == 0 || d.xMax == 0 {
		noData(c, "no data: nothing was measured")
		return
	}
	plots := make([][]*plot.Plot, len(d.panels))
	for i, p := range d.panels {
		plots[i] = []*plot.Plot{p.plot(d.xMax, i == len(d.panels)-1)}
	}
	tiles := draw.Tiles{Rows: len(plots), Cols: 1, PadTop: axisTitleHeight, PadY: axisTitleHeight + 6}
	canvases := plot.Align(plots, tiles, c)
	for i, p := range d.panels {
		at := canvases[i][0]
		data := plots[i][0].DataCanvas(at)
		strip := c // titles begin at the left edge, whatever room the tick labels of their panel take
		strip.Min.Y, strip.Max.Y = data.Max.Y, data.Max.Y+axisTitleHeight
		axisTitle(strip, p.title, p.unit)
		plots[i][0].Draw(at) // an empty panel too: the last one carries the axis of time
		if p.empty() {
			noData(data, "no data")
		}
	}
}

func (p panelDrawing) empty() bool {
	for _, l := range p.lines {
		if len(l) > 0 {
			return false
		}
	}
	return true
}

func (p panelDrawing) plot(xMax float64, last bool) *plot.Plot {
	out := newPlot()
	out.X.Min, out.X.Max = 0, xMax
	out.Y.Min, out.Y.Max = 0, p.yMax*1.06
	if p.yMax == 0 {
		out.Y.Max = 1
	}
	out.Y.Tick.Marker = linearTicks{count: 5, label: number}
	out.X.Tick.Marker = linearTicks{count: 8, label: number}
	if last {
		out.X.Label.Text = "seconds since the run began"
	} else {
		out.X.Tick.Marker = unlabelled{out.X.Tick.Marker}
	}
	if p.empty() {
		out.Y.Tick.Marker = plot.ConstantTicks{}
	}
	out.Add(grid{})
	for i, stretches := range p.lines {
		out.Add(series{stretches: stretches, style: styleOf(i).thin(), step: plotter.PostStep, offset: i})
	}
	return out
}

// unlabelled keeps the ticks, and so the grid, of an axis whose labels stand below another panel.
type unlabelled struct{ plot.Ticker }

func (u unlabelled) Ticks(low, high float64) []plot.Tick {
	ticks := u.Ticker.Ticks(low, high)
	for i := range ticks {
		ticks[i].Label = " "
	}
	return ticks
}
