package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"llmbench/collect/launch"
	"llmbench/collect/sweep"
	"llmbench/report"
	"llmbench/store"
)

// sweeper makes the runs of a plan one after the other.
type sweeper struct {
	*sweepPlan
	cmd     *sweepRunCmd
	live    *report.SweepLive
	starts  context.Context // ends with the first Ctrl-C: no server is awaited then
	stopped atomic.Bool
	made    int // runs of this process
	noCache bool
	limits  []report.SweepLimit // found

	unlimited int // searches that ended without the server's limit
}

// errStopped ends a sweep after Ctrl-C.
var errStopped = &exitError{exitInterrupted, errors.New("stopped; the same command goes on where it was")}

func (s *sweeper) run() error {
	defer s.watchSignals()()
	if ended := launch.EndOrphans(); len(ended) > 0 {
		s.note("ended what a killed llmbench had left: %s", strings.Join(ended, ", "))
	}
	if changed := s.changed(); len(changed) > 0 {
		s.note("measured anew, for their flags have changed: %d points, such as %s", len(changed), changed[0])
	}
	if s.search != nil {
		return s.runSearch()
	}
	done, failed, left := s.counts()
	s.note("sweep %s: %d points x %d repeats; %d runs done, %d failed, %d left", s.plan.Name, len(s.points), s.plan.Repeats, done, failed, left)
	visits := sweep.Left(s.visits, func(step sweep.Step) bool { return s.finished(step) || s.cmd.SkipFailed && s.failed(step) })
	runs := 0
	for _, v := range visits {
		runs += len(v.Steps)
	}
	s.live = s.newLive(runs)
	if runs > 0 {
		fmt.Fprintln(s.stdout, s.live.Header())
	}
	for _, v := range visits {
		if err := s.visit(v); err != nil {
			return errors.Join(err, s.writeCSV())
		}
	}
	return s.conclude()
}

// watchSignals lets the first Ctrl-C end the sweep: the load in flight sees it too and ends in order.
func (s *sweeper) watchSignals() (release func()) {
	ctx, cancel := signal.NotifyContext(s.ctx, os.Interrupt, syscall.SIGTERM)
	s.starts = ctx
	stop := context.AfterFunc(ctx, func() { s.stopped.Store(true) })
	return func() { stop(); cancel() }
}

// visit starts a server, makes its runs and ends it. A step that fails is written down; an error ends the sweep.
func (s *sweeper) visit(v sweep.Visit) error {
	host := &host{sweeper: s, first: v.Steps[0]}
	for _, step := range v.Steps {
		if s.stopped.Load() {
			return errors.Join(errStopped, host.end())
		}
		if err := host.ready(); err != nil {
			if s.stopped.Load() {
				return errors.Join(errStopped, host.end())
			}
			if err := s.fail(step, nil, err); err != nil {
				return errors.Join(err, host.end())
			}
			continue
		}
		s.resetCaches(host)
		if err := s.step(step, host); err != nil {
			return errors.Join(err, host.end())
		}
	}
	return host.end()
}

// step makes one run.
func (s *sweeper) step(step sweep.Step, h *host) error {
	run, err := s.resolve(step, h.port)
	if err != nil {
		return s.fail(step, nil, err)
	}
	notes := &strings.Builder{}
	quiet := *s.app
	quiet.notes = notes
	run.cmd.Name = s.plan.Name + "/" + step.Point.Label()
	m, err := run.cmd.once(&quiet, run.kong, run.plan, s.warehouse, h.server)
	if err == nil {
		err = h.server.fault()
	}
	switch {
	case m != nil && m.shortDisk: // which stopped the load too
		return errors.Join(errors.New("the disk of the warehouse ran short; what came is kept"), err)
	case m != nil && !m.broken && (m.outcome.Interrupted || m.outcome.Stopped):
		s.stopped.Store(true)
		return errStopped
	case s.stopped.Load():
		return errors.Join(errStopped, err)
	case m == nil:
		return s.fail(step, run, err)
	case err == nil && m.outcome.Completed == 0:
		err = s.whyAllFailed(m.entry)
	}
	if err != nil {
		return s.failRun(step, m.entry, err)
	}
	return s.finish(step, stepDone{entry: m.entry, here: true})
}

// finish notes a run as done, shows it and writes the table of all anew.
func (s *sweeper) finish(step sweep.Step, d stepDone) error {
	s.done[keyOf(step)] = d
	s.made++
	s.show(step, d)
	return s.writeCSV()
}

// fail writes down a run that could not be made: a row without requests, for the warehouse to tell.
func (s *sweeper) fail(step sweep.Step, run *resolved, why error) error {
	if run == nil {
		var err error
		if run, err = s.resolve(step, 0); err != nil {
			return err
		}
	}
	row := run.cmd.runRow(run.plan)
	row.Name, row.Model, row.Flags = new(s.plan.Name+"/"+step.Point.Label()), optional(run.cmd.Model), optional(run.flags)
	row.Tags[tagError] = why.Error()
	writer, err := s.warehouse.Begin(s.ctx, row)
	if err != nil {
		return errors.Join(why, err)
	}
	row.RunID, row.Status, row.BeganAt = writer.RunID(), store.RunFailed, time.Now()
	row.Completed, row.Failed = new(int64(0)), new(int64(0))
	entry, err := writer.Finish(context.Background(), row)
	if err != nil {
		return errors.Join(why, err)
	}
	return s.tellFailed(step, entry, why)
}

// failRun marks a run that was kept and does not count.
func (s *sweeper) failRun(step sweep.Step, entry store.Entry, why error) error {
	err := s.warehouse.UpdateRun(context.Background(), entry.Run.RunID, func(r *store.Run) { setTag(r, tagError, why.Error()) })
	return errors.Join(err, s.tellFailed(step, entry, why))
}

func (s *sweeper) tellFailed(step sweep.Step, entry store.Entry, why error) error {
	if err := s.finish(step, stepDone{entry: entry, err: why.Error(), here: true}); err != nil {
		return err
	}
	s.note("%s, repeat %d: %v", step.Point.Label(), step.Repeat, why)
	if s.cmd.StopOnError {
		return &exitError{exitFailed, errors.New("--stop-on-error: ended at the first point that failed")}
	}
	return nil
}

// whyAllFailed gives the most frequent reason.
func (s *sweeper) whyAllFailed(entry store.Entry) error {
	text := "all requests failed"
	serving, err := s.serving(entry, []string{"ttft"}, []float64{99})
	if err == nil && len(serving.Failures) > 0 {
		f := serving.Failures[0]
		text += ": " + f.Status + ": " + strings.Join(strings.Fields(f.Error), " ")
	}
	return errors.New(text)
}

// shellCommand runs --before or --after; it has the point's values as text and goes on at most as long as a server may take.
func (s *sweeper) shellCommand(ctx context.Context, flag, text string, values map[string]string) error {
	line, err := fill(flag, text, values)
	if err != nil {
		return err
	}
	s.note("%s: %s", flag, line)
	ctx, cancel := context.WithTimeout(ctx, s.flags.ServeReady)
	defer cancel()
	command := exec.CommandContext(ctx, "sh", "-c", line)
	command.WaitDelay = time.Second // what it leaves in the background may hold its output
	said, err := command.CombinedOutput()
	if err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		return fmt.Errorf("%s: %w: %s", flag, err, strings.TrimSpace(string(said)))
	}
	return nil
}
