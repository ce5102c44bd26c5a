package main

import (
	"errors"

	"llmbench/report"
)

// compareCmd holds one run against another.
type compareCmd struct {
	A       string   `arg:"" name:"run-a" help:"The baseline: id, beginning of an id, name, latest or latest~N."`
	B       string   `arg:"" name:"run-b" help:"The run held against it."`
	Format  string   `help:"How to print: ${enum}." default:"table" enum:"table,json,csv,markdown"`
	Allow   []string `help:"Compare although this differs: ${enum}." enum:"workload" placeholder:"workload"`
	Metrics []string `help:"Metrics to show, columns of run_summary; the usual ones when not given." placeholder:"NAME"`
	warehouseFlag
}

// Help is shown by compare --help.
func (compareCmd) Help() string {
	return `Shows first what differs between the two runs, then each metric with its change. Unlike workloads are refused (exit 3).

  llmbench compare latest~1 latest
  llmbench compare baseline candidate --format markdown
  llmbench compare a b --allow workload --metrics p99_ttft_ms,output_throughput`
}

// Run prints the comparison.
func (c *compareCmd) Run(a *app) error {
	options := report.CompareOptions{AllowWorkload: len(c.Allow) > 0, Metrics: c.Metrics}
	if err := options.Validate(); err != nil {
		return usageError(err)
	}
	w, err := c.open(a)
	if err != nil {
		return err
	}
	defer w.Close()
	sides, err := w.ResolveAll(a.ctx, c.A, c.B)
	if err != nil {
		return err
	}
	comparison, err := report.Compare(sides[0], sides[1], options)
	if unlike, ok := errors.AsType[*report.UnlikeError](err); ok {
		return &exitError{exitRefused, unlike}
	}
	if err != nil {
		return err
	}
	return comparison.Write(a.stdout, c.Format, a.writeOptions())
}
