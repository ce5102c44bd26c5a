package main

import (
	"errors"
	"fmt"
	"math"

	"llmbench/collect"
	"llmbench/collect/dataset"
	"llmbench/store"
)

// defaultPrompts is vLLM's number of requests.
const defaultPrompts = 1000

// planArrivals settles when requests are sent and how many: what the rate offers over the duration or the stages, and
// --num-prompts at most.
func (c *collectCmd) planArrivals(p *collectPlan) error {
	a := collect.Arrivals{Rate: c.RequestRate, Burstiness: c.Burstiness, Seed: p.data.Seed, Duration: c.Duration}
	p.data.NumPrompts = defaultPrompts
	own := dataset.OwnTimes(c.DatasetName)
	if own {
		p.data.NumPrompts = dataset.AllPrompts
	}
	asked := c.NumPrompts
	if c.everyRow() {
		asked = new(dataset.AllPrompts)
	}
	if asked != nil {
		p.data.NumPrompts = *asked
	}
	var err, countErr error
	if c.held(c.DatasetName) {
		if p.data.NumPrompts, countErr = c.count(&p.data, c.NumPrompts); c.Sessions != nil {
			asked = c.Sessions
		}
	}
	a.Stages, err = c.stages(p.data.NumPrompts)
	p.load.Arrivals = a
	if err != nil || countErr != nil {
		return errors.Join(err, countErr)
	}
	if c.Duration > 0 && a.AllAtOnce() && asked == nil && !own {
		return errors.New("--duration with --request-rate inf: give --num-prompts (or --sessions) too, the most to send")
	}
	most, bounded := a.Most()
	switch {
	case !bounded:
	case most < 1 && a.Validate() == nil:
		return errors.New("--request-rate, --duration, --stages: they offer less than one request")
	case asked == nil || most < *asked && *asked > 0:
		p.data.NumPrompts = most
	}
	return nil
}

// everyRow reports whether all rows of a file are asked for, each once: vLLM's -1.
func (c *collectCmd) everyRow() bool {
	return c.NumPrompts != nil && *c.NumPrompts == -1 && c.Sessions == nil && dataset.Ends(c.DatasetName)
}

// stages are those of --stages or of the ramp; nil at a constant rate.
func (c *collectCmd) stages(n int) ([]collect.Stage, error) {
	ramp := c.RampUpStrategy != ""
	var errs []error
	refuse := func(bad bool, text string) {
		if bad {
			errs = append(errs, errors.New(text))
		}
	}
	refuse(ramp && c.Stages != "", "--ramp-up-strategy and --stages: give one of them")
	refuse((ramp || c.Stages != "") && !math.IsInf(float64(c.RequestRate), 1), "--request-rate: --ramp-up-strategy and --stages have rates of their own; leave it out")
	refuse(c.Stages != "" && c.Duration > 0, "--duration: --stages have lengths of their own; leave it out")
	refuse(ramp && (c.RampUpStartRPS == nil || c.RampUpEndRPS == nil), "--ramp-up-strategy: needs --ramp-up-start-rps and --ramp-up-end-rps")
	refuse(!ramp && (c.RampUpStartRPS != nil || c.RampUpEndRPS != nil), "--ramp-up-start-rps, --ramp-up-end-rps: need --ramp-up-strategy")
	refuse(ramp && n == dataset.AllPrompts && c.Duration == 0, "--ramp-up-strategy: how many requests it is for is not known beforehand; give --num-prompts, or the ramp's --duration")
	switch {
	case len(errs) > 0 || c.Duration < 0:
		return nil, errors.Join(errs...)
	case c.Stages != "":
		return collect.ParseStages(c.Stages)
	case ramp:
		s, err := collect.Ramp(c.RampUpStrategy, *c.RampUpStartRPS, *c.RampUpEndRPS, c.Duration, max(n, 1))
		return []collect.Stage{s}, err
	}
	return nil, nil
}

// rate is the column request_rate; NULL where the rate changes.
func (p *collectPlan) rate() *store.Rate {
	if len(p.load.Arrivals.Stages) > 0 {
		return nil
	}
	return new(p.load.Arrivals.Rate)
}

// arrivalsRecipe adds to the workload what decides the arrivals beside the columns, so that unlike ones are not compared.
func (c *collectCmd) arrivalsRecipe(p *collectPlan, recipe map[string]any) {
	if p.load.Warmups > 0 {
		recipe["warmups"] = p.load.Warmups
	}
	if c.ThinkTime > 0 {
		recipe["think_time_s"] = c.ThinkTime.Seconds()
	}
	if c.ProbeRequestRate > 0 {
		recipe["probe_request_rate"] = c.ProbeRequestRate
	}
	if c.Duration > 0 {
		recipe["duration_s"] = c.Duration.Seconds()
	}
	if p.load.SelfTimed || len(p.load.Arrivals.Stages) > 0 {
		recipe["arrivals"] = c.rateText(p.load)
	}
}

// selfTime decides whether the dataset's own times are kept; the run then has no rate.
func (c *collectCmd) selfTime(p *collectPlan, row *store.Run, ds dataset.Dataset) error {
	_, timed := dataset.AsTimed(ds)
	given := c.SelfTimed != nil && *c.SelfTimed
	rated := !p.load.Arrivals.AllAtOnce()
	switch {
	case given && !timed:
		return fmt.Errorf("--self-timed: the dataset %s carries no arrival times", p.data.Name)
	case given && rated:
		return errors.New("--self-timed: the dataset's times and a rate exclude each other")
	}
	p.load.SelfTimed = timed && !rated && (c.SelfTimed == nil || given)
	if p.load.SelfTimed {
		row.RequestRate = nil
	}
	return nil
}

// rateText says the rate in a few words.
func (c *collectCmd) rateText(load collect.Config) string {
	a := load.Arrivals
	switch {
	case load.SelfTimed:
		return "as recorded"
	case c.Stages != "":
		return "stages " + c.Stages
	case len(a.Stages) > 0:
		return fmt.Sprintf("%s ramp %g to %g over time", c.RampUpStrategy, a.Stages[0].From, a.Stages[0].To)
	}
	return a.Rate.String()
}
