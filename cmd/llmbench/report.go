package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"llmbench/query"
	"llmbench/report"
	"llmbench/report/gallery"
	"llmbench/store/interchange"
)

// reportCmd prints reports again and draws charts.
type reportCmd struct {
	Runs              []string `arg:"" name:"run" help:"Runs: id, beginning of an id, name, latest~1, tag:KEY=VALUE, name~GLOB, sweep:NAME, @FILE or a condition; see compare."`
	Out               string   `short:"o" help:"Folder for report.html, report.md and every kind of chart that suits the runs (see plot)." type:"path" placeholder:"DIR"`
	ImageFormat       string   `help:"Format of the charts: ${enum}." default:"png" enum:"png,svg,pdf"`
	PercentileMetrics string   `help:"Metrics: ttft, tpot, itl, e2el, queue." default:"ttft,tpot,itl"`
	MetricPercentiles string   `help:"Percentiles." default:"99"`
	Title             string   `help:"Title of the page."`
	Rating            []string `help:"Scale that rates mean latencies, such as ttft=100,200,500: excellent below the first, good below the second, needs work above the third." sep:"none" placeholder:"METRIC=MS,MS,MS"`
	lensFlags
	chartFlags
	warehouseFlag
}

// Help is shown by report --help.
func (reportCmd) Help() string {
	return `Prints the report that collect printed, at any percentiles, for we keep every event.`
}

// Run prints one report per run, then draws.
func (c *reportCmd) Run(a *app) error {
	asked, err := c.asked()
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
	entries := inOrder(sides)
	if c.Out != "" && len(entries) > gallery.MostRuns[gallery.SomeRuns] {
		return c.writeDocuments(a, w, sides) // nobody reads a hundred reports on a terminal
	}
	for _, entry := range entries {
		if entry.Run.TimeBase == interchange.TimeNone {
			return fmt.Errorf("report run %s: no single request of it is known; what its file reported: llmbench sql \"FROM reported_summary\" --runs %s",
				entry.Run.RunID, entry.Run.RunID)
		}
		serving, err := a.serving(entry, asked.metrics, asked.percentiles)
		if err == nil && !asked.lens.Plain() {
			err = a.lookThrough(asked.lens, serving, asked.metrics, asked.percentiles, entry)
		}
		if err == nil && asked.slo != (query.SLO{}) {
			err = a.judge(asked.lens, asked.slo, serving, entry)
		}
		if err != nil {
			return err
		}
		if len(entries) > 1 {
			fmt.Fprintf(a.stdout, "%s\n", runLabel(entry.Run))
		}
		if err := report.WriteServing(a.stdout, *serving); err != nil {
			return fmt.Errorf("print the report of run %s: %w", entry.Run.RunID, err)
		}
	}
	if c.Out == "" {
		return nil
	}
	return c.writeDocuments(a, w, sides)
}

// reportAsked is what a report shows.
type reportAsked struct {
	metrics     []string
	percentiles []float64
	lens        query.Lens
	slo         query.SLO
}

// asked reads the flags; every problem is reported.
func (c *reportCmd) asked() (reportAsked, error) {
	var asked reportAsked
	var errs [5]error
	asked.metrics, asked.percentiles, errs[0] = parseReport(c.PercentileMetrics, c.MetricPercentiles)
	asked.lens, errs[1] = c.lens()
	if c.Out != "" && !asked.lens.Plain() {
		errs[2] = errors.New("--out: the page and its charts show whole runs by llmbench's definitions; --window and --definitions change what is printed, without --out")
	}
	asked.slo, errs[3] = c.slo()
	_, errs[4] = report.ParseRatingScale(c.Rating)
	return asked, errors.Join(errs[:]...)
}

// writeFile makes a file with what write puts into it.
func writeFile(path string, write func(*os.File) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write a file: %w", err)
	}
	err = errors.Join(write(file), file.Close())
	if inFile, ok := errors.AsType[*fs.PathError](err); ok && inFile.Path == file.Name() {
		return fmt.Errorf("write %s: %w", path, inFile.Err)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
