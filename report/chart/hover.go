package chart

import (
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

// beside names a line across the panel, at its right end: above it, else below, else further up, on a ground of paper.
func (l *labelling) beside(c draw.Canvas, text string, y vg.Length) {
	style := noteStyle()
	style.Color = sloInk
	text = cut(printable(text), style, (l.panel.Max.X-l.panel.Min.X)/2)
	width, height := style.Width(text), style.Height(text)
	for _, offset := range []vg.Length{1.5, -1.5 - height, 3 + height, -3 - 2*height} {
		low := vg.Point{X: l.panel.Max.X - width - 2, Y: y + offset}
		box := vg.Rectangle{Min: low, Max: low.Add(vg.Point{X: width, Y: height})}
		if l.free(box) {
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
	for _, t := range l.taken {
		if box.Min.X < t.Max.X+2 && t.Min.X < box.Max.X+2 && box.Min.Y < t.Max.Y+1 && t.Min.Y < box.Max.Y+1 {
			return false
		}
	}
	return true
}
