package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"llmbench/report"
	"llmbench/store"
)

// runsMergeCmd makes one run of the shards of a load.
type runsMergeCmd struct {
	Refs  []string `arg:"" name:"run" help:"The shards: ids, beginnings of ids, names."`
	Name  string   `help:"Name of the merged run." placeholder:"TEXT"`
	Allow []string `help:"Merge although this differs: ${enum}. system: model, parallel sizes, accelerator, backend, engine; workload: dataset, lengths, arrivals; time: they were not sent at the same time." enum:"system,workload,time" placeholder:"system|workload|time"`
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
	if err := c.refusesShards(shards); err != nil {
		return err
	}
	entry, err := w.Merge(a.ctx, shards, optional(c.Name))
	if err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, entry.Run.RunID)
	a.note("%d requests of %d runs are merged; their times hold as far as the hosts' clocks agree", *entry.Run.Completed+*entry.Run.Failed, len(shards))
	return nil
}

// refusesShards refuses runs that are no shards of one load, for what --allow does not name.
func (c *runsMergeCmd) refusesShards(shards []store.Entry) error {
	var why []string
	refuse := func(allow, differ, then string) {
		if differ != "" && !slices.Contains(c.Allow, allow) {
			why = append(why, fmt.Sprintf("%s; --allow %s merges them all the same, %s", differ, allow, then))
		}
	}
	differ := func(in []string) string {
		if len(in) == 0 {
			return ""
		}
		return "they differ in " + strings.Join(in, ", ")
	}
	refuse("system", differ(store.Unlike(shards)), "and the whole is NULL there")
	refuse("workload", differ(report.UnlikeShards(shards)), "and its latencies are those of a mixture")
	refuse("time", store.Apart(shards), "and its rates count the time between them")
	if len(why) == 0 {
		return nil
	}
	return &exitError{exitRefused, fmt.Errorf("these runs are no shards of one load: %s", strings.Join(why, "; "))}
}
