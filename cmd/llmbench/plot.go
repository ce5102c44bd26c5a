package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"llmbench/near"
	"llmbench/query"
	"llmbench/report"
	"llmbench/report/chart"
	"llmbench/report/gallery"
)

// plotCmd draws one chart.
type plotCmd struct {
	Kind string   `arg:"" help:"Kind of chart." enum:"${kinds}"`
	Runs []string `arg:"" name:"run" help:"Runs: id, name, latest~1, tag:KEY=VALUE, name~GLOB, sweep:NAME, @FILE or a condition; see compare."`

	Out         string `short:"o" help:"File to write; - for standard output. KIND.FORMAT in this folder when not given." type:"path" placeholder:"FILE"`
	Format      string `help:"png, svg or pdf; that of --out when not given." placeholder:"FORMAT"`
	Size        string `help:"Width and height in pixels at --dpi; the height grows where legend and panels need more." default:"1280x800"`
	DPI         int    `name:"dpi" help:"Pixels to an inch." default:"144"`
	Title       string `help:"In place of the chart's own title."`
	LogX        *bool  `help:"Make the x axis logarithmic." negatable:""`
	LogY        *bool  `help:"Make the y axis logarithmic." negatable:""`
	Percentiles string `help:"Percentiles to name, such as 50,99,99.9; of timeline the lowest and the highest are drawn." placeholder:"LIST"`
	X           string `help:"Of grid: parameter on the x axis, such as max_concurrency." placeholder:"NAME"`
	Y           string `help:"Of grid: parameter on the y axis." placeholder:"NAME"`
	Measure     string `help:"Of grid: column of run_summary." placeholder:"COLUMN"`
	SQL         bool   `name:"sql" help:"Print the question behind the chart and draw nothing."`
	Window      string `hidden:""` // of report and compare: known, so that the answer says where it works
	Definitions string `hidden:""`
	chartFlags
	warehouseFlag
}

// chartFlags are shared by plot and report.
type chartFlags struct {
	Goodput []string `help:"Limits to draw, and of goodput: METRIC:MS with ttft, tpot or e2el. Each run's own when not given." placeholder:"METRIC:MS"`
	Lang    string   `help:"Language of the labels: ${enum}." default:"en" enum:"en,zh"`
}

// shiftKind is drawn by the comparison, which knows what is noise.
const shiftKind = "shift"

// shiftSQL asks for the distributions of which the shift chart shows the change.
const shiftSQL = "SELECT run_id, metric, percentile, ms\nFROM percentile_curve()\nORDER BY metric, percentile, run_id"

func kindNames() string {
	var names []string
	for _, k := range gallery.Kinds() {
		names = append(names, k.Name)
	}
	return strings.Join(append(names, shiftKind), ", ")
}

// Help is shown by plot --help.
func (c plotCmd) Help() string {
	return kindTexts(func(about string) string {
		about, _, _ = strings.Cut(about, ": ")
		about, _, _ = strings.Cut(about, "; ")
		return about
	})
}

// FullHelp is shown by plot --help-all.
func (c plotCmd) FullHelp() string { return kindTexts(func(about string) string { return about }) }

// kindTexts lists the kinds with what they are about.
func kindTexts(shown func(about string) string) string {
	var b strings.Builder
	b.WriteString("Kinds:\n\n")
	for _, k := range gallery.Kinds() {
		writeTerm(&b, k.Name, shown(k.About))
	}
	writeTerm(&b, shiftKind, shown("the change from the first side at every percentile: a run or a set of runs each, with the band of noise"))
	return b.String()
}

// Run draws the chart.
func (c *plotCmd) Run(a *app) error {
	options, percentiles, slo, err := c.options()
	if err != nil {
		return usageError(err)
	}
	w, err := c.read(a)
	if err != nil {
		return err
	}
	defer w.Close()
	sides, err := query.Sides(a.ctx, w, c.Runs, a.warn)
	if err != nil {
		return err
	}
	if c.Kind == shiftKind {
		return refused(c.shift(a, sides, slo, options))
	}
	kind, _ := gallery.Find(c.Kind)
	charts, err := a.openCharts(w, sides, gallery.Ask{
		Lang: chart.Lang(c.Lang), SLO: slo, Percentiles: percentiles, X: c.X, Y: c.Y, Measure: c.Measure,
	})
	if err != nil {
		return err
	}
	defer charts.Close()
	if c.SQL {
		fmt.Fprintln(a.stdout, kind.SQL(charts.ask))
		return nil
	}
	if err := charts.fits(kind); err != nil {
		return usageError(err)
	}
	if err := c.checkAxes(a, charts); err != nil {
		return err
	}
	figure, err := charts.figure(a.ctx, kind)
	if err != nil {
		return err
	}
	return c.write(a, func(out io.Writer) error { return figure.Write(out, options) })
}

func (c *plotCmd) write(a *app, write func(io.Writer) error) error {
	if c.Out == "-" {
		return write(a.stdout)
	}
	if err := writeFile(c.Out, func(f *os.File) error { return write(f) }); err != nil {
		return err
	}
	a.note("chart %s", c.Out)
	return nil
}

// options reads the flags; every problem is reported.
func (c *plotCmd) options() (o chart.Options, percentiles []float64, slo query.SLO, err error) {
	o = chart.Options{DPI: c.DPI, Title: c.Title, LogX: c.LogX, LogY: c.LogY}
	errs := []error{c.names(), c.size(&o), c.whole()}
	o.Format = c.Format
	if c.Percentiles != "" {
		_, percentiles, err = parseReport("ttft", c.Percentiles)
		if err != nil {
			err = fmt.Errorf("--percentiles %s: give numbers between 0 and 100", c.Percentiles)
		}
		slices.Sort(percentiles)
		errs = append(errs, err)
	}
	slo, err = c.slo()
	errs = append(errs, err, c.checkMeasure(), o.Validate())
	return o, percentiles, slo, errors.Join(errs...)
}

// checkMeasure refuses what is no number of a run's summary.
func (c *plotCmd) checkMeasure() error {
	if c.Measure == "" || slices.Contains(sloMetrics(), c.Measure) {
		return nil
	}
	return fmt.Errorf("--measure %q: no number of a run's summary; %s", c.Measure, near.OneOf(c.Measure, sloMetrics()))
}

// checkAxes refuses parameters of a grid that the runs do not have: it would be empty.
func (c *plotCmd) checkAxes(a *app, runs *charts) error {
	if c.X == "" && c.Y == "" {
		return nil
	}
	table, err := runs.Table(a.ctx, "SELECT DISTINCT parameter FROM sweep_parameters() ORDER BY parameter")
	if err != nil {
		return err
	}
	var known []string
	for _, row := range table.Rows() {
		known = append(known, row.Text("parameter"))
	}
	var errs []error
	for _, axis := range []struct{ flag, name string }{{"--x", c.X}, {"--y", c.Y}} {
		switch {
		case axis.name == "" || slices.Contains(known, axis.name):
		case len(known) == 0:
			errs = append(errs, fmt.Errorf("%s %q: these runs have no parameter in which they differ", axis.flag, axis.name))
		default:
			errs = append(errs, fmt.Errorf("%s %q: no parameter of these runs; %s", axis.flag, axis.name, near.OneOf(axis.name, known)))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return usageError(err)
	}
	return nil
}

// names settles the file and its format.
func (c *plotCmd) names() error {
	ext := strings.ToLower(strings.TrimPrefix(filepath.Ext(c.Out), "."))
	if c.Format == "" {
		c.Format = "png"
		if ext != "" {
			c.Format = ext
		}
	}
	if c.Out == "" {
		c.Out = c.Kind + "." + c.Format
	}
	if c.Out != "-" && ext != "" && ext != c.Format {
		return fmt.Errorf("--out %s does not end in the format, %s", c.Out, c.Format)
	}
	return nil
}

// whole refuses what report and compare see runs through.
func (c *plotCmd) whole() error {
	if c.Window == "" && c.Definitions == "" {
		return nil
	}
	return errors.New("charts show whole runs by llmbench's definitions: --window and --definitions do not go with plot; report, without --out, and compare take them")
}

func (c *plotCmd) size(o *chart.Options) error {
	width, height, ok := strings.Cut(c.Size, "x")
	w, errW := strconv.ParseFloat(width, 64)
	h, errH := strconv.ParseFloat(height, 64)
	if !ok || errW != nil || errH != nil || !(w > 0 && h > 0) {
		return fmt.Errorf("--size %q: give WIDTHxHEIGHT in pixels, such as 1280x800", c.Size)
	}
	points := 72 / float64(max(1, c.DPI))
	o.Width, o.Height = w*points, h*points
	return nil
}

func (c *chartFlags) slo() (query.SLO, error) {
	slo, err := parseSLO(c.Goodput)
	return query.SLO{TTFTMS: limitOf(slo, "ttft"), TPOTMS: limitOf(slo, "tpot"), E2ELMS: limitOf(slo, "e2el")}, err
}

// shift draws what compare --plot draws, of unlike workloads too.
func (c *plotCmd) shift(a *app, sides []query.Side, slo query.SLO, o chart.Options) error {
	if len(sides) < 2 {
		return usageError(errors.New("plot shift: give two sides or more, the baseline first"))
	}
	if c.SQL {
		fmt.Fprintln(a.stdout, shiftSQL)
		return nil
	}
	picture, err := a.shiftOf(sides, slo, chart.Lang(c.Lang))
	if err != nil {
		return err
	}
	return c.write(a, func(out io.Writer) error { return picture.Write(out, o) })
}

// shiftOf is the shift chart of the sides, whatever their workloads.
func (a *app) shiftOf(sides []query.Side, slo query.SLO, lang chart.Lang) (*chart.Shift, error) {
	options := report.DefaultCompare()
	options.AllowWorkload, options.SLO = true, slo
	var drawing compareCmd
	drawing.Plot = shiftKind
	session, measured, err := measureSides(a, sides, drawing.asked(sides, options))
	if err != nil {
		return nil, err
	}
	defer session.Close()
	curves, err := report.Shifts(measured, options)
	if err != nil {
		return nil, err
	}
	return new(shiftChart(measured, curves, lang)), nil
}
