// Package chart draws what package report shows as pictures: PNG, SVG or PDF, from plain series. It computes nothing; the
// numbers come from views. Fonts are built in: Liberation, and of Noto Sans SC what the Chinese labels need. Other characters,
// of a run's name, are taken from the fonts of the machine; one that none has is drawn as "?".
package chart

import (
	"errors"
	"fmt"
	"image/color"
	"io"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"

	"llmbench/near"
)

// Options say what kind of picture to write. The zero value is a PNG of 1280 x 800 pixels.
type Options struct {
	// Format is png, svg or pdf. Defaults to png.
	Format string
	// Width and Height are in points of 1/72 inch. Defaults to 640 x 400. A chart with many series or panels grows
	// in height by what its legend and panels need.
	Width, Height float64
	// DPI is the resolution of a PNG. Defaults to 144.
	DPI int
	// Title takes the place of the chart's own.
	Title string
	// LogX and LogY make an axis logarithmic, or linear, whatever the chart would have; nil leaves it.
	LogX, LogY *bool
	// bare leaves the background to the page that the picture stands in.
	bare bool
}

// Formats are those that can be written.
var Formats = []string{"png", "svg", "pdf"}

// Validate reports every option that cannot be drawn.
func (o Options) Validate() error {
	var errs []error
	if o.Format != "" && !slices.Contains(Formats, o.Format) {
		errs = append(errs, fmt.Errorf("--format %q is not known; %s", o.Format, near.OneOf(o.Format, Formats)))
	}
	if o.Width != 0 && (o.Width < 320 || o.Width > 5000) {
		errs = append(errs, fmt.Errorf("--size: a width of %.0f points; want 320 to 5000", o.Width))
	}
	if o.Height != 0 && (o.Height < 240 || o.Height > 5000) {
		errs = append(errs, fmt.Errorf("--size: a height of %.0f points; want 240 to 5000", o.Height))
	}
	if o.DPI != 0 && (o.DPI < 36 || o.DPI > 600) {
		errs = append(errs, fmt.Errorf("--dpi: %d; want 36 to 600", o.DPI))
	}
	return errors.Join(errs...)
}

func (o Options) withDefaults() Options {
	if o.Format == "" {
		o.Format = "png"
	}
	if o.Width == 0 {
		o.Width = 640
	}
	if o.Height == 0 {
		o.Height = 400
	}
	if o.DPI == 0 {
		o.DPI = 144
	}
	return o
}

// picture draws itself on a canvas of at least the height it asked for.
type picture interface {
	draw(c draw.Canvas)
}

// write draws p on a new canvas and writes it.
func write(w io.Writer, o Options, p picture) error {
	width, height := vg.Length(o.Width), vg.Length(o.Height)
	switch o.Format {
	case "svg":
		c := vgsvg.New(width, height)
		if page := draw.New(c); !o.bare {
			page.SetColor(color.White) // an SVG is transparent, and pages may be dark
			page.Fill(page.Rectangle.Path())
		}
		p.draw(margins(draw.New(c)))
		return writeSVG(w, c)
	case "pdf":
		c := vgpdf.New(width, height)
		p.draw(margins(draw.New(c)))
		if _, err := c.WriteTo(w); err != nil {
			return fmt.Errorf("write pdf: %w", err)
		}
		return nil
	}
	c := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(o.DPI), vgimg.UseBackgroundColor(color.White))
	p.draw(margins(draw.New(c)))
	return writePNG(w, c.Image())
}

// margins leaves room at the edges; the right one is wider, since the last tick label hangs over it.
func margins(c draw.Canvas) draw.Canvas { return draw.Crop(c, leftMargin, -rightMargin, 10, -12) }

const leftMargin, rightMargin = 12, 22

// inner is the width between the margins.
func (o Options) inner() vg.Length { return vg.Length(o.Width) - leftMargin - rightMargin }

// writeSVG names fonts of the same widths for viewers that have no Liberation Sans.
func writeSVG(w io.Writer, c *vgsvg.Canvas) error {
	var out strings.Builder
	if _, err := c.WriteTo(&out); err != nil {
		return fmt.Errorf("write svg: %w", err)
	}
	svg := strings.ReplaceAll(out.String(), "font-family:Liberation Sans;",
		"font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")
	if _, err := io.WriteString(w, svg); err != nil {
		return fmt.Errorf("write svg: %w", err)
	}
	return nil
}
