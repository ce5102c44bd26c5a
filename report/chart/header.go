package chart

import (
	"slices"
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// entry is one line of the legend.
type entry struct {
	name    string
	detail  string
	facts   []Facts
	present bool // false when the series has nothing to draw
	swatch  swatch
	fill    Ink // of a box
	side    int
}

// swatch is what stands before a name.
type swatch int

const (
	lineSwatch     swatch = iota // the series' line with its glyph
	dotSwatch                    // the glyph alone
	baselineSwatch               // the line of no change
	boxSwatch
)

// heading is what a picture says above its panels.
type heading struct {
	title, note string
	facts       []Facts // of all that the picture shows, where no entry has its own
	entries     []entry
}

// header is all that stands above the panels: title, facts all runs share, legend. The legend has its own strip, so
// that it can never cover data, and says of each run what the subtitle could not say of all. It is laid out for one width.
type header struct {
	title    string
	subtitle []string // lines
	entries  []entry
	names    vg.Length // how much room the names have
	below    bool      // details stand below their names
	columns  int       // of boxes
}

func newHeader(said heading, lang Lang, width vg.Length) header {
	all := phrases(said.facts, lang)
	shared := all[:]
	details := make([][]string, len(said.entries))
	for part := range factParts {
		var each []string
		for _, e := range said.entries {
			if len(e.facts) > 0 { // a run nothing is known of does not contradict the others
				each = append(each, phrases(e.facts, lang)[part])
			}
		}
		if len(slices.Compact(slices.Clone(each))) == 1 {
			shared = append(shared, each[0])
			continue
		}
		for i, e := range said.entries {
			if len(e.facts) > 0 {
				details[i] = append(details[i], phrases(e.facts, lang)[part])
			}
		}
	}
	h := header{title: printable(said.title), subtitle: wrapped(append(shared, said.note), noteStyle(), width)}
	for i, e := range said.entries {
		e.name = printable(e.name)
		if !e.present {
			e.detail = lang.Say("no data")
		}
		e.detail = printable(join(append([]string{e.detail}, details[i]...)...))
		h.entries = append(h.entries, e)
	}
	h.layOut(width)
	return h
}

// layOut decides how the legend stands: details beside the names, in one column, where all of them fit, for numbers under
// numbers compare at a glance; else below them. Boxes stand in as few rows as their names allow.
func (h *header) layOut(width vg.Length) {
	for _, e := range h.entries {
		h.names = max(h.names, nameStyle().Width(e.name))
	}
	if h.boxes() {
		h.columns = max(1, min(len(h.entries), int(width/(h.names+swatchWidth+10))))
		return
	}
	room := width - swatchWidth
	for _, e := range h.entries {
		if e.detail != "" && min(h.names, room)+detailGap+noteStyle().Width(e.detail) > room {
			h.below = true
		}
	}
	h.names = min(h.names, room)
}

// wrapped puts phrases behind one another, and those that do not fit on a line on the next.
func wrapped(phrases []string, style text.Style, width vg.Length) []string {
	var lines []string
	for _, p := range phrases {
		p = printable(p)
		if last := len(lines) - 1; last >= 0 && style.Width(join(lines[last], p)) <= width {
			lines[last] = join(lines[last], p)
		} else if p != "" {
			lines = append(lines, p)
		}
	}
	return lines
}

// join puts phrases that are not empty behind one another.
func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(parts), func(s string) bool { return s == "" }), " · ")
}

const (
	titleHeight    = 19
	subtitleHeight = 13
	entryHeight    = 14
	headerGap      = 8
	swatchWidth    = 34
	detailGap      = 12
)

// height is what the header takes.
func (h header) height() vg.Length {
	total := vg.Length(titleHeight + headerGap + entryHeight*h.rows())
	if len(h.subtitle) > 0 {
		total += 2 + subtitleHeight*vg.Length(len(h.subtitle))
	}
	return total
}

// boxes reports whether the legend is of kinds of boxes, which are laid out in rows.
func (h header) boxes() bool { return len(h.entries) > 0 && h.entries[0].swatch == boxSwatch }

func (h header) rows() int {
	if h.boxes() {
		return (len(h.entries) + h.columns - 1) / h.columns
	}
	rows := len(h.entries)
	for _, e := range h.entries {
		if h.below && e.detail != "" {
			rows++
		}
	}
	return rows
}

// draw draws the header at the top of c and gives the canvas that is left.
func (h header) draw(c draw.Canvas) draw.Canvas {
	y := c.Max.Y - titleHeight + 6
	full := c.Max.X - c.Min.X
	c.FillText(titleStyle(), vg.Point{X: c.Min.X, Y: y}, cut(h.title, titleStyle(), full))
	if len(h.subtitle) > 0 {
		y -= 2
	}
	for _, line := range h.subtitle {
		y -= subtitleHeight
		c.FillText(noteStyle(), vg.Point{X: c.Min.X, Y: y}, cut(line, noteStyle(), full))
	}
	if h.boxes() {
		h.drawBoxes(c, y)
	} else {
		h.drawLines(c, y)
	}
	return draw.Crop(c, 0, 0, 0, -h.height())
}

func (h header) drawLines(c draw.Canvas, y vg.Length) {
	series := 0
	for _, e := range h.entries {
		y -= entryHeight
		at := vg.Point{X: c.Min.X, Y: y + 3}
		if e.swatch == baselineSwatch {
			c.StrokeLine2(baselineStyle(), at.X, at.Y, at.X+swatchWidth-8, at.Y)
		} else {
			drawSwatch(c, styleOf(series).of(e.side), at, e.swatch)
			series++
		}
		x := c.Min.X + swatchWidth
		c.FillText(nameStyle(), vg.Point{X: x, Y: y}, cut(e.name, nameStyle(), h.names))
		switch {
		case e.detail == "":
			continue
		case h.below:
			y -= entryHeight - 2
		default:
			x += h.names + detailGap
		}
		c.FillText(noteStyle(), vg.Point{X: x, Y: y}, cut(e.detail, noteStyle(), c.Max.X-x))
		if h.below {
			y -= 2
		}
	}
}

func (h header) drawBoxes(c draw.Canvas, y vg.Length) {
	width := (c.Max.X - c.Min.X) / vg.Length(h.columns)
	for i, e := range h.entries {
		low := vg.Point{X: c.Min.X + width*vg.Length(i%h.columns), Y: y - entryHeight*vg.Length(1+i/h.columns)}
		x, top := vg.Point{X: swatchWidth - 16}, vg.Point{Y: 8}
		c.FillPolygon(e.fill.color(), []vg.Point{low, low.Add(x), low.Add(x).Add(top), low.Add(top)})
		name := cut(join(e.name, e.detail), nameStyle(), width-swatchWidth)
		c.FillText(nameStyle(), low.Add(vg.Point{X: swatchWidth - 8}), name)
	}
}

// drawSwatch draws a piece of a series' line with its glyph, or the glyph alone.
func drawSwatch(c draw.Canvas, s seriesStyle, at vg.Point, kind swatch) {
	if kind == lineSwatch {
		c.StrokeLine2(s.line, at.X, at.Y, at.X+swatchWidth-8, at.Y)
	}
	c.DrawGlyphNoClip(s.glyph, vg.Point{X: at.X + (swatchWidth-8)/2, Y: at.Y})
}

// axisTitle writes what an axis shows, level, at the top left of a panel, and gives the canvas below. A note that has no room
// beside the title stands below it.
func axisTitle(c draw.Canvas, title, note string) draw.Canvas {
	full := c.Max.X - c.Min.X
	title, note = cut(printable(title), labelStyle(), full), printable(note)
	at := vg.Point{X: c.Min.X, Y: c.Max.Y - 11}
	c.FillText(labelStyle(), at, title)
	taken := vg.Length(axisTitleHeight)
	if beside := labelStyle().Width(title) + 8; beside+noteStyle().Width(note) <= full {
		at.X += beside
	} else {
		at.Y, taken = at.Y-12, taken+12
	}
	c.FillText(noteStyle(), at, cut(note, noteStyle(), full))
	return draw.Crop(c, 0, 0, 0, -taken)
}

const axisTitleHeight = 20

// noData says in the middle of a panel why there is nothing to see.
func noData(c draw.Canvas, why string) {
	frame := c.Rectangle.Path()
	c.SetLineStyle(draw.LineStyle{Color: gridInk, Width: 0.8})
	c.Stroke(frame)
	style := sans(11, 0, emptyInk)
	style.XAlign, style.YAlign = draw.XCenter, draw.YCenter
	c.FillText(style, c.Center(), cut(printable(why), style, c.Max.X-c.Min.X-8))
}
