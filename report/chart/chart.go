// Package chart draws what package report shows as pictures: PNG or SVG, from plain series. It computes nothing; the
// numbers come from views. Labels are Latin: the fonts drawn with (Liberation, built in) have no CJK glyphs, and a
// character they lack is drawn as "?".
package chart

import (
	"errors"
	"fmt"
	"image/color"
	"io"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Options say what kind of picture to write. The zero value is a PNG of 1280 x 800 pixels.
type Options struct {
	// Format is png or svg. Defaults to png.
	Format string
	// Width and Height are in points of 1/72 inch. Defaults to 640 x 400. A chart with many series or panels grows
	// in height by what its legend and panels need.
	Width, Height float64
	// DPI is the resolution of a PNG. Defaults to 144.
	DPI int
}

// Validate reports every option that cannot be drawn.
func (o Options) Validate() error {
	var errs []error
	if o.Format != "" && o.Format != "png" && o.Format != "svg" {
		errs = append(errs, fmt.Errorf("--format: unknown picture format %q; want png or svg", o.Format))
	}
	if o.Width != 0 && (o.Width < 320 || o.Width > 5000) {
		errs = append(errs, fmt.Errorf("--width: %g points; want 320 to 5000", o.Width))
	}
	if o.Height != 0 && (o.Height < 240 || o.Height > 5000) {
		errs = append(errs, fmt.Errorf("--height: %g points; want 240 to 5000", o.Height))
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
	if o.Format == "svg" {
		c := vgsvg.New(width, height)
		page := draw.New(c)
		page.SetColor(color.White) // an SVG is transparent, and pages may be dark
		page.Fill(page.Rectangle.Path())
		p.draw(margins(draw.New(c)))
		return writeSVG(w, c)
	}
	c := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(o.DPI), vgimg.UseBackgroundColor(color.White))
	p.draw(margins(draw.New(c)))
	if _, err := (vgimg.PngCanvas{Canvas: c}).WriteTo(w); err != nil {
		return fmt.Errorf("write png: %w", err)
	}
	return nil
}

// margins leaves room at the edges; the right one is wider, since the last tick label hangs over it.
func margins(c draw.Canvas) draw.Canvas { return draw.Crop(c, 12, -22, 10, -12) }

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
