package chart

import (
	"image"
	"image/color"
	"testing"
)

// A picture of few colours stays exactly as it is; of many, no pixel becomes another colour to the eye.
func TestIndexed(t *testing.T) {
	t.Parallel()
	check := func(name string, most int, at func(x, y int) color.RGBA) {
		t.Helper()
		in := image.NewRGBA(image.Rect(0, 0, 100, 90))
		for y := range 90 {
			for x := range 100 {
				in.SetRGBA(x, y, at(x, y))
			}
		}
		out := indexed(in)
		if out.Bounds() != in.Bounds() || len(out.Palette) > mostColors {
			t.Errorf("%s: %v with %d colours", name, out.Bounds(), len(out.Palette))
		}
		for y := range 90 {
			for x := range 100 {
				a, b := in.RGBAAt(x, y), out.At(x, y).(color.RGBA)
				off := func(a, b uint8) int { return int(max(a, b) - min(a, b)) }
				if d := max(off(a.R, b.R), off(a.G, b.G), off(a.B, b.B), off(a.A, b.A)); d > most {
					t.Fatalf("%s: %v became %v at %d, %d", name, a, b, x, y)
				}
			}
		}
	}
	check("one", 0, func(int, int) color.RGBA { return paperInk })
	check("few", 0, func(x, y int) color.RGBA { return okabeIto[(x*7+y)%len(okabeIto)] })
	check("shades", 12, func(x, y int) color.RGBA { return color.RGBA{uint8(x), uint8(x + y/8), uint8(200 - x), 255} })
	check("a rare one among shades", 12, func(x, y int) color.RGBA {
		if x == 50 && y == 45 {
			return color.RGBA{0xd5, 0x5e, 0, 0xff}
		}
		return color.RGBA{uint8(x), uint8(2 * y), 200, 255}
	})
}
