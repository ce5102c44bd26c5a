package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"llmbench/query"
	"llmbench/report"
)

// compareCmd holds runs against each other.
type compareCmd struct {
	Sides []string `arg:"" name:"side" help:"The baseline and one or more sides held against it: a run, a name several runs share, tag:KEY=VALUE, name~GLOB, @FILE of ids, or a condition over runs."`

	Format  string   `help:"How to print: ${enum}." default:"table" enum:"table,markdown,csv,json,html"`
	By      []string `help:"Columns of runs that make a load point each: request_rate,max_concurrency." placeholder:"COLUMN"`
	Metrics []string `help:"Metrics to show, such as p99.9_ttft_ms; all when not given." placeholder:"NAME"`
	compareMeasureFlags
	compareJudgeFlags
	compareModeFlags
	warehouseFlag
}

// compareMeasureFlags say what is measured.
type compareMeasureFlags struct {
	MetricPercentiles string   `help:"Percentiles of every latency." default:"90,95,99"`
	Goodput           []string `help:"Limits of a good request, METRIC:MS with ttft, tpot or e2el, whatever they were at collection." placeholder:"METRIC:MS"`
	lensFlags
}

// compareJudgeFlags say what counts as a difference.
type compareJudgeFlags struct {
	Allow           []string `help:"Compare although this differs: ${enum}." enum:"workload" placeholder:"workload"`
	LengthTolerance string   `help:"How far mean prompt and output lengths may be apart." default:"5%" placeholder:"SHARE"`
	Primary         []string `help:"Metrics that matter most: of the 5% risk of a false claim they have four fifths." default:"p99_ttft_ms,output_throughput" placeholder:"NAME"`
	MinEffect       string   `help:"The smallest change that matters: 2%." default:"0%" placeholder:"SHARE"`
	NoInterval      bool     `help:"Show values and changes alone."`
	FailOn          []string `help:"End with 2 if a change is surely beyond: 'p99_ttft_ms > +5%'." sep:"none" placeholder:"CHANGE"`
	FailOnNoise     string   `help:"Which noise --fail-on goes by: ${enum}." default:"between-runs" enum:"between-runs,within-run"`
}

// compareModeFlags ask for something else than a comparison.
type compareModeFlags struct {
	Noise bool   `help:"Test repeats of one setting against each other: what is the smallest change they could show?"`
	Plan  string `help:"How many repeats would show this change: 3%." placeholder:"SHARE"`
	Plot  string `help:"File for the shift chart, .png or .svg: the change at every percentile." type:"path" placeholder:"FILE"`
}

// Help is shown by compare --help.
func (compareCmd) Help() string {
	return `Shows first what differs, then each metric with its change. Unlike workloads are refused (exit 3). With four runs a side or more
the change has an interval between runs and a verdict; one run a side shows the noise within the run only.`
}

// Validate is called by kong.
func (c *compareCmd) Validate() error {
	switch {
	case c.Noise && c.Plan != "":
		return errors.New("--noise and --plan exclude each other")
	case (c.Noise || c.Plan != "") && (len(c.FailOn) > 0 || c.Plot != "" || len(c.By) > 0):
		return errors.New("--noise and --plan compare nothing: --fail-on, --plot and --by do not go with them")
	case !c.Noise && c.Plan == "" && len(c.Sides) < 2:
		return errors.New("give two sides or more, the baseline first")
	}
	return nil
}

// Run prints the comparison.
func (c *compareCmd) Run(a *app) error {
	options, err := c.options()
	if err := errors.Join(err, options.Validate(), c.checkPlot()); err != nil {
		return usageError(err)
	}
	w, err := c.read(a)
	if err != nil {
		return err
	}
	defer w.Close()
	sides, err := query.Sides(a.ctx, w, c.Sides, a.warn)
	if err != nil {
		return err
	}
	switch {
	case c.Noise:
		return refused(c.noise(a, sides, options))
	case c.Plan != "":
		return refused(c.plan(a, sides, options))
	}
	return refused(c.compare(a, sides, options))
}

// refused gives a comparison that is refused its exit code.
func refused(err error) error {
	if _, unlike := errors.AsType[*report.UnlikeError](err); unlike || errors.Is(err, report.ErrNoPoint) {
		return &exitError{exitRefused, err}
	}
	return err
}

func (c *compareCmd) compare(a *app, sides []query.Side, options report.CompareOptions) error {
	if err := report.CheckSides(sides, options); err != nil {
		return err
	}
	session, measured, err := measureSides(a, sides, c.asked(sides, options))
	if err != nil {
		return err
	}
	defer session.Close()
	comparison, err := report.Compare(measured, options)
	if err != nil {
		return err
	}
	write := a.writeOptions()
	write.Notes = a.stderr
	if err := comparison.Write(a.stdout, c.Format, write); err != nil {
		return err
	}
	if c.Plot != "" {
		if err := c.plot(a, measured, options); err != nil {
			return err
		}
	}
	return gatesPassed(comparison)
}

// gatesPassed ends with 2 when a threshold is passed beyond noise, with 3 when it cannot be told.
func gatesPassed(c *report.Comparison) error {
	outcome, reasons := c.Worst()
	if outcome == report.GateClear {
		return nil
	}
	code := exitThreshold
	if outcome == report.GateInvalid {
		code = exitRefused
	}
	return &exitError{code, errors.New(strings.Join(reasons, "\n"))}
}

// measureSides measures each run once, whatever sides it stands on. The caller closes the session.
func measureSides(a *app, sides []query.Side, asked query.Asked) (*query.Session, []report.CompareSide, error) {
	source := query.Source{Entries: query.OneSide(sides).Entries}
	session, runs, err := query.OpenMeasured(a.ctx, source, query.Options{Warn: a.warn}, asked)
	if err != nil {
		return nil, nil, err
	}
	return session, besides(sides, runs), nil
}

// besides puts the measured runs beside the sides that they stand on.
func besides(sides []query.Side, runs []query.Measured) []report.CompareSide {
	places := map[string]int{}
	for i, run := range runs {
		places[run.Entry.Run.RunID] = i
	}
	measured := make([]report.CompareSide, len(sides))
	for i, side := range sides {
		measured[i].Reference = side.Reference
		for _, entry := range side.Entries {
			measured[i].Runs = append(measured[i].Runs, runs[places[entry.Run.RunID]])
		}
	}
	return measured
}

// noise tests all the runs given against each other.
func (c *compareCmd) noise(a *app, sides []query.Side, options report.CompareOptions) error {
	all := query.OneSide(sides)
	return c.repeats(a, []query.Side{all}, options, func(measured []report.CompareSide) (*report.NoiseReport, error) {
		return report.MeasureNoise(measured[0], options)
	})
}

// plan takes each side for a set of repeats; single runs are one set together.
func (c *compareCmd) plan(a *app, sides []query.Side, options report.CompareOptions) error {
	change, err := parseShare("--plan", c.Plan)
	if err != nil || change == 0 {
		return usageError(errors.Join(err, fmt.Errorf("--plan %s: give a change above 0", c.Plan)))
	}
	if query.AllSingle(sides) {
		sides = []query.Side{query.OneSide(sides)}
	}
	return c.repeats(a, sides, options, func(measured []report.CompareSide) (*report.NoiseReport, error) {
		return report.PlanRepeats(measured, change, options)
	})
}

func (c *compareCmd) repeats(a *app, sides []query.Side, options report.CompareOptions, make func([]report.CompareSide) (*report.NoiseReport, error)) error {
	for _, side := range sides {
		if err := report.CheckRepeats(side, options); err != nil {
			return err
		}
	}
	session, measured, err := measureSides(a, sides, query.Asked{Lens: options.Lens, SLO: options.SLO, Percentiles: options.AskedPercentiles()})
	if err != nil {
		return err
	}
	defer session.Close()
	noise, err := make(measured)
	if err != nil {
		return err
	}
	return noise.Write(a.stdout, c.Format, a.writeOptions())
}

// options reads the flags; every problem is reported.
func (c *compareCmd) options() (report.CompareOptions, error) {
	o := report.DefaultCompare()
	o.AllowWorkload, o.Metrics, o.Primary, o.By, o.NoInterval = len(c.Allow) > 0, c.Metrics, c.Primary, c.By, c.NoInterval
	o.WithinRun = c.FailOnNoise == "within-run"
	var errs [6]error
	_, o.Percentiles, errs[0] = parseReport("ttft", c.MetricPercentiles)
	var slo map[string]float64
	slo, errs[1] = parseSLO(c.Goodput)
	o.SLO = query.SLO{TTFTMS: limitOf(slo, "ttft"), TPOTMS: limitOf(slo, "tpot"), E2ELMS: limitOf(slo, "e2el")}
	o.Lens, errs[2] = c.lens()
	o.LengthTolerance, errs[3] = parseShare("--length-tolerance", c.LengthTolerance)
	o.MinEffect, errs[4] = parseShare("--min-effect", c.MinEffect)
	for _, text := range c.FailOn {
		gate, err := report.ParseGate(text)
		if err == nil {
			o.FailOn = append(o.FailOn, gate)
		}
		errs[5] = errors.Join(errs[5], err)
	}
	return o, errors.Join(errs[:]...)
}

func limitOf(slo map[string]float64, metric string) *float64 {
	if limit, given := slo[metric]; given {
		return &limit
	}
	return nil
}

// parseShare reads 2% or 0.02.
func parseShare(flag, text string) (float64, error) {
	number, isPercent := strings.CutSuffix(strings.TrimSpace(text), "%")
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || !(v >= 0) {
		return 0, fmt.Errorf("%s %q: give a share such as 2%%", flag, text)
	}
	if isPercent {
		v /= 100
	}
	return v, nil
}
