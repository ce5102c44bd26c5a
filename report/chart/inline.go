package chart

import (
	"bytes"
	"fmt"
	"image/color"
	"io"
	"regexp"
	"strings"
)

// Inline is a picture for a page: SVG whose colours are the page's variables, so that it can be dark, and what it tells on
// hover.
type Inline struct {
	SVG           string
	Width, Height float64 // of its coordinates
	Spots         []Spot
}

// Inline draws the figure for a page.
func (f Figure) Inline(o Options) (*Inline, error) { return inline(o, f.write) }

// inline draws with the write of a picture that tells its spots.
func inline(o Options, write func(io.Writer, Options, *spots) (Options, error)) (*Inline, error) {
	o.Format, o.bare = "svg", true
	var out bytes.Buffer
	told := &spots{}
	o, err := write(&out, o, told)
	if err != nil {
		return nil, err
	}
	return &Inline{SVG: themed(out.String(), o), Width: o.Width, Height: o.Height, Spots: told.list}, nil
}

// themeInks are the colours that a dark page changes, with the variables that stand for them.
var themeInks = func() []themeInk {
	inks := []themeInk{{ink, "ink"}, {muted, "muted"}, {gridInk, "grid"}, {axisInk, "axis"}, {sloInk, "slo"}, {emptyInk, "empty"}, {paperInk, "paper"}}
	for i, c := range okabeIto {
		inks = append(inks, themeInk{c, fmt.Sprintf("c%d", i+1)})
	}
	return inks
}()

type themeInk struct {
	color.RGBA
	name string
}

// is allows for what is lost when a translucent colour is multiplied and divided again.
func (t themeInk) is(c color.RGBA) bool {
	near := func(a, b uint8) bool { return max(a, b)-min(a, b) <= 1 }
	return near(t.R, c.R) && near(t.G, c.G) && near(t.B, c.B)
}

func hexOf(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

var (
	svgHead  = regexp.MustCompile(`(?s)^.*?<svg [^>]*>`)
	svgColor = regexp.MustCompile(`(fill|stroke):(#[0-9A-Fa-f]{6})`)
)

// themed is the SVG as an element of a page.
func themed(svg string, o Options) string {
	svg = svgHead.ReplaceAllString(svg, fmt.Sprintf(`<svg viewBox="0 0 %g %g" xmlns="http://www.w3.org/2000/svg" role="img">`, o.Width, o.Height))
	return svgColor.ReplaceAllStringFunc(svg, func(style string) string {
		property, hex, _ := strings.Cut(style, ":")
		hex = strings.ToLower(hex)
		if c := Ink(hex).color(); c != onBright && c != onDark {
			for _, t := range themeInks {
				if t.is(c) {
					return property + ":var(--" + t.name + "," + hexOf(t.RGBA) + ")"
				}
			}
		}
		return style
	})
}
