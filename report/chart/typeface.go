package chart

import (
	_ "embed"
	"encoding/base64"
	"math"
	"strings"
	"sync"
	"unicode"

	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgpdf"
)

// labelFont is Noto Sans SC cut down to the glyphs of the Chinese words in words.go; fonts/README.md says how it is made.
//
//go:embed fonts/NotoSansSC-labels.ttf
var labelFont []byte

// fallback draws what Liberation cannot, as outlines: a viewer then needs no font, and PDF's eight-bit fonts do not matter.
type fallback struct {
	mu    sync.Mutex
	fonts []*sfnt.Font
	// files are fonts of the machine that have not been opened yet; nil before they are looked for.
	files  []string
	looked bool
	found  map[rune]*sfnt.Font
}

// typefaces is the text handler of every chart. Fonts are read once for the process.
var typefaces = &fallback{found: map[rune]*sfnt.Font{}}

var _ text.Handler = (*fallback)(nil)

func (f *fallback) Cache() *font.Cache { return font.DefaultCache }

func (f *fallback) Lines(txt string) []string { return text.Plain{Fonts: font.DefaultCache}.Lines(txt) }

func (f *fallback) Extents(fnt font.Font) font.Extents {
	return text.Plain{Fonts: font.DefaultCache}.Extents(fnt)
}

// silent measures text and draws none.
type silent struct{ text.Handler }

func (silent) Draw(vg.Canvas, string, text.Style, vg.Point) {}

// piece is a part of a line in one font; that of Liberation is nil.
type piece struct {
	text string
	font *sfnt.Font
}

// pieces cuts a line where the font changes. What Liberation has is written as text up to the character textTo, and beyond
// drawn.
func (f *fallback) pieces(txt string, face font.Face, textTo rune) []piece {
	var out []piece
	for _, r := range txt {
		var with *sfnt.Font
		switch {
		case r <= textTo && r < 0x80:
		case !has(face.Face, r):
			with = f.fontOf(r)
		case r > textTo:
			with = face.Face
		}
		if n := len(out); n > 0 && out[n-1].font == with {
			out[n-1].text += string(r)
			continue
		}
		out = append(out, piece{string(r), with})
	}
	return out
}

func has(f *sfnt.Font, r rune) bool {
	var buf sfnt.Buffer
	g, err := f.GlyphIndex(&buf, r)
	return err == nil && g != 0
}

// fontOf is a font that has the character, nil when none does.
func (f *fallback) fontOf(r rune) *sfnt.Font {
	f.mu.Lock()
	defer f.mu.Unlock()
	if with, ok := f.found[r]; ok {
		return with
	}
	if f.fonts == nil {
		if own, err := opentype.Parse(labelFont); err == nil {
			f.fonts = append(f.fonts, own)
		}
	}
	for _, with := range f.fonts {
		if has(with, r) {
			f.found[r] = with
			return with
		}
	}
	f.found[r] = f.open(r)
	return f.found[r]
}

// open opens fonts of the machine until one has the character.
func (f *fallback) open(r rune) *sfnt.Font {
	if !f.looked {
		f.files, f.looked = findFonts(fontFolders), true
	}
	for len(f.files) > 0 {
		path := f.files[0]
		f.files = f.files[1:]
		for _, with := range parseFonts(path) {
			f.fonts = append(f.fonts, with)
			if has(with, r) {
				return with
			}
		}
	}
	return nil
}

// printable replaces what no font has, which would come out as empty boxes, and control characters.
func printable(s string) string {
	face := font.DefaultCache.Lookup(font.Font{Typeface: "Liberation", Variant: "Sans"}, 10)
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ' || r == 0x7f:
			return ' '
		case r < 0x7f || has(face.Face, r) || typefaces.fontOf(r) != nil:
			return r
		}
		return '?'
	}, s)
}

// unitsPerEm measures glyphs in the font's own units.
func unitsPerEm(f *sfnt.Font) fixed.Int26_6 { return fixed.Int26_6(f.UnitsPerEm()) }

func (f *fallback) width(txt string, face font.Face) vg.Length {
	total := vg.Length(0)
	for _, p := range f.pieces(txt, face, unicode.MaxRune) {
		if p.font == nil {
			total += face.Width(p.text)
			continue
		}
		with := font.Face{Font: face.Font, Face: p.font}
		total += with.Width(p.text)
	}
	return total
}

// Box is the room that one line takes.
func (f *fallback) Box(txt string, fnt font.Font) (width, height, depth vg.Length) {
	face := font.DefaultCache.Lookup(fnt, fnt.Size)
	e := face.Extents()
	return f.width(txt, face), e.Ascent, e.Descent
}

// Draw draws the text as text.Plain does, piece by piece.
func (f *fallback) Draw(c vg.Canvas, txt string, sty text.Style, pt vg.Point) {
	txt = strings.TrimRight(txt, "\n")
	if txt == "" {
		return
	}
	face := font.DefaultCache.Lookup(sty.Font, sty.Font.Size)
	c.SetColor(sty.Color)
	if sty.Rotation != 0 {
		c.Push()
		defer c.Pop()
		c.Rotate(sty.Rotation)
	}
	sin, cos := math.Sincos(sty.Rotation)
	pt = vg.Point{X: pt.Y*vg.Length(sin) + pt.X*vg.Length(cos), Y: pt.Y*vg.Length(cos) - pt.X*vg.Length(sin)}
	lines := f.Lines(txt)
	pt.Y += sty.Height(txt)*vg.Length(sty.YAlign) - face.Extents().Ascent
	for i, line := range lines {
		at := pt.Add(vg.Point{X: vg.Length(sty.XAlign) * f.width(line, face), Y: vg.Length(len(lines)-i) * sty.Font.Size})
		f.drawLine(c, line, face, at)
	}
}

func (f *fallback) drawLine(c vg.Canvas, line string, face font.Face, at vg.Point) {
	for _, p := range f.pieces(line, face, textTo(c, face)) {
		if p.font == nil {
			text := strings.TrimLeft(p.text, " ") // SVG draws none at the beginning
			at.X += face.Width(p.text[:len(p.text)-len(text)])
			c.FillString(face, at, text)
			at.X += face.Width(text)
			continue
		}
		scale := face.Font.Size / vg.Length(unitsPerEm(p.font))
		bold := vg.Length(0)
		if face.Font.Weight == xfont.WeightBold && p.font != face.Face { // other fonts have one weight
			bold = face.Font.Size / 30
		}
		for _, r := range p.text {
			at.X += drawGlyph(c, p.font, r, at, scale, bold)
		}
	}
}

// textTo is the last character that a canvas writes itself. Fonts of PDF have eight bits, and vgpdf does not find a bold one.
func textTo(c vg.Canvas, face font.Face) rune {
	switch {
	case !isPDF(c):
		return unicode.MaxRune
	case face.Font.Weight == xfont.WeightBold:
		return -1
	}
	return 0x7f
}

// isPDF looks through the canvases for drawing that wrap another.
func isPDF(c vg.Canvas) bool {
	switch inner := c.(type) {
	case *draw.Canvas:
		return isPDF(inner.Canvas)
	case draw.Canvas:
		return isPDF(inner.Canvas)
	case *vgpdf.Canvas:
		return true
	}
	return false
}

// drawGlyph fills a glyph's outline, drawn over with a line of the width bold, and gives its advance.
func drawGlyph(c vg.Canvas, f *sfnt.Font, r rune, at vg.Point, scale, bold vg.Length) vg.Length {
	var buf sfnt.Buffer
	g, err := f.GlyphIndex(&buf, r)
	if err != nil {
		return 0
	}
	advance, err := f.GlyphAdvance(&buf, g, unitsPerEm(f), 0)
	if err != nil {
		return 0
	}
	segments, err := f.LoadGlyph(&buf, g, unitsPerEm(f), nil)
	if err != nil {
		return vg.Length(advance) * scale
	}
	var path vg.Path
	place := func(p fixed.Point26_6) vg.Point {
		return vg.Point{X: at.X + vg.Length(p.X)*scale, Y: at.Y - vg.Length(p.Y)*scale}
	}
	for _, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if len(path) > 0 {
				path.Close()
			}
			path.Move(place(s.Args[0]))
		case sfnt.SegmentOpLineTo:
			path.Line(place(s.Args[0]))
		case sfnt.SegmentOpQuadTo:
			path.QuadTo(place(s.Args[0]), place(s.Args[1]))
		case sfnt.SegmentOpCubeTo:
			path.CubeTo(place(s.Args[0]), place(s.Args[1]), place(s.Args[2]))
		}
	}
	if len(path) > 0 {
		path.Close()
		c.Fill(path)
		if bold > 0 {
			c.SetLineWidth(bold)
			c.SetLineDash(nil, 0)
			c.Stroke(path)
		}
	}
	return vg.Length(advance) * scale
}

// LabelFontBase64 is the built-in font of the Chinese words, for pages that say them.
func LabelFontBase64() string { return base64.StdEncoding.EncodeToString(labelFont) }
