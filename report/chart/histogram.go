package chart

import (
	"image/color"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Histograms shows how quantities are spread, a panel each, below one another.
type Histograms struct {
	Title string
	// Note stands below the title: what the panels are of.
	Note   string
	Panels []HistogramPanel
}

// HistogramPanel is one quantity.
type HistogramPanel struct {
	// Title names the quantity, Note says more of it: its median, say.
	Title, Note string
	Bins        []HistogramBin
}

// HistogramBin counts what is from From up to To, To left out.
type HistogramBin struct {
	From, To float64
	Count    int
}

// Write draws the chart and writes it. A panel without a count says so instead.
func (h Histograms) Write(w io.Writer, o Options) error {
	if err := o.Validate(); err != nil {
		return err
	}
	o = o.withDefaults()
	d := histogramsDrawing{header: newHeader(heading{title: h.Title, note: h.Note}, English, o.inner()), panels: h.Panels}
	o.Height = max(o.Height, float64(d.header.height())+panelHeight*float64(max(1, len(h.Panels)))+20)
	return write(w, o, d)
}

type histogramsDrawing struct {
	header header
	panels []HistogramPanel
}

func (d histogramsDrawing) draw(c draw.Canvas) {
	c = d.header.draw(c)
	if len(d.panels) == 0 {
		noData(c, "no data")
		return
	}
	plots := make([][]*plot.Plot, len(d.panels))
	for i, p := range d.panels {
		plots[i] = []*plot.Plot{p.plot()}
	}
	tiles := draw.Tiles{Rows: len(plots), Cols: 1, PadTop: axisTitleHeight, PadY: axisTitleHeight + 6}
	canvases := plot.Align(plots, tiles, c)
	for i, p := range d.panels {
		data := plots[i][0].DataCanvas(canvases[i][0])
		strip := c
		strip.Min.Y, strip.Max.Y = data.Max.Y, data.Max.Y+axisTitleHeight
		axisTitle(strip, printable(p.Title), printable(p.Note))
		if p.most() == 0 {
			noData(data, "no data")
			continue
		}
		plots[i][0].Draw(canvases[i][0])
	}
}

func (p HistogramPanel) most() int {
	most := 0
	for _, b := range p.Bins {
		most = max(most, b.Count)
	}
	return most
}

func (p HistogramPanel) plot() *plot.Plot {
	out := newPlot()
	most := p.most()
	if most == 0 {
		return out
	}
	out.X.Min, out.X.Max = p.Bins[0].From, p.Bins[len(p.Bins)-1].To
	const fewest = 8 // a bar alone would be a wall
	if room := (fewest - float64(len(p.Bins))) * (p.Bins[0].To - p.Bins[0].From) / 2; room > 0 {
		out.X.Min, out.X.Max = out.X.Min-room, out.X.Max+room
	}
	out.Y.Min, out.Y.Max = 0, float64(most)*1.06
	out.X.Tick.Marker = linearTicks{count: 8, label: number}
	out.Y.Tick.Marker = linearTicks{count: 5, label: number}
	out.Add(grid{}, bars{p.Bins})
	return out
}

// bars are drawn with a little room between them, but never thinner than a line.
type bars struct{ bins []HistogramBin }

var _ plot.Plotter = bars{}

func (b bars) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, bin := range b.bins {
		if bin.Count == 0 {
			continue
		}
		left, right := x(bin.From), x(bin.To)
		room := min(1, (right-left)/5)
		right = max(right-room, left+0.5)
		c.FillPolygon(barInk(), []vg.Point{{X: left + room, Y: y(0)}, {X: left + room, Y: y(float64(bin.Count))}, {X: right, Y: y(float64(bin.Count))}, {X: right, Y: y(0)}})
	}
}

func barInk() color.Color { return okabeIto[0] }
