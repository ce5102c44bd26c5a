package main

import (
	"fmt"
	"math"
	"time"

	"llmbench/collect/sweep"
)

// What is assumed of a server that nothing is known of: the slow end of what DCU users call good, and a large model's start.
const (
	assumedTTFT  = 500 * time.Millisecond
	assumedTPOT  = 50 * time.Millisecond
	assumedStart = 2 * time.Minute
	assumedOut   = 256 // tokens, where the dataset decides
)

// dryRun prints the points and how long all that is left may take.
func (s *sweepPlan) dryRun() error {
	if s.search != nil {
		return s.dryRunSearch()
	}
	var total time.Duration
	guessed, left := 0, 0
	for _, v := range s.visits {
		for _, step := range v.Steps {
			run, err := s.resolve(step, 0)
			if err != nil {
				return err
			}
			took, known := s.estimate(step, run)
			state := "about " + roundTime(took)
			switch {
			case s.finished(step):
				state = "done"
			case known:
				left, total = left+1, total+took
			default:
				left, guessed, total = left+1, guessed+1, total+took
				state += " (assumed)"
			}
			fmt.Fprintf(s.stdout, "%s  repeat %d  %d requests  %s\n", step.Point.Label(), step.Repeat, run.plan.data.NumPrompts, state)
		}
	}
	starts := 0
	if s.startsServers() {
		starts = len(sweep.Left(s.visits, s.finished))
		total += time.Duration(starts) * assumedStart
	}
	fmt.Fprintf(s.stdout, "sweep %s: %d points x %d repeats, %d runs left, about %s", s.plan.Name, len(s.points), s.plan.Repeats, left, roundTime(total))
	if starts > 0 {
		fmt.Fprintf(s.stdout, ", %d starts of a server of %s each among them", starts, roundTime(assumedStart))
	}
	fmt.Fprintln(s.stdout)
	if guessed > 0 {
		fmt.Fprintf(s.stdout, "assumed: TTFT %s and TPOT %s whatever the load; known times are those of earlier repeats and of fixed rates\n", assumedTTFT, assumedTPOT)
	}
	return nil
}

// dryRunSearch prints where each search begins, and how long the climb to its end would take.
func (s *sweepPlan) dryRunSearch() error {
	for _, p := range s.points {
		var total time.Duration
		runs := 0
		for v := s.search.config.From; v <= s.search.config.To; v *= 2 {
			step := s.stepAt(p, v, 1)
			run, err := s.resolve(step, 0)
			if err != nil {
				return err
			}
			took, _ := s.estimate(step, run)
			total, runs = total+took, runs+1
		}
		fmt.Fprintf(s.stdout, "%s  %s from %g, doubling; to %g that is %d runs of about %s in all (assumed), then %d at most\n", p.Label(), s.search.key,
			s.search.config.From, s.search.config.To, runs, roundTime(total), max(0, s.search.config.MostRuns-runs))
	}
	return nil
}

// estimate is how long a run may take: as long as a finished repeat of the point, as its rate has it, or by what is assumed.
func (s *sweepPlan) estimate(step sweep.Step, run *resolved) (took time.Duration, known bool) {
	for r := 1; r <= s.plan.Repeats; r++ {
		if d, ok := s.done[stepKey{step.Point.Label(), r}]; ok && d.err == "" && d.entry.Run.DurationNS != nil {
			return time.Duration(*d.entry.Run.DurationNS), true
		}
	}
	out := assumedOut
	if run.cmd.OutputLen != nil {
		out = *run.cmd.OutputLen
	}
	one := assumedTTFT + time.Duration(out)*assumedTPOT
	load, prompts := run.plan.load, max(run.plan.data.NumPrompts, 1)
	switch {
	case run.cmd.Duration > 0:
		return run.cmd.Duration + one, true
	case !load.Arrivals.AllAtOnce() && len(load.Arrivals.Stages) == 0:
		return time.Duration(float64(prompts)/float64(load.Arrivals.Rate)*float64(time.Second)) + one, true
	case load.MaxConcurrency > 0:
		return time.Duration(math.Ceil(float64(prompts)/float64(load.MaxConcurrency))) * one, false
	}
	return one, false
}

// roundTime prints a duration as people say it.
func roundTime(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d < time.Hour:
		return d.Round(time.Second).String()
	}
	return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
}
