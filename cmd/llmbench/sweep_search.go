package main

import (
	"errors"
	"fmt"
	"strconv"

	"llmbench/collect/sweep"
	"llmbench/report"
	"llmbench/store"
)

// runSearch makes the searches of all points.
func (s *sweeper) runSearch() error {
	s.note("sweep %s: %d searches of %s, at most %d runs each; %d runs were made before", s.plan.Name, len(s.points), s.search.key, s.search.config.MostRuns, len(s.done))
	s.live = s.newLive(len(s.points) * s.search.config.MostRuns)
	fmt.Fprintln(s.stdout, s.live.Header())
	for _, v := range s.visits {
		if err := s.searchVisit(v); err != nil {
			return errors.Join(err, s.writeCSV())
		}
	}
	return s.concludeSearch()
}

// searchVisit searches every point of a server. A run that an earlier start of the same search made is taken for what it was.
func (s *sweeper) searchVisit(v sweep.Visit) error {
	host := &host{sweeper: s, first: s.stepAt(v.Steps[0].Point, s.search.config.From, 1)}
	for _, step := range v.Steps {
		var err error
		if s.search.knee {
			err = s.findKnee(step.Point, host)
		} else {
			err = s.findMax(step.Point, host)
		}
		if err != nil {
			return errors.Join(err, host.end())
		}
	}
	return host.end()
}

func (s *sweepPlan) stepAt(p sweep.Point, value float64, n int) sweep.Step {
	return sweep.Step{Point: p.With(sweep.Setting{Key: s.search.key, Value: strconv.FormatFloat(value, 'f', -1, 64)}), Repeat: n}
}

func (s *sweeper) findMax(p sweep.Point, h *host) error {
	look, worked := sweep.NewSearch(s.search.config), false
	over, err := s.follow(p, h, look, func(value float64, d stepDone) {
		worked = worked || d.err == ""
		look.Observe(value, s.outcome(d))
	})
	if over {
		s.judge(look.Result().Capped, worked)
		s.limits = append(s.limits, report.SweepLimit{Point: p.Label(), Key: s.search.key, SLOs: s.search.slosText(), Wanted: s.search.config.Confidence, Max: maxOf(look.Result())})
	}
	return err
}

func (s *sweeper) findKnee(p sweep.Point, h *host) error {
	look, worked := sweep.NewKnee(s.search.config, s.search.growth), false
	over, err := s.follow(p, h, look, func(value float64, d stepDone) {
		worked = worked || d.err == ""
		throughput := 0.0
		if d.err == "" && d.entry.Summary != nil && d.entry.Summary.OutputThroughput != nil {
			throughput = *d.entry.Summary.OutputThroughput
		}
		look.Observe(value, throughput, !saturated(d.entry.Run))
	})
	if over {
		s.judge(look.Result().Capped, worked)
		s.limits = append(s.limits, report.SweepLimit{Point: p.Label(), Key: s.search.key, Growth: s.search.growth, Knee: new(report.SweepKnee(look.Result()))})
	}
	return err
}

// judge counts a search that is over and tells nothing of the server's limit: the client was saturated, or no run worked.
func (s *sweeper) judge(capped float64, worked bool) {
	if capped > 0 || !worked {
		s.unlimited++
	}
}

// follow makes the runs that a search asks for until it is over. It is not when a run could not be made, which has been told.
func (s *sweeper) follow(p sweep.Point, h *host, look interface{ Next() (float64, bool) }, observe func(float64, stepDone)) (over bool, err error) {
	counts := map[float64]int{}
	for {
		value, ok := look.Next()
		if !ok {
			return true, nil
		}
		counts[value]++
		d, err := s.searchRun(s.stepAt(p, value, counts[value]), h)
		if err != nil || d == nil {
			return false, err
		}
		observe(value, *d)
	}
}

func maxOf(r sweep.SearchResult) *report.SweepMax {
	m := &report.SweepMax{Best: r.Best, Low: r.Low, High: r.High, Confidence: r.Confidence, Capped: r.Capped, Runs: r.Runs}
	for _, t := range r.Trials {
		m.Trials = append(m.Trials, report.SweepTrial(t))
	}
	return m
}

// searchRun makes a run or finds it made. It gives nil for one that could not be made at all, from which nothing is learnt and
// which ends the search of its point; a server that fell over under the load has missed its SLOs.
func (s *sweeper) searchRun(step sweep.Step, h *host) (*stepDone, error) {
	if d, ok := s.done[keyOf(step)]; ok && s.finished(step) {
		return &d, nil
	}
	if s.stopped.Load() {
		return nil, errStopped
	}
	err := h.ready()
	switch {
	case s.stopped.Load():
		return nil, errStopped
	case err != nil:
		err = s.fail(step, nil, err)
	default:
		s.resetCaches(h)
		err = s.step(step, h)
	}
	d, made := s.done[keyOf(step)]
	if err != nil || !made || d.err != "" && (d.entry.Run.Failed == nil || *d.entry.Run.Failed == 0) {
		return nil, err
	}
	return &d, nil
}

func (s *sweeper) outcome(d stepDone) sweep.Outcome {
	switch {
	case saturated(d.entry.Run):
		return sweep.Untrusted
	case d.err == "" && s.search.meets(d.entry.Summary):
		return sweep.Met
	}
	return sweep.Missed
}

func saturated(r store.Run) bool { return r.ClientVerdict != nil && *r.ClientVerdict == "saturated" }

// concludeSearch says what was found.
func (s *sweeper) concludeSearch() error {
	if err := errors.Join(s.writeCSV(), report.WriteLimits(s.stdout, s.limits, s.writeOptions())); err != nil {
		return err
	}
	s.note("runs are in %s: llmbench sql \"FROM runs WHERE tags['sweep'] = '%s'\"", s.warehouse.Dir(), s.plan.Name)
	if missing := len(s.points) - len(s.limits); missing > 0 {
		return fmt.Errorf("%d of %d searches could not be made; see above why", missing, len(s.points))
	}
	if s.unlimited > 0 {
		return fmt.Errorf("%d of %d searches ended without the server's limit: the client was saturated, or all runs failed; see above", s.unlimited, len(s.points))
	}
	return nil
}
