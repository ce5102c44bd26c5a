package chart

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// series draws one run's line, in stretches where it has gaps, and its glyph at a few places, so that it can be told
// apart without colour. Glyphs of different series start at different points, or lines that coincide would hide each
// other's.
type series struct {
	stretches []plotter.XYs
	style     seriesStyle
	step      plotter.StepKind
	offset    int
}

var _ plot.Plotter = series{}

// glyphsPerLine is about how many glyphs a line gets.
const glyphsPerLine = 8

func (s series) Plot(c draw.Canvas, p *plot.Plot) {
	total := 0
	for _, line := range s.stretches {
		if len(line) > 1 {
			(&plotter.Line{XYs: line, LineStyle: s.style.line, StepStyle: s.step}).Plot(c, p)
		}
		total += len(line)
	}
	x, y := p.Transforms(&c)
	every := max(1, (total+glyphsPerLine-1)/glyphsPerLine)
	// Spread the first glyphs of all series over one interval between glyphs.
	next := s.offset * every / glyphsPerLine % every
	for _, line := range s.stretches {
		for _, pt := range line {
			if next == 0 {
				c.DrawGlyph(s.style.glyph, vg.Point{X: x(pt.X), Y: y(pt.Y)})
				next = every
			}
			next--
		}
	}
}
