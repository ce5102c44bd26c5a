package chart

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"slices"
)

// writePNG writes a picture with 256 colours, which makes it a third of the size: charts have few inks, and the shades at the
// edges of lines and letters are not told apart by eye.
func writePNG(w io.Writer, picture image.Image) error {
	if full, ok := picture.(*image.RGBA); ok {
		picture = indexed(full)
	}
	if err := png.Encode(w, picture); err != nil {
		return fmt.Errorf("write png: %w", err)
	}
	return nil
}

// mostColors is what a byte can count.
const mostColors = 256

// indexed is the picture with its most telling colours; one of few colours stays as it is.
func indexed(picture *image.RGBA) *image.Paletted {
	counts := map[color.RGBA]int{}
	eachRun(picture, func(_ int, c color.RGBA, n int) { counts[c] += n })
	palette := telling(counts)
	nearest := make(map[color.RGBA]uint8, len(counts))
	for c := range counts {
		nearest[c] = uint8(palette.Index(c))
	}
	out := image.NewPaletted(picture.Rect, palette)
	eachRun(picture, func(at int, c color.RGBA, n int) {
		index := nearest[c]
		for i := range n {
			out.Pix[at+i] = index
		}
	})
	return out
}

// eachRun visits the stretches of one colour of each line; at counts pixels from the first of all.
func eachRun(picture *image.RGBA, visit func(at int, c color.RGBA, n int)) {
	width, height := picture.Rect.Dx(), picture.Rect.Dy()
	for y := range height {
		line := picture.Pix[y*picture.Stride : y*picture.Stride+4*width]
		for x := 0; x < width; {
			c, n := color.RGBA{line[4*x], line[4*x+1], line[4*x+2], line[4*x+3]}, 1
			for x+n < width && c == (color.RGBA{line[4*(x+n)], line[4*(x+n)+1], line[4*(x+n)+2], line[4*(x+n)+3]}) {
				n++
			}
			visit(y*width+x, c, n)
			x += n
		}
	}
}

// telling chooses the most frequent colours, first those that are not almost another: a rare colour must not become a
// different one because frequent ones have many shades.
func telling(counts map[color.RGBA]int) color.Palette {
	colors := make([]color.RGBA, 0, len(counts))
	for c := range counts {
		colors = append(colors, c)
	}
	slices.SortFunc(colors, func(a, b color.RGBA) int {
		return cmp.Or(counts[b]-counts[a], cmp.Compare(packed(a), packed(b)))
	})
	var chosen, rest color.Palette
	for _, c := range colors {
		if slices.ContainsFunc(chosen, func(o color.Color) bool { return alike(o.(color.RGBA), c) }) {
			rest = append(rest, c)
		} else if len(chosen) < mostColors {
			chosen = append(chosen, c)
		}
	}
	return append(chosen, rest[:min(len(rest), mostColors-len(chosen))]...)
}

func packed(c color.RGBA) uint32 {
	return uint32(c.R)<<24 | uint32(c.G)<<16 | uint32(c.B)<<8 | uint32(c.A)
}

// alike reports whether the eye takes one colour for the other.
func alike(a, b color.RGBA) bool {
	const most = 12
	near := func(a, b uint8) bool { return max(a, b)-min(a, b) <= most }
	return near(a.R, b.R) && near(a.G, b.G) && near(a.B, b.B) && near(a.A, b.A)
}
