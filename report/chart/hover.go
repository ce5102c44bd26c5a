package chart

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Spot is a place of a picture and what is told of it, in the picture's points from its top left corner.
type Spot struct {
	X0, Y0, X1, Y1 float64
	Text           string
}

// spots takes what a picture can tell on hover. A nil one takes nothing.
type spots struct {
	list   []Spot
	height vg.Length
}

func (s *spots) point(on *stage, series int, name string, at vg.Point, p Point) {
	if s == nil {
		return
	}
	text := ""
	if series < len(on.legend) {
		text = on.legend[series].Name
	}
	s.add(at, at, join(text, name)+"\n"+on.x.told(p.X)+": "+on.y.told(p.Y))
}

func (s *spots) box(low, high vg.Point, text string) {
	if s != nil && text != "" {
		s.add(low, high, text)
	}
}

func (s *spots) add(low, high vg.Point, text string) {
	s.list = append(s.list, Spot{
		X0: low.X.Points(), Y0: (s.height - high.Y).Points(), X1: high.X.Points(), Y1: (s.height - low.Y).Points(), Text: text,
	})
}

// labelling is the places that text has taken on a panel.
type labelling struct {
	panel vg.Rectangle
	taken []vg.Rectangle
	lines []vg.Rectangle // what lines cross
}

// put writes a label beside a point: where it fits without touching another, else not at all.
func (l *labelling) put(c draw.Canvas, text string, at vg.Point, faint bool) {
	if text == "" {
		return
	}
	style := noteStyle()
	if !faint {
		style.Color = ink
	}
	text = cut(printable(text), style, (l.panel.Max.X-l.panel.Min.X)/2)
	width, height := style.Width(text), style.Height(text)
	for _, offset := range []vg.Point{{X: 5, Y: 3}, {X: 5, Y: -3 - height}, {X: -5 - width, Y: 3}, {X: -5 - width, Y: -3 - height}} {
		low := at.Add(offset)
		box := vg.Rectangle{Min: low, Max: low.Add(vg.Point{X: width, Y: height})}
		if l.free(box) {
			l.taken = append(l.taken, box)
			c.FillText(style, low, text)
			return
		}
	}
}

// avoid keeps what is named beside a line off another line.
func (l *labelling) avoid(line []vg.Point) {
	const step, r = 6, 1
	for i := 1; i < len(line); i++ {
		from, to := line[i-1], line[i]
		n := math.Ceil(math.Hypot(float64(to.X-from.X), float64(to.Y-from.Y)) / step)
		for k := range int(min(n, 200)) {
			at := from.Add(to.Sub(from).Scale(vg.Length(float64(k) / n)))
			l.lines = append(l.lines, vg.Rectangle{Min: at.Sub(vg.Point{X: r, Y: r}), Max: at.Add(vg.Point{X: r, Y: r})})
		}
	}
}

// beside names a line across the panel, at its right end, else its left: above it, else below, else further up, on a ground of
// paper. A label that would cover other lines wherever it stood covers them at the right.
func (l *labelling) beside(c draw.Canvas, text string, y vg.Length) {
	style := noteStyle()
	style.Color = sloInk
	text = cut(printable(text), style, (l.panel.Max.X-l.panel.Min.X)/2)
	width, height := style.Width(text), style.Height(text)
	offsets := []vg.Length{1.5, -1.5 - height, 3 + height, -3 - 2*height}
	var places []vg.Point
	for _, x := range []vg.Length{l.panel.Max.X - width - 2, l.panel.Min.X + 4} {
		for _, offset := range offsets {
			places = append(places, vg.Point{X: x, Y: y + offset})
		}
	}
	for i, low := range append(places, places[:len(offsets)]...) {
		box := vg.Rectangle{Min: low, Max: low.Add(vg.Point{X: width, Y: height})}
		if l.free(box) && (i >= len(places) || !touches(box, l.lines)) {
			l.taken = append(l.taken, box, vg.Rectangle{Min: vg.Point{X: l.panel.Min.X, Y: y}, Max: vg.Point{X: l.panel.Max.X, Y: y}})
			c.FillPolygon(paperInk, []vg.Point{box.Min, {X: box.Max.X, Y: box.Min.Y}, box.Max, {X: box.Min.X, Y: box.Max.Y}})
			c.FillText(style, low, text)
			return
		}
	}
}

func (l *labelling) free(box vg.Rectangle) bool {
	if box.Min.X < l.panel.Min.X || box.Max.X > l.panel.Max.X+16 || box.Min.Y < l.panel.Min.Y || box.Max.Y > l.panel.Max.Y+4 {
		return false
	}
	return !touches(box, l.taken)
}

func touches(box vg.Rectangle, others []vg.Rectangle) bool {
	return slices.ContainsFunc(others, func(o vg.Rectangle) bool {
		return box.Min.X < o.Max.X+2 && o.Min.X < box.Max.X+2 && box.Min.Y < o.Max.Y+1 && o.Min.Y < box.Max.Y+1
	})
}
