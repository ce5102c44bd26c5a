package main

import (
	"slices"
	"strconv"
	"strings"

	"llmbench/collect/sweep"
	"llmbench/store"
)

// stepKey names a run among those of its sweep.
type stepKey struct {
	point  string
	repeat int
}

func keyOf(step sweep.Step) stepKey { return stepKey{step.Point.Label(), step.Repeat} }

// stepDone is a run that was made.
type stepDone struct {
	entry store.Entry
	err   string // why it does not count; "" when it does
	here  bool   // made by this process
}

// tagError keeps with a run why it does not count.
const tagError = "error"

// loadDone finds the runs of the sweep in the warehouse, the newest of each; with again none of them counts.
func (s *sweepPlan) loadDone(again bool) error {
	entries, err := s.warehouse.Runs(s.ctx)
	if err != nil || again {
		return err
	}
	entries = slices.DeleteFunc(entries, func(e store.Entry) bool { return e.Run.Tags["sweep"] != s.plan.Name })
	if err := s.warehouse.Freshen(s.ctx, entries); err != nil { // tables and searches need the summaries of today's formulas
		return err
	}
	for _, e := range entries {
		repeat, err := strconv.Atoi(e.Run.Tags["repeat"])
		if err != nil {
			continue
		}
		key := stepKey{e.Run.Tags["point"], repeat}
		if known, ok := s.done[key]; !ok || !known.entry.Run.BeganAt.After(e.Run.BeganAt) {
			s.done[key] = stepDone{entry: e, err: whyNot(e.Run)}
		}
	}
	return nil
}

// whyNot says why a run does not count as done; "" when it does.
func whyNot(r store.Run) string {
	switch {
	case r.Tags[tagError] != "":
		return r.Tags[tagError]
	case r.Status != store.RunComplete:
		return r.Status
	case r.Completed != nil && *r.Completed == 0:
		return "all requests failed"
	}
	return ""
}

// finished reports whether a run was made with the flags it has now, and counts.
func (s *sweepPlan) finished(step sweep.Step) bool {
	d, ok := s.done[keyOf(step)]
	return ok && d.err == "" && (d.here || s.sameFlags(step, d.entry.Run))
}

// failed reports whether a run was made and failed; an interrupted one did not fail.
func (s *sweepPlan) failed(step sweep.Step) bool {
	d, ok := s.done[keyOf(step)]
	return ok && d.err != "" && d.err != store.RunInterrupted && d.err != store.RunRunning
}

// sameFlags reports whether a run was made with the flags that the plan has for it now.
func (s *sweepPlan) sameFlags(step sweep.Step, r store.Run) bool {
	now, known := s.resolves[keyOf(step)]
	if !known {
		if run, err := s.resolve(step, 0); err == nil {
			now = run.flags
		}
		s.resolves[keyOf(step)] = now
	}
	return r.Flags != nil && *r.Flags == now
}

// changed are the finished runs that were made with other flags.
func (s *sweepPlan) changed() (labels []string) {
	for _, v := range s.visits {
		for _, step := range v.Steps {
			if d, ok := s.done[keyOf(step)]; ok && d.err == "" && !s.finished(step) && step.Repeat == 1 {
				labels = append(labels, step.Point.Label())
			}
		}
	}
	return labels
}

// counts are the runs of the plan by how they stand.
func (s *sweepPlan) counts() (done, failed, left int) {
	for _, v := range s.visits {
		for _, step := range v.Steps {
			switch {
			case s.finished(step):
				done++
			case s.failed(step):
				failed++
			default:
				left++
			}
		}
	}
	return done, failed, left
}

// firstLine is the beginning of a message.
func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
