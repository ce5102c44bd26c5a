package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"llmbench/collect/dataset"
	"llmbench/collect/sweep"
	"llmbench/report"
)

// What is assumed of a server that nothing is known of: the slow end of what DCU users call good, and a large model's start.
const (
	assumedTTFT  = 500 * time.Millisecond
	assumedTPOT  = 50 * time.Millisecond
	assumedStart = 2 * time.Minute
	assumedOut   = 256 // tokens, where the dataset decides
)

// forecast is what a plan would do, and how long that may take.
type forecast struct {
	Sweep   string `json:"sweep"`
	Points  int    `json:"points"`
	Repeats int    `json:"repeats"`
	Left    int    `json:"left"` // runs
	// ServerStarts are those of servers that the sweep starts, which count in EstimateS.
	ServerStarts int              `json:"server_starts"`
	EstimateS    float64          `json:"estimate_s"`
	Runs         []runForecast    `json:"runs"`
	Searches     []searchForecast `json:"searches"` // instead of Runs
}

// runForecast is one run of a plan, in its order.
type runForecast struct {
	Point     string  `json:"point"`
	Repeat    int     `json:"repeat"`
	Requests  int     `json:"requests"` // -1: all of a dataset that comes to an end, whose time nobody knows
	State     string  `json:"state"`    // done or left
	EstimateS float64 `json:"estimate_s"`
	Assumed   bool    `json:"assumed"` // nothing is known of the server's speed at this point
}

// searchForecast is a search at one point: the climb to its end, by doubling, and what may follow.
type searchForecast struct {
	Point       string  `json:"point"`
	Parameter   string  `json:"parameter"`
	From        float64 `json:"from"`
	To          float64 `json:"to"`
	Runs        int     `json:"runs"`
	EstimateS   float64 `json:"estimate_s"`
	MostFurther int     `json:"further_runs_at_most"`
}

// dryRun prints the points and how long all that is left may take.
func (s *sweepPlan) dryRun(format string) error {
	f, err := s.foresee()
	switch {
	case err != nil:
		return err
	case format == "json":
		return report.WriteJSON(s.stdout, f)
	case s.search != nil:
		f.printSearches(s.stdout)
	default:
		f.print(s.stdout)
	}
	return nil
}

func (s *sweepPlan) foresee() (*forecast, error) {
	f := &forecast{Sweep: s.plan.Name, Points: len(s.points), Repeats: s.plan.Repeats, Runs: []runForecast{}, Searches: []searchForecast{}}
	if s.search != nil {
		return f, s.foreseeSearches(f)
	}
	for _, v := range s.visits {
		for _, step := range v.Steps {
			run, err := s.resolve(step, 0)
			if err != nil {
				return nil, err
			}
			took, known := s.estimate(step, run)
			one := runForecast{Point: step.Point.Label(), Repeat: step.Repeat, Requests: run.plan.data.NumPrompts, State: "done"}
			if one.Requests == dataset.AllPrompts {
				one.Requests = -1
			}
			if !s.finished(step) {
				one.State, one.EstimateS, one.Assumed = "left", took.Seconds(), !known
				f.Left++
				f.EstimateS += one.EstimateS
			}
			f.Runs = append(f.Runs, one)
		}
	}
	if s.startsServers() {
		f.ServerStarts = len(sweep.Left(s.visits, s.finished))
		f.EstimateS += float64(f.ServerStarts) * assumedStart.Seconds()
	}
	return f, nil
}

func (f *forecast) print(w io.Writer) {
	guessed := false
	for _, run := range f.Runs {
		state, requests := "done", strconv.Itoa(run.Requests)
		if run.State != "done" {
			state = "about " + roundTime(seconds(run.EstimateS))
		}
		if run.Requests < 0 {
			requests = "all"
		}
		switch {
		case run.Assumed && run.EstimateS == 0:
			state = "of unknown length"
		case run.Assumed:
			state, guessed = state+" (assumed)", true
		}
		fmt.Fprintf(w, "%s  repeat %d  %s requests  %s\n", run.Point, run.Repeat, requests, state)
	}
	fmt.Fprintf(w, "sweep %s: %d points x %d repeats, %d runs left, about %s", f.Sweep, f.Points, f.Repeats, f.Left, roundTime(seconds(f.EstimateS)))
	if f.ServerStarts > 0 {
		fmt.Fprintf(w, ", %d starts of a server of %s each among them", f.ServerStarts, roundTime(assumedStart))
	}
	fmt.Fprintln(w)
	if guessed {
		fmt.Fprintf(w, "assumed: TTFT %s and TPOT %s whatever the load; known times are those of earlier repeats and of fixed rates\n", assumedTTFT, assumedTPOT)
	}
}

// foreseeSearches tells where each search begins, and how long the climb to its end would take.
func (s *sweepPlan) foreseeSearches(f *forecast) error {
	config := s.search.config
	for _, p := range s.points {
		search := searchForecast{Point: p.Label(), Parameter: s.search.key, From: config.From, To: config.To}
		for v := config.From; v <= config.To; v *= 2 {
			step := s.stepAt(p, v, 1)
			run, err := s.resolve(step, 0)
			if err != nil {
				return err
			}
			took, _ := s.estimate(step, run)
			search.EstimateS, search.Runs = search.EstimateS+took.Seconds(), search.Runs+1
		}
		search.MostFurther = max(0, config.MostRuns-search.Runs)
		f.EstimateS += search.EstimateS
		f.Searches = append(f.Searches, search)
	}
	return nil
}

func (f *forecast) printSearches(w io.Writer) {
	for _, s := range f.Searches {
		fmt.Fprintf(w, "%s  %s from %g, doubling; to %g that is %d runs of about %s in all (assumed), then %d at most\n", s.Point, s.Parameter,
			s.From, s.To, s.Runs, roundTime(seconds(s.EstimateS)), s.MostFurther)
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

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
	case prompts == dataset.AllPrompts:
		return 0, false
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
