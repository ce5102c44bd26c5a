package chart

import (
	"bytes"
	"fmt"
	"image/color"
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
func (f Figure) Inline(o Options) (*Inline, error) {
	o.Format, o.bare = "svg", true
	var out bytes.Buffer
	told := &spots{}
	o, err := f.write(&out, o, told)
	if err != nil {
		return nil, err
	}
	return &Inline{SVG: themed(out.String(), o), Width: o.Width, Height: o.Height, Spots: told.list}, nil
}

// themeInks are the colours that a dark page changes, by the variable that stands for them.
var themeInks = func() map[string]string {
	vars := map[string]string{}
	for name, c := range map[string]color.RGBA{"ink": ink, "muted": muted, "grid": gridInk, "axis": axisInk, "slo": sloInk, "empty": emptyInk, "paper": paperInk} {
		vars[hexOf(c)] = name
	}
	for i, c := range okabeIto {
		vars[hexOf(c)] = fmt.Sprintf("c%d", i+1)
	}
	return vars
}()

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
		if name, ok := themeInks[hex]; ok {
			return property + ":var(--" + name + "," + hex + ")"
		}
		return style
	})
}
