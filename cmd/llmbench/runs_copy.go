package main

import (
	"fmt"

	"llmbench/store"
)

// runsCopyCmd copies runs into another warehouse.
type runsCopyCmd struct {
	chosenRuns
	To string `required:"" help:"The other warehouse." placeholder:"DIR|URL"`
	warehouseFlag
}

// Help is shown by runs copy --help.
func (runsCopyCmd) Help() string {
	return `Files are compared with their checksums on the way; runs that are there already are left as they are.`
}

// Run copies the runs.
func (c *runsCopyCmd) Run(a *app) error {
	return a.copyRuns(c.chosenRuns, c.warehouseFlag, warehouseFlag{c.To})
}

// copyRuns copies runs from one warehouse into another, telling each.
func (a *app) copyRuns(chosen chosenRuns, from, to warehouseFlag) error {
	if err := chosen.Validate(); err != nil {
		return usageError(err)
	}
	source, err := from.read(a)
	if err != nil {
		return err
	}
	defer source.Close()
	runs, err := chosen.find(a, source)
	if err != nil || len(runs) == 0 {
		return err
	}
	target, err := to.open(a)
	if err != nil {
		return err
	}
	defer target.Close()
	if err := source.Fetch(a.ctx, runs); err != nil {
		return err
	}
	copied := 0
	err = target.Receive(a.ctx, runs, func(run store.Entry, isNew bool) {
		if isNew {
			copied++
			fmt.Fprintln(a.stdout, run.Run.RunID)
		}
	})
	a.note("%d of %d runs copied to %s", copied, len(runs), target.Dir())
	return err
}
