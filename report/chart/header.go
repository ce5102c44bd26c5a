package chart

import (
	"slices"
	"strings"
	"time"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Facts are what a reader must know of a run to believe its line. Zero values are unknown and left out.
type Facts struct {
	// Completed and Failed count measured requests.
	Completed, Failed int64
	Duration          time.Duration
	// Load says how requests were sent, with units: "4 req/s", "inf req/s, at most 32 at once".
	Load string
	// Client is the client's verdict on itself: ok, suspect, saturated.
	Client string
}

// parts gives the facts as phrases, always the same number, "" where unknown.
func (f Facts) parts(lang Lang) []string {
	p := make([]string, 4)
	if f.Completed+f.Failed > 0 {
		p[0] = lang.Say("%d requests", f.Completed+f.Failed)
		if f.Completed+f.Failed == 1 {
			p[0] = lang.Say("1 request")
		}
		if f.Failed > 0 {
			p[0] += lang.Say(", %d failed", f.Failed)
		}
	}
	if f.Duration > 0 {
		p[1] = seconds(f.Duration.Seconds())
	}
	p[2] = f.Load
	if f.Client != "" {
		p[3] = lang.Say("client " + f.Client)
	}
	return p
}

// Text says all that is known, in one line.
func (f Facts) Text(lang Lang) string { return join(f.parts(lang)...) }

// entry is one line of the legend.
type entry struct {
	name    string
	detail  string
	facts   Facts
	present bool // false when the series has nothing to draw
	fill    Ink  // of a kind of box: its colour
}

// header is all that stands above the panels: title, facts all runs share, legend. The legend has its own strip, so
// that it can never cover data, and says of each run what the subtitle could not say of all.
type header struct {
	title    string
	subtitle string
	entries  []entry
	thin     bool // lines are drawn thin and without dashes
}

func newHeader(title, note string, entries []entry, lang Lang) header {
	h := header{title: printable(title)}
	var shared []string
	details := make([][]string, len(entries))
	for part := range (Facts{}).parts(lang) {
		var said []string
		for _, e := range entries {
			if e.facts != (Facts{}) { // a run nothing is known of does not contradict the others
				said = append(said, e.facts.parts(lang)[part])
			}
		}
		if len(said) == 0 {
			continue
		}
		if len(slices.Compact(slices.Clone(said))) == 1 {
			shared = append(shared, said[0])
			continue
		}
		for i, e := range entries {
			details[i] = append(details[i], e.facts.parts(lang)[part])
		}
	}
	h.subtitle = printable(join(append(shared, note)...))
	for i, e := range entries {
		e.name = printable(e.name)
		if !e.present {
			e.detail = lang.Say("no data")
		}
		e.detail = printable(join(append([]string{e.detail}, details[i]...)...))
		h.entries = append(h.entries, e)
	}
	return h
}

// join puts phrases that are not empty behind one another.
func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(parts), func(s string) bool { return s == "" }), " · ")
}

const (
	titleHeight    = 19
	subtitleHeight = 15
	entryHeight    = 14
	headerGap      = 8
	swatchWidth    = 34
)

// height is what the header takes; it does not depend on the width.
func (h header) height() vg.Length {
	total := vg.Length(titleHeight + headerGap)
	if h.subtitle != "" {
		total += subtitleHeight
	}
	return total + entryHeight*vg.Length(h.rows())
}

// boxRow is how many kinds of boxes stand in a row.
const boxRow = 3

// boxes reports whether the legend is of kinds of boxes, which are laid out in rows.
func (h header) boxes() bool { return len(h.entries) > 0 && h.entries[0].fill != "" }

func (h header) rows() int {
	if h.boxes() {
		return (len(h.entries) + boxRow - 1) / boxRow
	}
	return len(h.entries)
}

// draw draws the header at the top of c and gives the canvas that is left.
func (h header) draw(c draw.Canvas) draw.Canvas {
	y := c.Max.Y - titleHeight + 6
	full := c.Max.X - c.Min.X
	c.FillText(titleStyle(), vg.Point{X: c.Min.X, Y: y}, cut(h.title, titleStyle(), full))
	if h.subtitle != "" {
		y -= subtitleHeight
		c.FillText(noteStyle(), vg.Point{X: c.Min.X, Y: y}, cut(h.subtitle, noteStyle(), full))
	}
	if h.boxes() {
		h.drawBoxes(c, y)
	} else {
		h.drawLines(c, y)
	}
	return draw.Crop(c, 0, 0, 0, -h.height())
}

func (h header) drawLines(c draw.Canvas, y vg.Length) {
	full := c.Max.X - c.Min.X
	// Details stand in one column, behind the longest name: numbers under numbers compare at a glance.
	widest := vg.Length(0)
	for _, e := range h.entries {
		widest = max(widest, nameStyle().Width(e.name))
	}
	names := min(widest, full*3/5)
	for i, e := range h.entries {
		y -= entryHeight
		style := styleOf(i)
		if h.thin {
			style = style.thin()
		}
		swatch(c, style, vg.Point{X: c.Min.X, Y: y + 3})
		x := c.Min.X + swatchWidth
		c.FillText(nameStyle(), vg.Point{X: x, Y: y}, cut(e.name, nameStyle(), names))
		x += names + 12
		c.FillText(noteStyle(), vg.Point{X: x, Y: y}, cut(e.detail, noteStyle(), c.Max.X-x))
	}
}

func (h header) drawBoxes(c draw.Canvas, y vg.Length) {
	width := (c.Max.X - c.Min.X) / boxRow
	for i, e := range h.entries {
		low := vg.Point{X: c.Min.X + width*vg.Length(i%boxRow), Y: y - entryHeight*vg.Length(1+i/boxRow)}
		x, top := vg.Point{X: swatchWidth - 16}, vg.Point{Y: 8}
		c.FillPolygon(e.fill.color(), []vg.Point{low, low.Add(x), low.Add(x).Add(top), low.Add(top)})
		name := cut(join(e.name, e.detail), nameStyle(), width-swatchWidth)
		c.FillText(nameStyle(), low.Add(vg.Point{X: swatchWidth - 8}), name)
	}
}

// swatch draws a piece of a series' line with its glyph.
func swatch(c draw.Canvas, s seriesStyle, at vg.Point) {
	c.StrokeLine2(s.line, at.X, at.Y, at.X+swatchWidth-8, at.Y)
	c.DrawGlyphNoClip(s.glyph, vg.Point{X: at.X + (swatchWidth-8)/2, Y: at.Y})
}

// axisTitle writes what an axis shows, level, at the top left of a panel, and gives the canvas below.
func axisTitle(c draw.Canvas, title, note string) draw.Canvas {
	y := c.Max.Y - 11
	c.FillText(labelStyle(), vg.Point{X: c.Min.X, Y: y}, title)
	x := c.Min.X + labelStyle().Width(title) + 8
	c.FillText(noteStyle(), vg.Point{X: x, Y: y}, note)
	return draw.Crop(c, 0, 0, 0, -axisTitleHeight)
}

const axisTitleHeight = 20

// noData says in the middle of a panel why there is nothing to see.
func noData(c draw.Canvas, why string) {
	frame := c.Rectangle.Path()
	c.SetLineStyle(draw.LineStyle{Color: gridInk, Width: 0.8})
	c.Stroke(frame)
	style := sans(11, 0, emptyInk)
	style.XAlign, style.YAlign = draw.XCenter, draw.YCenter
	c.FillText(style, c.Center(), why)
}
