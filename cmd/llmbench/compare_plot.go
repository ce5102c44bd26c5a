package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"llmbench/query"
	"llmbench/report"
	"llmbench/report/chart"
)

// plotFormat is the format that the file's name asks for.
func (c *compareCmd) plotFormat() string {
	return strings.ToLower(strings.TrimPrefix(filepath.Ext(c.Plot), "."))
}

func (c *compareCmd) checkPlot() error {
	if format := c.plotFormat(); c.Plot != "" && !slices.Contains(chart.Formats, format) {
		return fmt.Errorf("--plot %s: name a file that ends in .png, .svg or .pdf", c.Plot)
	}
	return nil
}

// asked is all that the table needs and, where one is drawn, the chart: it is measured at once.
func (c *compareCmd) asked(sides []query.Side, options report.CompareOptions) query.Asked {
	percentiles := options.AskedPercentiles()
	if c.Plot != "" {
		percentiles = append(percentiles, options.ForShift().AskedPercentiles()...)
		slices.Sort(percentiles)
	}
	return query.Asked{Lens: options.Lens, SLO: options.SLO, Percentiles: slices.Compact(percentiles), Events: report.NeedsEvents(sides, options)}
}

// plot draws the change at every percentile.
func (c *compareCmd) plot(a *app, measured []report.CompareSide, options report.CompareOptions) error {
	curves, err := report.Shifts(measured, options)
	if err != nil {
		return err
	}
	picture := shiftChart(measured, curves, chart.English)
	if err := writeFile(c.Plot, func(f *os.File) error { return picture.Write(f, chart.Options{Format: c.plotFormat()}) }); err != nil {
		return err
	}
	a.note("chart %s", c.Plot)
	return nil
}

// shiftChart puts the curves of one latency into one panel.
func shiftChart(sides []report.CompareSide, curves []report.ShiftCurve, lang chart.Lang) chart.Shift {
	s := chart.Shift{Title: lang.Say("Change from %s", sides[0].Label()), Note: shiftNote(curves, lang), Lang: lang}
	s.Baseline = chart.ShiftSeries{Name: sides[0].Label(), Facts: factsOf(sides[0])}
	if slices.ContainsFunc(curves, func(c report.ShiftCurve) bool { return len(c.Point) > 0 }) {
		s.Baseline.Facts = nil // a side has several curves, of some of its runs each
		for _, side := range sides {
			s.Facts = append(s.Facts, factsOf(side)...)
		}
	}
	if len(sides) == 2 {
		s.Title = lang.Say("Change from %s to %s", sides[0].Label(), sides[1].Label())
	}
	for _, family := range report.ShiftFamilies {
		panel := chart.ShiftPanel{Metric: strings.ToUpper(family)}
		for _, curve := range curves {
			if curve.Family == family {
				panel.Series = append(panel.Series, shiftSeries(sides, curve))
			}
		}
		s.Panels = append(s.Panels, panel)
	}
	return s
}

func shiftSeries(sides []report.CompareSide, curve report.ShiftCurve) chart.ShiftSeries {
	side := sides[curve.Side[0]-'A']
	out := chart.ShiftSeries{Name: side.Label()}
	if len(curve.Point) > 0 {
		out.Name += ", " + report.KeyText(curve.Point)
	} else {
		out.Facts = factsOf(side)
	}
	for _, p := range curve.Points {
		out.Points = append(out.Points, chart.ShiftPoint(p))
	}
	return out
}

// factsOf are those of a side's runs.
func factsOf(side report.CompareSide) []chart.Facts {
	list := make([]chart.Facts, len(side.Runs))
	for i, run := range side.Runs {
		list[i] = facts(run.Entry.Run)
	}
	return list
}

// shiftNote says what the bands are.
func shiftNote(curves []report.ShiftCurve, lang chart.Lang) string {
	for _, curve := range curves {
		if curve.Noise != report.NoNoise {
			return lang.Say("bands: 95%% %s", lang.Say(string(curve.Noise)))
		}
	}
	return ""
}
