package chart

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Figure is a chart of one or more panels: a heading, a legend, and panels with marks in them. What it shows is decided by
// whoever fills it; here it is only laid out, so that nothing overlaps whatever the names and numbers are.
type Figure struct {
	Title string
	// Note stands below the title, behind the facts that all runs share.
	Note string
	// Facts are those of all runs, where the legend's keys are no runs.
	Facts []Facts
	// Legend names the series; marks point into it.
	Legend []Key
	Panels []Panel
	// Columns is how many panels stand side by side. Defaults to 1.
	Columns int
	// ShareX and ShareY give every panel the same range of that axis.
	ShareX, ShareY bool
	// Empty says why there is nothing to see, when there is nothing. Defaults to a plain "no data".
	Empty string
	// Lang is the language of the words that the figure itself says.
	Lang Lang
}

// Key is one line of the legend: a run, or a kind of box.
type Key struct {
	Name   string
	Detail string
	Facts  []Facts // of the run, or the runs
	// Fill makes it a kind of box of that colour, in place of a line; Dot a series of points alone.
	Fill Ink
	Dot  bool
	// Side gives runs of one side, counted from 1, one colour; 0 gives each its own.
	Side int
}

// Panel is one pair of axes.
type Panel struct {
	// Title and Note stand above it: what it shows, and in which unit.
	Title, Note string
	X, Y        Axis
	Marks       []Mark
	// Height is the least it needs, in points. Defaults to 150.
	Height float64
	// Empty says why there is nothing to see, in place of the figure's.
	Empty string
}

// Mark is something drawn into a panel, in the values of its axes. NaN and infinite values are left out.
type Mark interface {
	// reach calls visit with every point that must be in sight.
	reach(visit func(x, y float64))
	// paint draws the mark on the data's canvas.
	paint(s *stage, c draw.Canvas, p *plot.Plot)
}

// stage is what a mark must know of the figure around it.
type stage struct {
	legend []Key
	x, y   Axis
	spots  *spots
	labels *labelling
}

// style is how a series looks.
func (s *stage) style(series int) seriesStyle {
	if series < len(s.legend) {
		return styleOf(series).of(s.legend[series].Side)
	}
	return styleOf(series)
}

// at gives the place of a value on the canvas; ok is false when it has none.
func (s *stage) at(c draw.Canvas, p *plot.Plot) func(x, y float64) (vg.Point, bool) {
	toX, toY := p.Transforms(&c)
	return func(x, y float64) (vg.Point, bool) {
		px, okX := s.x.clamped(x, p.X.Min)
		py, okY := s.y.clamped(y, p.Y.Min)
		return vg.Point{X: toX(px), Y: toY(py)}, okX && okY
	}
}

// Write draws the figure and writes it.
func (f Figure) Write(w io.Writer, o Options) error {
	_, err := f.write(w, o, nil)
	return err
}

func (f Figure) write(w io.Writer, o Options, spots *spots) (Options, error) {
	if err := o.Validate(); err != nil {
		return o, err
	}
	o = o.withDefaults()
	if o.Title != "" {
		f.Title = o.Title
	}
	for i := range f.Panels {
		f.Panels[i].X.Scale = scaled(f.Panels[i].X.Scale, o.LogX)
		f.Panels[i].Y.Scale = scaled(f.Panels[i].Y.Scale, o.LogY)
	}
	d := f.layout(spots, o.inner())
	o.Height = max(o.Height, float64(d.header.height())+d.panelHeights()+20)
	if spots != nil {
		spots.height = vg.Length(o.Height)
	}
	return o, write(w, o, d)
}

// scaled is a scale with the one asked for in its place, where that can be: not for percentiles and names.
func scaled(s Scale, asked *bool) Scale {
	switch {
	case asked == nil || s == Nines || s == Names:
		return s
	case *asked:
		return Log
	}
	return Linear
}

// figureDrawing is the figure with everything decided but the size.
type figureDrawing struct {
	Figure
	header header
	ranges [][2]span // of x and y, by panel
	spots  *spots
}

func (f Figure) layout(spots *spots, width vg.Length) *figureDrawing {
	d := &figureDrawing{Figure: f, spots: spots}
	d.Columns = max(1, f.Columns)
	d.ranges = make([][2]span, len(f.Panels))
	for i, p := range f.Panels {
		d.ranges[i] = [2]span{p.X.open(), p.Y.open()}
		for _, m := range p.Marks {
			m.reach(func(x, y float64) {
				d.ranges[i][0].take(p.X, x)
				d.ranges[i][1].take(p.Y, y)
			})
		}
	}
	d.Panels = slices.Clone(f.Panels)
	for i := range d.Panels {
		d.placeRules(&d.Panels[i], &d.ranges[i][1])
	}
	for axis, share := range []bool{f.ShareX, f.ShareY} {
		if share {
			all := emptySpan()
			for i := range d.ranges {
				all.join(d.ranges[i][axis])
			}
			for i := range d.ranges {
				if !d.ranges[i][axis].empty() { // a panel without data says so
					d.ranges[i][axis] = all
				}
			}
		}
	}
	d.header = newHeader(heading{f.Title, f.Note, f.Facts, d.entries()}, f.Lang, width)
	return d
}

// placeRules makes room for limits that are not far from the data, by less than a factor of ten; of others the note tells.
func (d *figureDrawing) placeRules(p *Panel, y *span) {
	if y.low > y.high {
		return
	}
	for _, m := range p.Marks {
		rule, ok := m.(Rule)
		if !ok {
			continue
		}
		at, ok := p.Y.place(rule.Y)
		room := 1.0
		if p.Y.Scale != Log {
			room = y.high - y.low
		}
		switch {
		case !ok:
		case at > y.high+room:
			p.Note = join(p.Note, d.Lang.Say("%s lies above", rule.Name))
		case at < y.low-room:
			p.Note = join(p.Note, d.Lang.Say("%s lies below", rule.Name))
		default:
			y.low, y.high = min(y.low, at), max(y.high, at)
		}
	}
}

// entries are the legend, with those that no mark is of marked as without data.
func (d *figureDrawing) entries() []entry {
	present := make([]bool, len(d.Legend))
	for _, p := range d.Panels {
		for _, m := range p.Marks {
			if of, ok := m.(interface{ of() (int, bool) }); ok {
				if i, some := of.of(); some && i < len(present) {
					present[i] = true
				}
			}
		}
	}
	var entries []entry
	for i, k := range d.Legend {
		e := entry{name: k.Name, detail: k.Detail, facts: k.Facts, present: present[i] || k.Fill != "", fill: k.Fill, side: k.Side}
		switch {
		case k.Fill != "" && d.empty():
			continue // there are no boxes to tell apart
		case k.Fill != "":
			e.swatch = boxSwatch
		case k.Dot:
			e.swatch = dotSwatch
		}
		entries = append(entries, e)
	}
	return entries
}

func (d *figureDrawing) rows() int { return (len(d.Panels) + d.Columns - 1) / d.Columns }

func (d *figureDrawing) rowHeight(row int) float64 {
	height := 0.0
	for i := row * d.Columns; i < min(len(d.Panels), (row+1)*d.Columns); i++ {
		height = max(height, d.Panels[i].Height)
	}
	if height == 0 {
		height = panelHeight
	}
	return height
}

func (d *figureDrawing) panelHeights() float64 {
	if d.empty() {
		return panelHeight
	}
	total := 0.0
	for row := range d.rows() {
		total += d.rowHeight(row) + axisTitleHeight
	}
	return max(total, panelHeight)
}

// empty reports whether no panel has anything to show.
func (d *figureDrawing) empty() bool {
	for _, r := range d.ranges {
		if !r[0].empty() && !r[1].empty() {
			return false
		}
	}
	return true
}

func (d *figureDrawing) draw(c draw.Canvas) {
	c = d.header.draw(c)
	if d.empty() {
		noData(c, d.why(""))
		return
	}
	const gap = 20
	width := (c.Max.X - c.Min.X - vg.Length(d.Columns-1)*gap) / vg.Length(d.Columns)
	room := c.Max.Y - c.Min.Y
	top := c.Max.Y
	left := d.leftRooms()
	for row := range d.rows() {
		height := room * vg.Length((d.rowHeight(row)+axisTitleHeight)/d.panelHeights())
		for column := range d.Columns {
			i := row*d.Columns + column
			if i >= len(d.Panels) {
				break
			}
			cell := c
			cell.Min.X = c.Min.X + vg.Length(column)*(width+gap)
			cell.Max.X, cell.Max.Y, cell.Min.Y = cell.Min.X+width, top, top-height+6
			d.drawPanel(cell, i, left[column])
		}
		top -= height
	}
}

// why is the first reason that is given for there being nothing to see.
func (d *figureDrawing) why(own string) string { return cmp.Or(own, d.Empty, d.Lang.Say("no data")) }

// leftRooms is how far the labels of the widest y axis of each column reach, so that the panels of a column align.
func (d *figureDrawing) leftRooms() []vg.Length {
	rooms := make([]vg.Length, d.Columns)
	for i := range d.Panels {
		if p := d.plot(i); p != nil {
			widest := vg.Length(0)
			for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
				widest = max(widest, tickStyle().Width(t.Label))
			}
			rooms[i%d.Columns] = max(rooms[i%d.Columns], widest)
		}
	}
	return rooms
}

// plot is the axes of panel i, nil when it has nothing to show.
func (d *figureDrawing) plot(i int) *plot.Plot {
	if d.ranges[i][0].empty() || d.ranges[i][1].empty() {
		return nil
	}
	p := newPlot()
	p.X.Min, p.X.Max = d.Panels[i].X.finish(d.ranges[i][0], roomOf(d.Panels[i].X))
	p.Y.Min, p.Y.Max = d.Panels[i].Y.finish(d.ranges[i][1], 0.05)
	p.X.Tick.Marker, p.Y.Tick.Marker = d.Panels[i].X.ticker(d.xTicks(), p.X.Max), d.Panels[i].Y.ticker(5, p.Y.Max)
	return p
}

func roomOf(x Axis) float64 {
	if x.Room {
		return 0.04
	}
	return 0
}

func (d *figureDrawing) xTicks() int { return max(3, 8/d.Columns) }

func (d *figureDrawing) drawPanel(c draw.Canvas, i int, left vg.Length) {
	panel := d.Panels[i]
	c = axisTitle(c, panel.Title, panel.Note)
	p := d.plot(i)
	switch {
	case p == nil:
		noData(c, d.why(panel.Empty))
		return
	case panel.Y.Scale == Log && d.ranges[i][1].low > d.ranges[i][1].high:
		noData(c, d.Lang.Say("every value is 0"))
		return
	}
	below := i + d.Columns
	if !d.ShareX || below >= len(d.Panels) || d.plot(below) == nil {
		p.X.Label.Text = panel.X.Title
	} else {
		p.X.Tick.Label.Handler = silent{typefaces} // keeps the room, so that the panels of a column are of one width
	}
	own := vg.Length(0)
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		own = max(own, tickStyle().Width(t.Label))
	}
	c.Min.X += left - own
	p.Add(grid{})
	p.Draw(c)
	data := p.DataCanvas(c)
	s := &stage{legend: d.Legend, x: panel.X, y: panel.Y, spots: d.spots, labels: &labelling{panel: data.Rectangle}}
	for _, m := range panel.Marks {
		if dots, ok := m.(Dots); ok {
			dots.occupy(s, data, p)
		}
	}
	for _, m := range panel.Marks {
		m.paint(s, data, p)
	}
}

// panelHeight is the least a panel needs to be read.
const panelHeight = 150

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Shows reports whether there is anything to see.
func (f Figure) Shows() bool { return !f.layout(nil, 0).empty() }

// Validate reports marks of series that the legend does not have.
func (f Figure) Validate() error {
	for _, p := range f.Panels {
		for _, m := range p.Marks {
			if of, ok := m.(interface{ of() (int, bool) }); ok {
				if i, some := of.of(); some && (i < 0 || i >= len(f.Legend)) {
					return fmt.Errorf("draw %s: panel %q has a mark of series %d of %d", f.Title, p.Title, i, len(f.Legend))
				}
			}
		}
	}
	return nil
}
