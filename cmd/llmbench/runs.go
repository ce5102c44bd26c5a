package main

import (
	"llmbench/report"
)

// runsCmd is all that is done with runs as wholes.
type runsCmd struct {
	List runsListCmd `cmd:"" default:"withargs" help:"List the runs of the warehouse, oldest first."`
	Show runsShowCmd `cmd:"" help:"Print one run in full."`
}

// Help is shown by runs --help.
func (runsCmd) Help() string {
	return `A run is named by its id, any unique beginning of it, its --name, or latest, latest~1, ...

  llmbench runs
  llmbench runs --where "tp = 8 AND failed = 0" --order-by "p99_ttft_ms DESC" --limit 10
  llmbench runs --columns run_id,model,output_throughput --format csv
  llmbench runs show latest`
}

type runsShowCmd struct {
	Ref string `arg:"" name:"run" help:"The run: id, beginning of an id, name, latest or latest~N."`
	warehouseFlag
}

// Run prints every column of one run.
func (c *runsShowCmd) Run(a *app) error {
	w, err := c.open(a)
	if err != nil {
		return err
	}
	defer w.Close()
	entry, err := w.Resolve(a.ctx, c.Ref)
	if err != nil {
		return err
	}
	return report.WriteRun(a.stdout, entry, a.writeOptions())
}

// writeOptions fit tables to the terminal; output that goes elsewhere is not cut.
func (a *app) writeOptions() report.WriteOptions {
	columns, is := terminal(a.stdout)
	if !is {
		columns = 200
	}
	return report.WriteOptions{Width: columns, Color: a.colour(a.stdout), Notes: a.stderr}
}
