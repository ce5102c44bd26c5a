package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/alecthomas/kong"

	"llmbench/report"
	"llmbench/store"
)

// sweepStatusCmd shows how a plan stands.
type sweepStatusCmd struct {
	sweepFlags
	Format string `help:"How to print: ${enum}." default:"table" enum:"table,json" group:"run"`
}

// sweepState is the answer as JSON. Of a search nobody knows what is left.
type sweepState struct {
	Sweep  string               `json:"sweep"`
	Search bool                 `json:"search"`
	Done   int                  `json:"done"`
	Failed *int                 `json:"failed"`
	Left   *int                 `json:"left"`
	Runs   []report.SweepStatus `json:"runs"` // that are not done
}

// Help is shown by sweep status --help.
func (sweepStatusCmd) Help() string {
	return `Takes the plan as sweep does, file and flags, and sends nothing.`
}

// Run prints what is done, failed and left.
func (c *sweepStatusCmd) Run(a *app, k *kong.Context) error {
	whole, err := c.withFile(a, k)
	if errors.Is(err, fs.ErrNotExist) && c.namesSweep(a) {
		err = fmt.Errorf("%w; a sweep has that name: give --name %s, with the plan or the flags that it was started with", err, filepath.Base(c.Plan))
	}
	if err != nil {
		return usageError(err)
	}
	if whole != nil {
		*c = whole.Status
	}
	s, err := a.openSweep(&c.sweepFlags, false)
	if err != nil {
		return err
	}
	defer s.warehouse.Close()
	if c.Format == "json" {
		return report.WriteJSON(a.stdout, s.state())
	}
	if s.search != nil {
		fmt.Fprintf(a.stdout, "sweep %s: a search; %d runs made. What is left depends on what they show: llmbench sweep goes on\n", s.plan.Name, len(s.done))
		return nil
	}
	done, failed, left := s.counts()
	fmt.Fprintf(a.stdout, "sweep %s: %d done, %d failed, %d left of %d runs\n", s.plan.Name, done, failed, left, done+failed+left)
	return report.WriteSweepStatus(a.stdout, s.statuses(), a.writeOptions())
}

// namesSweep tells whether runs of the warehouse are of a sweep that is called what was given for the plan's file, which the parser
// makes a whole path.
func (c *sweepStatusCmd) namesSweep(a *app) bool {
	w, err := c.warehouseFlag.read(a)
	if err != nil {
		return false
	}
	defer w.Close()
	entries, err := w.Runs(a.ctx)
	return err == nil && slices.ContainsFunc(entries, func(e store.Entry) bool { return e.Run.Tags["sweep"] == filepath.Base(c.Plan) })
}

func (s *sweepPlan) state() sweepState {
	if s.search != nil {
		return sweepState{Sweep: s.plan.Name, Search: true, Done: len(s.done), Runs: []report.SweepStatus{}}
	}
	done, failed, left := s.counts()
	return sweepState{Sweep: s.plan.Name, Done: done, Failed: &failed, Left: &left, Runs: append([]report.SweepStatus{}, s.statuses()...)}
}

// statuses are the runs that are not done, with why.
func (s *sweepPlan) statuses() []report.SweepStatus {
	var out []report.SweepStatus
	for _, v := range s.visits {
		for _, step := range v.Steps {
			if s.finished(step) {
				continue
			}
			status := report.SweepStatus{Point: step.Point.Label(), Repeat: step.Repeat, State: "left"}
			switch d, made := s.done[keyOf(step)]; {
			case s.failed(step):
				status.State, status.Why = "failed", firstLine(d.err)
			case made && d.err != "":
				status.Why = d.err
			case made:
				status.Why = "measured with other flags"
			}
			out = append(out, status)
		}
	}
	return out
}
