package main

import (
	"errors"
	"fmt"
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
	return `Prints the report that collect printed, at any percentiles, for we keep every event.

  llmbench report latest --metric-percentiles 50,90,99.9
  llmbench report latest --window steady --definitions vllm
  llmbench report baseline candidate -o out          report.html: one page for a browser, with everything in it
  llmbench report sweep:nightly -o out --goodput ttft:500 tpot:50`
}

// Run prints one report per run, then draws.
func (c *reportCmd) Run(a *app) error {
	metrics, percentiles, err := parseReport(c.PercentileMetrics, c.MetricPercentiles)
	lens, lensErr := c.lens()
	if c.Out != "" && !lens.Plain() {
		lensErr = errors.Join(lensErr, errors.New("--out shows whole runs as llmbench counts: --window and --definitions do not go with it"))
	}
	if err := errors.Join(err, lensErr); err != nil {
		return usageError(err)
	}
	w, err := c.open(a)
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
		serving, err := a.serving(entry, metrics, percentiles)
		if err == nil && !lens.Plain() {
			err = a.lookThrough(lens, serving, metrics, percentiles, entry)
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

// writeFile makes a file with what write puts into it.
func writeFile(path string, write func(*os.File) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write a file: %w", err)
	}
	if err := errors.Join(write(file), file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
