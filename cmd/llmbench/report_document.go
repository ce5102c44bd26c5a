package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"llmbench/query"
	"llmbench/report"
	"llmbench/report/chart"
	"llmbench/report/document"
	"llmbench/report/gallery"
	"llmbench/store"
)

// writeDocuments writes the page, the Markdown and the pictures of the runs.
func (c *reportCmd) writeDocuments(a *app, w *store.Warehouse, sides []query.Side) error {
	scale, err := report.ParseRatingScale(c.Rating)
	if err != nil {
		return usageError(err)
	}
	slo, err := c.slo()
	if err != nil {
		return usageError(err)
	}
	charts, err := a.openCharts(w, sides, gallery.Ask{Lang: chart.Lang(c.Lang), SLO: slo, Scale: scale})
	if err != nil {
		return err
	}
	defer charts.Close()
	d := document.Document{Title: c.title(sides), Lang: charts.ask.Lang, Lead: charts.lead(), Command: c.command(charts)}
	if err := c.fill(a, &d, charts); err != nil {
		return err
	}
	if err := c.addShift(a, &d, sides, slo); err != nil {
		return err
	}
	for name, write := range map[string]func(*os.File) error{
		"report.html": func(f *os.File) error { return d.WriteHTML(f) },
		"report.md":   func(f *os.File) error { return d.WriteMarkdown(f) },
	} {
		if err := writeFile(filepath.Join(c.Out, name), write); err != nil {
			return err
		}
	}
	a.note("report %s, with pictures and report.md beside it", filepath.Join(c.Out, "report.html"))
	return nil
}

// fill asks for every section: what a sweep found, the runs one beside the other, each alone. Runs that merely differ in
// their load are looked at one by one first.
func (c *reportCmd) fill(a *app, d *document.Document, charts *charts) error {
	order := []gallery.Input{gallery.SweepRuns, gallery.SomeRuns, gallery.OneRun}
	if charts.suits(gallery.SomeRuns) && charts.entries[0].Run.Tags["sweep"] == "" {
		order = []gallery.Input{gallery.SomeRuns, gallery.OneRun, gallery.SweepRuns}
	}
	for _, input := range order {
		if !charts.suits(input) {
			continue
		}
		if err := charts.addTables(a, d, input, false); err != nil {
			return err
		}
		for _, kind := range gallery.Kinds() {
			if kind.Input == input {
				if err := c.addChart(a, d, charts, kind); err != nil {
					return err
				}
			}
		}
		if err := charts.addTables(a, d, input, true); err != nil {
			return err
		}
	}
	return nil
}

func (c *charts) addTables(a *app, d *document.Document, input gallery.Input, last bool) error {
	for _, kind := range gallery.TableKinds() {
		if kind.Input == input && kind.Last == last {
			if err := c.addTable(a, d, kind); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *charts) addTable(a *app, d *document.Document, kind gallery.TableKind) error {
	sql := kind.SQL(c.ask)
	answer, err := c.Table(a.ctx, sql)
	if err != nil {
		return fmt.Errorf("ask for the table %s: %w", kind.Name, err)
	}
	if table := kind.Table(c.ask, answer); table != nil {
		d.Sections = append(d.Sections, document.Section{
			Name: kind.Name, Title: c.ask.Lang.Say(kind.Title), About: sentence(c.ask.Lang.Say(kind.About)), SQL: sql, Table: table,
		})
	}
	return nil
}

// addChart draws a chart twice, for the page and as a picture.
func (c *reportCmd) addChart(a *app, d *document.Document, charts *charts, kind gallery.Kind) error {
	figure, err := charts.figure(a.ctx, kind)
	if err != nil {
		return err
	}
	if kind.Input == gallery.SweepRuns && !figure.Shows() {
		return nil // runs need not be a sweep of two parameters
	}
	section := document.Section{
		Name: kind.Name, Title: figure.Title, About: sentence(charts.ask.Lang.Say(kind.About)), SQL: kind.SQL(charts.ask), File: kind.Name + "." + c.ImageFormat,
	}
	options := chart.Options{Format: c.ImageFormat, Width: 720}
	if err := writeFile(filepath.Join(c.Out, section.File), func(f *os.File) error { return figure.Write(f, options) }); err != nil {
		return err
	}
	if section.Picture, err = figure.Inline(chart.Options{Width: 720}); err != nil {
		return err
	}
	d.Sections = append(d.Sections, section)
	return nil
}

// addShift draws how the distributions moved from the first side to the others. Sides of which no latency is known have none.
func (c *reportCmd) addShift(a *app, d *document.Document, sides []query.Side, slo query.SLO) error {
	if len(sides) < 2 || len(sides) > mostShifted {
		return nil
	}
	picture, err := a.shiftOf(sides, slo, d.Lang)
	if err != nil {
		d.Sections = append(d.Sections, document.Section{Name: shiftKind, Title: d.Lang.Say("Shift"), Why: err.Error()})
		return nil
	}
	section := document.Section{
		Name: shiftKind, Title: picture.Title, File: shiftKind + "." + c.ImageFormat,
		About: sentence(d.Lang.Say("the change at every percentile, with the band of noise; compare tells what of it is sure")),
		SQL:   shiftSQL,
	}
	if err := writeFile(filepath.Join(c.Out, section.File), func(f *os.File) error { return picture.Write(f, chart.Options{Format: c.ImageFormat}) }); err != nil {
		return err
	}
	if section.Picture, err = picture.Inline(chart.Options{Width: 720}); err != nil {
		return err
	}
	d.Sections = append(d.Sections, section)
	return nil
}

// mostShifted is how many sides a shift chart of a report shows.
const mostShifted = 8

// title names the runs that the report is of.
func (c *reportCmd) title(sides []query.Side) string {
	if c.Title != "" {
		return c.Title
	}
	names := make([]string, len(sides))
	for i, side := range sides {
		names[i] = side.Reference
		if len(side.Entries) == 1 {
			names[i] = runLabel(side.Entries[0].Run)
		}
	}
	return strings.Join(names, ", ")
}

// lead says what was measured: the machines, the models, the time, and what the client said of itself.
func (c *charts) lead() []string {
	say := c.ask.Lang.Say
	first, last := c.entries[0].Run.BeganAt, c.entries[0].Run.BeganAt
	var systems []string
	suspect := 0
	for _, e := range c.entries {
		if e.Run.BeganAt.Before(first) {
			first = e.Run.BeganAt
		}
		if e.Run.BeganAt.After(last) {
			last = e.Run.BeganAt
		}
		if s := machineOf(e.Run); s != "" && !slices.Contains(systems, s) {
			systems = append(systems, s)
		}
		if v := e.Run.ClientVerdict; v != nil && *v != "ok" {
			suspect++
		}
	}
	const stamp = "2006-01-02 15:04"
	when := first.UTC().Format(stamp)
	if last.Sub(first) >= time.Minute {
		when += " – " + last.UTC().Format(stamp)
	}
	lines := []string{say("%d runs, %s UTC", len(c.entries), when)}
	if len(c.entries) == 1 {
		lines[0] = say("1 run, %s UTC", when)
	}
	if len(systems) > 0 {
		lines = append(lines, strings.Join(systems[:min(len(systems), 6)], "; "))
	}
	if suspect > 0 {
		lines = append(lines, say("In %d of the runs the client was not sure to keep up: their numbers may be its limits, not the server's.", suspect))
	}
	return lines
}

// machineOf is the model and the machine of a run.
func machineOf(r store.Run) string {
	var parts []string
	for _, s := range []*string{r.Model, r.DCU} {
		if s != nil {
			parts = append(parts, *s)
		}
	}
	for _, n := range []struct {
		name  string
		value *int64
	}{{"tp", r.TP}, {"pp", r.PP}, {"dp", r.DP}} {
		if n.value != nil {
			parts = append(parts, fmt.Sprintf("%s %d", n.name, *n.value))
		}
	}
	if r.Engine != nil {
		parts = append(parts, *r.Engine)
	}
	return strings.Join(parts, ", ")
}

// command is how a question on the same runs is asked.
func (c *reportCmd) command(charts *charts) string {
	ids := make([]string, len(charts.entries))
	for i, e := range charts.entries {
		ids[i] = e.Run.RunID
	}
	return "llmbench sql --warehouse " + shellWords([]string{c.Warehouse}) + " --runs " + strings.Join(ids, ",") + " \"...\""
}

// sentence begins with a capital, but for names such as vLLM.
func sentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if second, _ := utf8.DecodeRuneInString(s[size:]); unicode.IsUpper(second) {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}
