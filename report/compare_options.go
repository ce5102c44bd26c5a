package report

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"llmbench/near"
	"llmbench/query"
	"llmbench/report/stats"
)

// CompareOptions choose what a comparison shows. DefaultCompare is what `llmbench compare A B` does.
type CompareOptions struct {
	// AllowWorkload compares unlike workloads instead of refusing; the title then says so.
	AllowWorkload bool
	// LengthTolerance is how far the mean prompt and output lengths of two sides may be apart: 0.05 for 5 %.
	LengthTolerance float64
	// Percentiles of every latency, 0 to 100.
	Percentiles []float64
	// Metrics are the names of the metrics to show, in this order. Without any: all.
	Metrics []string
	// Primary are the metrics that matter most: they have the larger part of the risk of a false claim.
	Primary []string
	// MinEffect is the smallest change that matters, 0.02 for 2 %: what lies surely below it is "same".
	MinEffect float64
	// NoInterval shows values and changes alone.
	NoInterval bool
	// By are columns of runs whose values make a load point each.
	By []string
	// FailOn are the thresholds of a CI.
	FailOn []Gate
	// WithinRun lets FailOn take the noise within one run for all there is.
	WithinRun bool
	// Lens and SLO say how the runs were measured.
	Lens query.Lens
	SLO  query.SLO
	// Bootstrap resamples within runs.
	Bootstrap stats.Bootstrap
}

// DefaultCompare are the options of a comparison without flags.
func DefaultCompare() CompareOptions {
	return CompareOptions{
		LengthTolerance: 0.05,
		Percentiles:     []float64{90, 95, 99},
		Primary:         []string{"p99_ttft_ms", "output_throughput"},
		Bootstrap:       stats.DefaultBootstrap(),
	}
}

// Validate reports every impossible option, by the name of its flag.
func (o CompareOptions) Validate() error {
	errs := []error{o.Lens.Validate()}
	for flag, names := range map[string][]string{"--metrics": o.Metrics, "--primary": o.Primary} {
		for _, name := range names {
			_, err := measureNamed(flag, name)
			errs = append(errs, err)
		}
	}
	for _, p := range o.Percentiles {
		if !(p >= 0 && p <= 100) {
			errs = append(errs, fmt.Errorf("--metric-percentiles %v: must be between 0 and 100", p))
		}
	}
	for flag, share := range map[string]float64{"--min-effect": o.MinEffect, "--length-tolerance": o.LengthTolerance} {
		if !(share >= 0 && share < 10) {
			errs = append(errs, fmt.Errorf("%s %v: must be a share such as 2%%", flag, share))
		}
	}
	for _, column := range o.By {
		if _, ok := pointColumn(column); !ok {
			errs = append(errs, fmt.Errorf("--by %q: neither tags.KEY nor a column of runs that can make a load point; %s", column, near.OneOf(column, slices.Sorted(maps.Keys(columnPlaces)))))
		}
	}
	if o.NoInterval && len(o.FailOn) > 0 {
		errs = append(errs, errors.New("--fail-on needs the intervals that --no-interval leaves out"))
	}
	return errors.Join(errs...)
}

// measures are the metrics to show: those asked for, those that are primary or gates in any case.
func (o CompareOptions) measures() []Measure {
	shown := defaultMeasures(o.Percentiles)
	if len(o.Metrics) > 0 {
		shown = measuresNamed(o.Metrics)
	}
	must := slices.Clone(o.Primary)
	if len(o.Metrics) > 0 {
		must = nil
	}
	for _, gate := range o.FailOn {
		must = append(must, gate.Metric)
	}
	for _, m := range measuresNamed(must) {
		if !slices.ContainsFunc(shown, func(s Measure) bool { return s.Name == m.Name }) {
			shown = append(shown, m)
		}
	}
	return shown
}

func measuresNamed(names []string) []Measure {
	var list []Measure
	for _, name := range names {
		if m, err := measureNamed("", name); err == nil {
			list = append(list, m)
		}
	}
	return list
}

// primary reports whether a metric is one of those that matter most.
func (o CompareOptions) primary(m Measure) bool {
	return slices.ContainsFunc(measuresNamed(o.Primary), func(p Measure) bool { return p.Name == m.Name })
}

// AskedPercentiles are those that the metrics to show need, ascending.
func (o CompareOptions) AskedPercentiles() []float64 {
	asked := slices.Clone(o.Percentiles)
	for _, m := range o.measures() {
		if m.family != "" && m.statistic[0] == 'p' {
			asked = append(asked, m.percentile)
		}
	}
	slices.Sort(asked)
	return slices.Compact(asked)
}
