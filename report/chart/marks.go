package chart

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Point is a value at a place.
type Point struct{ X, Y float64 }

// Line joins the points of a series. A NaN breaks it.
type Line struct {
	Series int
	Points []Point
	// Step holds each value to the next point.
	Step bool
	// Thin is for lines that jump: no dashes, which would tear them apart.
	Thin bool
	// Every draws a glyph at each point, for lines of few; else some tell the series apart.
	Every bool
	// Name tells lines of one series apart on hover.
	Name string
	// Shade fills the area below.
	Shade bool
	// Faint draws the second of two lines of one series.
	Faint bool
	// Beyond lets the line leave the panel: it does not decide the range.
	Beyond bool
}

func (l Line) of() (int, bool) { return l.Series, len(l.Points) > 0 }

func (l Line) reach(visit func(x, y float64)) {
	if l.Beyond {
		return
	}
	for _, p := range l.Points {
		if finite(p.X) && finite(p.Y) {
			visit(p.X, p.Y)
		}
	}
}

func (l Line) paint(s *stage, c draw.Canvas, p *plot.Plot) {
	at := s.at(c, p)
	toX, _ := p.Transforms(&c)
	style := s.style(l.Series)
	if l.Thin {
		style = style.thin()
	}
	if l.Faint {
		style.line.Width, style.line.Dashes = 0.9, []vg.Length{1.5, 2}
	}
	var stretches [][]vg.Point
	var run []vg.Point
	for _, pt := range l.Points {
		place, ok := at(pt.X, pt.Y)
		if !ok {
			if x, known := s.x.clamped(pt.X, p.X.Min); l.Step && known && len(run) > 0 { // a value holds until none is known
				run = append(run, vg.Point{X: toX(x), Y: run[len(run)-1].Y})
			}
			stretches, run = append(stretches, run), nil
			continue
		}
		if l.Step && len(run) > 0 {
			run = append(run, vg.Point{X: place.X, Y: run[len(run)-1].Y})
		}
		run = append(run, place)
		s.spots.point(s, l.Series, l.Name, place, pt)
	}
	stretches = append(stretches, run)
	for _, stretch := range stretches {
		if l.Shade && len(stretch) > 1 {
			under := append(append([]vg.Point{{X: stretch[0].X, Y: c.Min.Y}}, stretch...), vg.Point{X: stretch[len(stretch)-1].X, Y: c.Min.Y})
			c.FillPolygon(light(c, style.line.Color, 0x22), c.ClipPolygonXY(under))
		}
		s.labels.avoid(stretch)
		if len(stretch) > 1 {
			c.StrokeLines(style.line, c.ClipLinesXY(stretch)...)
		}
	}
	l.glyphs(c, style, stretches)
}

// glyphs tell series apart without colour. They start at another point for each series, or lines that coincide would hide
// each other's.
func (l Line) glyphs(c draw.Canvas, style seriesStyle, stretches [][]vg.Point) {
	total := 0
	for _, stretch := range stretches {
		total += len(stretch)
	}
	every := max(1, (total+glyphsPerLine-1)/glyphsPerLine)
	next := l.Series * every / glyphsPerLine % every
	if l.Every || total == 1 {
		every, next = 1, 0
	}
	if l.Faint {
		return
	}
	for _, stretch := range stretches {
		for _, pt := range stretch {
			if next == 0 {
				c.DrawGlyph(style.glyph, pt)
				next = every
			}
			next--
		}
	}
}

// Band is the room between two values at each place.
type Band struct {
	Series int
	Points []Range
}

// Range is two values at a place.
type Range struct{ X, Low, High float64 }

func (b Band) reach(visit func(x, y float64)) {
	for _, r := range b.Points {
		if finite(r.X) && finite(r.Low) && finite(r.High) {
			visit(r.X, r.Low)
			visit(r.X, r.High)
		}
	}
}

func (b Band) paint(s *stage, c draw.Canvas, p *plot.Plot) {
	at := s.at(c, p)
	var lower, upper []vg.Point
	for _, r := range b.Points {
		low, okLow := at(r.X, r.Low)
		high, okHigh := at(r.X, r.High)
		if okLow && okHigh {
			lower, upper = append(lower, low), append([]vg.Point{high}, upper...)
		}
	}
	if len(lower) == 1 { // a place alone: a stroke
		c.StrokeLine2(draw.LineStyle{Color: light(c, s.style(b.Series).line.Color, 0x60), Width: 4}, lower[0].X, lower[0].Y, upper[0].X, upper[0].Y)
		return
	}
	if len(lower) > 1 {
		c.FillPolygon(light(c, s.style(b.Series).line.Color, 0x30), c.ClipPolygonXY(append(lower, upper...)))
	}
}

// Dots are points with labels that are moved out of each other's way, or left out.
type Dots struct {
	Series int
	Points []Point
	Labels []string // none, or one for each point
	// Faint draws them as the background.
	Faint bool
}

func (d Dots) of() (int, bool) { return d.Series, len(d.Points) > 0 }

func (d Dots) reach(visit func(x, y float64)) { Line{Points: d.Points}.reach(visit) }

// occupy keeps labels off the points.
func (d Dots) occupy(s *stage, c draw.Canvas, p *plot.Plot) {
	at := s.at(c, p)
	for _, pt := range d.Points {
		if place, ok := at(pt.X, pt.Y); ok {
			r := vg.Point{X: 2, Y: 2}
			s.labels.taken = append(s.labels.taken, vg.Rectangle{Min: place.Sub(r), Max: place.Add(r)})
		}
	}
}

func (d Dots) paint(s *stage, c draw.Canvas, p *plot.Plot) {
	at := s.at(c, p)
	style := s.style(d.Series)
	if d.Faint {
		style.glyph.Color = light(c, style.glyph.Color, 0x70)
	}
	taken := s.labels
	for i, pt := range d.Points {
		place, ok := at(pt.X, pt.Y)
		if !ok {
			continue
		}
		c.DrawGlyphNoClip(style.glyph, place)
		label := ""
		if i < len(d.Labels) {
			label = d.Labels[i]
			taken.put(c, label, place, d.Faint)
		}
		s.spots.point(s, d.Series, label, place, pt)
	}
}

// Rule is a line across the panel: a limit.
type Rule struct {
	Y    float64
	Name string
}

func (r Rule) reach(func(x, y float64)) {}

func (r Rule) paint(s *stage, c draw.Canvas, p *plot.Plot) {
	at, ok := s.y.place(r.Y)
	if !ok || at < p.Y.Min || at > p.Y.Max {
		return
	}
	_, y := p.Transforms(&c)
	c.StrokeLine2(draw.LineStyle{Color: sloInk, Width: 0.9, Dashes: []vg.Length{3, 3}}, c.Min.X, y(at), c.Max.X, y(at))
	s.labels.beside(c, r.Name, y(at))
}

// Boxes are rectangles in the values of the axes: bars, cells of a heat map, stretches of time.
type Boxes struct {
	Boxes []Box
	// Seamless lets neighbours touch without a hairline of background between them.
	Seamless bool
}

// Box is one of them.
type Box struct {
	X0, Y0, X1, Y1 float64
	Fill           Ink
	// Least is how wide it is drawn at least, in points.
	Least float64
	// Label is written on it where there is room; Hover is told on hover.
	Label, Hover string
}

func (b Boxes) reach(visit func(x, y float64)) {
	for _, box := range b.Boxes {
		visit(box.X0, box.Y0)
		visit(box.X1, box.Y1)
	}
}

func (b Boxes) paint(s *stage, c draw.Canvas, p *plot.Plot) {
	at := s.at(c, p)
	for _, box := range b.Boxes {
		low, ok := at(box.X0, box.Y0)
		high, okHigh := at(box.X1, box.Y1)
		if !ok || !okHigh {
			continue
		}
		low, high = vg.Point{X: max(low.X, c.Min.X), Y: max(low.Y, c.Min.Y)}, vg.Point{X: min(high.X, c.Max.X), Y: min(high.Y, c.Max.Y)}
		if high.X < low.X || high.Y < low.Y {
			continue
		}
		high.X = max(high.X, low.X+0.4, low.X+min(vg.Length(box.Least), c.Max.X-low.X)) // never thinner than a line
		if b.Seamless {
			high = vg.Point{X: min(high.X+0.3, c.Max.X), Y: min(high.Y+0.3, c.Max.Y)}
		}
		fill := box.Fill.color()
		c.FillPolygon(fill, []vg.Point{low, {X: low.X, Y: high.Y}, high, {X: high.X, Y: low.Y}})
		s.spots.box(low, high, box.Hover)
		style := tickStyle()
		if box.Label != "" && style.Width(box.Label) < high.X-low.X-2 && high.Y-low.Y > 10 {
			style.Color, style.XAlign, style.YAlign = onInk(fill), draw.XCenter, draw.YCenter
			c.FillText(style, vg.Point{X: (low.X + high.X) / 2, Y: (low.Y + high.Y) / 2}, box.Label)
		}
	}
}

// light is a colour let through, on that canvas: vgpdf takes the channels of a translucent colour for those of an opaque one.
func light(on draw.Canvas, c color.Color, alpha uint8) color.Color {
	r, g, b, _ := c.RGBA()
	through := color.NRGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), alpha}
	if isPDF(on) {
		return straight(through)
	}
	return through
}

// straight is a translucent colour whose channels are not multiplied by its opacity.
type straight color.NRGBA

func (s straight) RGBA() (r, g, b, a uint32) {
	return uint32(s.R) * 0x101, uint32(s.G) * 0x101, uint32(s.B) * 0x101, uint32(s.A) * 0x101
}

// onBright and onDark write on boxes; they are not quite black and white, which a dark page would turn round.
var onBright, onDark = color.RGBA{0x02, 0x02, 0x02, 0xff}, color.RGBA{0xfd, 0xfd, 0xfd, 0xff}

// onInk is the one of them that reads better on a colour.
func onInk(c color.Color) color.Color {
	r, g, b, _ := c.RGBA()
	if 0.2126*linearised(r)+0.7152*linearised(g)+0.0722*linearised(b) > 0.179 {
		return onBright
	}
	return onDark
}

// linearised is a channel of sRGB as light.
func linearised(v uint32) float64 {
	c := float64(v) / 0xffff
	if c <= 0.03928 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}

// Frontier joins the best points by a line of no series.
type Frontier struct{ Points []Point }

func (f Frontier) reach(visit func(x, y float64)) { Line{Points: f.Points}.reach(visit) }

func (f Frontier) paint(s *stage, c draw.Canvas, p *plot.Plot) {
	at := s.at(c, p)
	var line []vg.Point
	for _, pt := range f.Points {
		if place, ok := at(pt.X, pt.Y); ok {
			line = append(line, place)
		}
	}
	if len(line) > 1 {
		c.StrokeLines(draw.LineStyle{Color: muted, Width: 1.2}, line)
	}
}
