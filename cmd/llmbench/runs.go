package main

import (
	"llmbench/report"
)

// runsCmd is all that is done with runs as wholes.
type runsCmd struct {
	List runsListCmd `cmd:"" default:"withargs" help:"List the runs of the warehouse, oldest first."`
	Show runsShowCmd `cmd:"" help:"Print one run in full."`

	Tag   runsTagCmd    `cmd:"" help:"Set tags of runs, or take them away."`
	Name  runsNameCmd   `cmd:"" help:"Name a run."`
	Note  runsNoteCmd   `cmd:"" help:"Keep a note with a run."`
	Rm    runsRemoveCmd `cmd:"" help:"Remove runs for good."`
	Merge runsMergeCmd  `cmd:"" help:"Make one run of the shards of a load that several hosts sent."`
	Copy  runsCopyCmd   `cmd:"" help:"Copy runs into another warehouse."`
	Push  runsPushCmd   `cmd:"" help:"Send runs to an object store."`
	Pull  runsPullCmd   `cmd:"" help:"Fetch runs from an object store."`

	Check   runsCheckCmd   `cmd:"" help:"Verify every file: checksums, counts, leftovers."`
	Recover runsRecoverCmd `cmd:"" help:"Repair what can be repaired."`
}

// Help is shown by runs --help.
func (runsCmd) Help() string {
	return `A run is named by its id, any unique beginning of it, its --name, or latest, latest~1, ...`
}

type runsShowCmd struct {
	Ref    string `arg:"" name:"run" help:"The run: id, beginning of an id, name, latest or latest~N."`
	Format string `help:"How to print: ${enum}." default:"table" enum:"table,json"`
	warehouseFlag
}

// Run prints every column of one run.
func (c *runsShowCmd) Run(a *app) error {
	w, err := c.read(a)
	if err != nil {
		return err
	}
	defer w.Close()
	entries, err := w.Find(a.ctx, c.Ref)
	if err == nil && entries[0].Summary == nil {
		entries, err = w.ResolveAll(a.ctx, c.Ref)
	}
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return report.WriteRunJSON(a.stdout, entries[0])
	}
	return report.WriteRun(a.stdout, entries[0], a.writeOptions())
}

// writeOptions fit tables to the terminal; output that goes elsewhere is not cut.
func (a *app) writeOptions() report.WriteOptions {
	columns, is := terminal(a.stdout)
	if !is {
		columns = 200
	}
	return report.WriteOptions{Width: columns, Color: a.colour(a.stdout), Notes: a.stderr}
}
