package chart

import (
	"fmt"
	"image/color"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Ink of everything that is not data.
var (
	ink      = color.RGBA{0x1f, 0x29, 0x33, 0xff}
	muted    = color.RGBA{0x5b, 0x65, 0x70, 0xff}
	gridInk  = color.RGBA{0xe6, 0xe9, 0xee, 0xff}
	axisInk  = color.RGBA{0xa9, 0xb2, 0xbc, 0xff}
	sloInk   = color.RGBA{0x33, 0x33, 0x33, 0xff}
	paperInk = color.RGBA{0xff, 0xff, 0xff, 0xff}
	emptyInk = color.RGBA{0x8a, 0x93, 0x9d, 0xff}
)

// okabeIto are colours that stay apart for colour-blind readers (Okabe and Ito 2008), in the order the eye tells
// them apart best; yellow is left out, it does not carry a line.
var okabeIto = []color.RGBA{
	{0x00, 0x72, 0xb2, 0xff}, {0xd5, 0x5e, 0x00, 0xff}, {0x00, 0x9e, 0x73, 0xff}, {0xcc, 0x79, 0xa7, 0xff},
	{0x56, 0xb4, 0xe9, 0xff}, {0xe6, 0x9f, 0x00, 0xff}, {0x00, 0x00, 0x00, 0xff},
}

// Ink is a colour as #rrggbb.
type Ink string

func (i Ink) color() color.RGBA {
	c := color.RGBA{A: 0xff}
	if _, err := fmt.Sscanf(string(i), "#%02x%02x%02x", &c.R, &c.G, &c.B); err != nil {
		return color.RGBA{0x80, 0x80, 0x80, 0xff}
	}
	return c
}

// Inks of boxes that mean something; they stay apart in grey too.
const (
	InkQueue   Ink = "#c4cad1"
	InkPrefill Ink = "#e69f00"
	InkDecode  Ink = "#56b4e9"
	InkSlow    Ink = "#cc79a7"
	InkStall   Ink = "#d55e00"
	InkFailed  Ink = "#000000"
)

// heat are steps of viridis from bright to dark: their luminance falls evenly, so they read in grey and to colour-blind eyes.
var heat = []color.RGBA{
	{0xfd, 0xe7, 0x25, 0xff}, {0xa0, 0xda, 0x39, 0xff}, {0x4a, 0xc1, 0x6d, 0xff}, {0x1f, 0xa1, 0x87, 0xff}, {0x27, 0x7f, 0x8e, 0xff},
	{0x36, 0x5c, 0x8d, 0xff}, {0x46, 0x32, 0x7e, 0xff}, {0x44, 0x01, 0x54, 0xff},
}

// Heat is the colour of a share, from 0 (bright) to 1 (dark).
func Heat(share float64) Ink {
	at := max(0, min(1, share)) * float64(len(heat)-1)
	i := min(int(at), len(heat)-2)
	mix := func(a, b uint8) uint8 { return uint8(float64(a) + (at-float64(i))*(float64(b)-float64(a)) + 0.5) }
	a, b := heat[i], heat[i+1]
	return Ink(fmt.Sprintf("#%02x%02x%02x", mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B)))
}

// dashes and shapes tell series apart in print and for eyes that see no colour.
var (
	dashes = [][]vg.Length{nil, {6, 2.5}, {2, 2}, {8, 2, 2, 2}, {4, 2}, {10, 3}, {6, 2, 2, 2, 2, 2}}
	// The first filledShapes are filled.
	shapes = []draw.GlyphDrawer{
		draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{}, draw.CrossGlyph{},
		draw.SquareGlyph{}, draw.PlusGlyph{}, draw.TriangleGlyph{},
	}
)

const filledShapes = 3

// seriesStyle is how one run looks in every chart: colours repeat after seven, shapes after eight, so that 56 runs
// stay different.
type seriesStyle struct {
	line  draw.LineStyle
	glyph draw.GlyphStyle
}

func styleOf(i int) seriesStyle {
	c := okabeIto[i%len(okabeIto)]
	s := seriesStyle{
		line:  draw.LineStyle{Color: c, Width: 1.6, Dashes: dashes[i%len(dashes)]},
		glyph: draw.GlyphStyle{Color: c, Radius: 2.6, Shape: shapes[i%len(shapes)]},
	}
	if i%len(shapes) >= filledShapes {
		s.glyph.Radius = 3.4 // outlines look smaller
	}
	return s
}

// of is the style of a run of a side, counted from 1: the side's colour.
func (s seriesStyle) of(side int) seriesStyle {
	if side > 0 {
		c := okabeIto[(side-1)%len(okabeIto)]
		s.line.Color, s.glyph.Color = c, c
	}
	return s
}

// thin is the style for lines that jump every second: dashes would tear them apart, the glyphs tell them apart.
func (s seriesStyle) thin() seriesStyle {
	s.line.Width, s.line.Dashes = 1.1, nil
	return s
}

// sans gives a text style; fonts are set one by one, because gonum's default font is a global of the process.
func sans(size vg.Length, weight xfont.Weight, c color.Color) text.Style {
	return text.Style{
		Color: c, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Weight: weight, Size: size},
		Handler: typefaces,
	}
}

func titleStyle() text.Style { return sans(13, xfont.WeightBold, ink) }
func noteStyle() text.Style  { return sans(9, xfont.WeightNormal, muted) }
func nameStyle() text.Style  { return sans(9.5, xfont.WeightNormal, ink) }
func tickStyle() text.Style  { return sans(9, xfont.WeightNormal, muted) }
func labelStyle() text.Style { return sans(10, xfont.WeightBold, ink) }

// cut shortens s to a width, in the middle: names of runs often differ at their ends.
func cut(s string, style text.Style, width vg.Length) string {
	if style.Width(s) <= width {
		return s
	}
	runes := []rune(s)
	for keep := len(runes) - 1; keep > 1; keep-- {
		head := (keep + 1) / 2
		short := string(runes[:head]) + "..." + string(runes[len(runes)-(keep-head):])
		if style.Width(short) <= width {
			return short
		}
	}
	return "..."
}

// newPlot gives a plot with our axes and grid and nothing on it. Axis titles are drawn by the caller, level and
// above the axis, where they read without turning the head.
func newPlot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.LineStyle = draw.LineStyle{Color: axisInk, Width: 0.8}
		a.Tick.LineStyle = draw.LineStyle{Color: axisInk, Width: 0.8}
		a.Tick.Length = 3
		align := a.Tick.Label
		a.Tick.Label = tickStyle()
		a.Tick.Label.XAlign, a.Tick.Label.YAlign = align.XAlign, align.YAlign
		labelAlign := a.Label.TextStyle
		a.Label.TextStyle = noteStyle()
		a.Label.TextStyle.XAlign, a.Label.TextStyle.YAlign = labelAlign.XAlign, labelAlign.YAlign
		a.Label.Padding = 3
		a.Padding = 0
	}
	return p
}

// grid draws a line at every labelled tick of both axes.
type grid struct{}

func (grid) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	style := draw.LineStyle{Color: gridInk, Width: 0.6}
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if at := x(t.Value); !t.IsMinor() && c.ContainsX(at) {
			c.StrokeLine2(style, at, c.Min.Y, at, c.Max.Y)
		}
	}
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if at := y(t.Value); !t.IsMinor() && c.ContainsY(at) {
			c.StrokeLine2(style, c.Min.X, at, c.Max.X, at)
		}
	}
}
