package main

import (
	"errors"
	"fmt"
	"strings"

	"llmbench/store"
)

// runsMergeCmd makes one run of the shards of a load.
type runsMergeCmd struct {
	Refs  []string `arg:"" name:"run" help:"The shards: ids, beginnings of ids, names."`
	Name  string   `help:"Name of the merged run." placeholder:"TEXT"`
	Allow []string `help:"Merge although this differs: ${enum}, of model, parallel sizes, accelerator, backend, engine or dataset." enum:"system" placeholder:"system"`
	warehouseFlag
}

// Help is shown by runs merge --help.
func (runsMergeCmd) Help() string {
	return `For one load that several hosts sent at the same time, each into its own run. Times are anchored by when each run began by
its host's clock, so they are as true as those clocks are equal (NTP: usually to a millisecond). The shards stay.`
}

// Validate is called by kong.
func (c *runsMergeCmd) Validate() error {
	if len(c.Refs) < 2 {
		return errors.New("name two runs or more")
	}
	return checkName(c.Name)
}

// Run merges and names the new run.
func (c *runsMergeCmd) Run(a *app) error {
	w, err := c.read(a)
	if err != nil {
		return err
	}
	defer w.Close()
	shards, err := w.ResolveAll(a.ctx, c.Refs...)
	if err != nil {
		return err
	}
	if unlike := store.Unlike(shards); len(unlike) > 0 && len(c.Allow) == 0 {
		return &exitError{exitRefused, fmt.Errorf("these runs are no shards of one load: they differ in %s; --allow system merges them all the same, and the whole is NULL there",
			strings.Join(unlike, ", "))}
	}
	entry, err := w.Merge(a.ctx, shards, optional(c.Name))
	if err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, entry.Run.RunID)
	a.note("%d requests of %d runs are merged; their times hold as far as the hosts' clocks agree", *entry.Run.Completed+*entry.Run.Failed, len(shards))
	return nil
}
