package main

import (
	"errors"
	"fmt"
	"strings"

	"llmbench/store"
)

// runsTagCmd tags runs.
type runsTagCmd struct {
	Args  []string `arg:"" name:"run|key=value" help:"Runs, and tags to set; KEY= takes a tag away."`
	Where string   `help:"Instead of runs: every run for which this holds, SQL over the columns of runs and run_summary." placeholder:"SQL"`
	warehouseFlag
}

// Run sets the tags of each run.
func (c *runsTagCmd) Run(a *app) error {
	chosen := chosenRuns{Where: c.Where}
	tags := make(map[string]string)
	for _, arg := range c.Args {
		if key, value, isTag := strings.Cut(arg, "="); isTag && key != "" {
			tags[key] = value
		} else {
			chosen.Refs = append(chosen.Refs, arg)
		}
	}
	if len(tags) == 0 {
		return usageError(errors.New("runs tag: give tags as KEY=VALUE"))
	}
	return a.editRuns(c.warehouseFlag, chosen, func(r *store.Run) {
		for key, value := range tags {
			setTag(r, key, value)
		}
	})
}

// setTag sets one tag; "" takes it away.
func setTag(r *store.Run, key, value string) {
	if value == "" {
		delete(r.Tags, key)
		return
	}
	if r.Tags == nil {
		r.Tags = make(map[string]string)
	}
	r.Tags[key] = value
}

// runsNameCmd names a run.
type runsNameCmd struct {
	Ref  string `arg:"" name:"run" help:"The run: id, beginning of an id, name, latest or latest~N."`
	Name string `arg:"" help:"Its new name; '' takes it away."`
	warehouseFlag
}

// Run names the run. Runs may share a name: they are repeats of one measurement then.
func (c *runsNameCmd) Run(a *app) error {
	if err := checkName(c.Name); err != nil {
		return usageError(err)
	}
	return a.editRuns(c.warehouseFlag, chosenRuns{Refs: []string{c.Ref}}, func(r *store.Run) { r.Name = optional(c.Name) })
}

// runsNoteCmd keeps a note with a run.
type runsNoteCmd struct {
	Ref  string   `arg:"" name:"run" help:"The run: id, beginning of an id, name, latest or latest~N."`
	Text []string `arg:"" help:"The note; '' takes it away."`
	warehouseFlag
}

// Run replaces the run's note.
func (c *runsNoteCmd) Run(a *app) error {
	return a.editRuns(c.warehouseFlag, chosenRuns{Refs: []string{c.Ref}}, func(r *store.Run) { r.Note = optional(strings.Join(c.Text, " ")) })
}

// editRuns changes what people say of runs.
func (a *app) editRuns(flag warehouseFlag, chosen chosenRuns, edit func(*store.Run)) error {
	if err := chosen.Validate(); err != nil {
		return usageError(err)
	}
	w, err := flag.read(a)
	if err != nil {
		return err
	}
	defer w.Close()
	runs, err := chosen.find(a, w)
	if err != nil {
		return err
	}
	if err := w.UpdateRuns(a.ctx, runs, edit); err != nil {
		return err
	}
	for _, run := range runs {
		fmt.Fprintln(a.stdout, run.Run.RunID)
	}
	return nil
}
