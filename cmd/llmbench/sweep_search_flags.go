package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"llmbench/collect/sweep"
	"llmbench/near"
	"llmbench/store"
)

// searchFlags ask for a limit instead of given loads.
type searchFlags struct {
	FindMax          string        `help:"Find the largest max_concurrency or request_rate that meets every --slo, for each point of the plan." enum:"max_concurrency,request_rate," default:"" placeholder:"FLAG" group:"search"`
	SLO              []string      `name:"slo" help:"What a run must meet: a number of its summary, success_rate or goodput_ratio, such as p99_ttft_ms<=1000." sep:"none" placeholder:"METRIC<=NUMBER" group:"search"`
	FindKnee         string        `help:"Double max_concurrency or request_rate until the output throughput grows too little." enum:"max_concurrency,request_rate," default:"" placeholder:"FLAG" group:"search"`
	KneeGrowth       string        `help:"The least growth a doubling." default:"20%" placeholder:"SHARE" group:"search"`
	SearchFrom       float64       `help:"Where to begin." default:"1" group:"search"`
	SearchTo         float64       `help:"Where to end." default:"4096" group:"search"`
	SearchPrecision  string        `help:"How wide the bracket around the limit may be." default:"5%" placeholder:"SHARE" group:"search"`
	SearchConfidence string        `help:"How sure it is to be." default:"95%" placeholder:"SHARE" group:"search"`
	SearchRuns       int           `help:"Most runs of a search." default:"40" group:"search"`
	SearchFactor     int           `help:"Requests of a run for each one in flight, 20 at least; --num-prompts fixes their number." default:"5" group:"search"`
	SearchDuration   time.Duration `help:"Length of a run at a rate; --num-prompts or --duration win." default:"30s" group:"search"`
}

// search is a search that was asked for.
type search struct {
	key    string // the flag that is searched: max-concurrency
	knee   bool
	growth float64
	slos   []sweep.SLO
	config sweep.SearchConfig
}

// parse reads the flags; nil when no search is asked for.
func (f searchFlags) parse() (*search, error) {
	if f.FindMax == "" && f.FindKnee == "" {
		if len(f.SLO) > 0 {
			return nil, errors.New("--slo: needs --find-max")
		}
		return nil, nil
	}
	s := &search{key: strings.ReplaceAll(f.FindMax+f.FindKnee, "_", "-"), knee: f.FindKnee != ""}
	var errs []error
	if f.FindMax != "" && f.FindKnee != "" {
		errs = append(errs, errors.New("--find-max, --find-knee: give one of them"))
	}
	for _, text := range f.SLO {
		slo, err := sweep.ParseSLO(text)
		if err == nil && !slices.Contains(sloMetrics(), slo.Metric) {
			err = fmt.Errorf("--slo %q: %s is no number of a run's summary; %s", text, slo.Metric, near.OneOf(slo.Metric, sloMetrics()))
		}
		errs = append(errs, err)
		s.slos = append(s.slos, slo)
	}
	if f.FindMax != "" && len(f.SLO) == 0 {
		errs = append(errs, errors.New("--find-max: say with --slo what a run must meet, such as 'p99_ttft_ms<=1000'"))
	}
	if f.FindKnee != "" && len(f.SLO) > 0 {
		errs = append(errs, errors.New("--slo: --find-knee looks at the throughput alone; use --find-max"))
	}
	if f.SearchFactor < 1 || f.SearchDuration <= 0 {
		errs = append(errs, fmt.Errorf("--search-factor %d, --search-duration %s: must be above 0", f.SearchFactor, f.SearchDuration))
	}
	shares := [3]error{}
	s.config = sweep.SearchConfig{From: f.SearchFrom, To: f.SearchTo, Whole: s.key == "max-concurrency", MostRuns: f.SearchRuns}
	s.config.Precision, shares[0] = parseShare("--search-precision", f.SearchPrecision)
	s.config.Confidence, shares[1] = parseShare("--search-confidence", f.SearchConfidence)
	s.growth, shares[2] = parseShare("--knee-growth", f.KneeGrowth)
	errs = append(errs, shares[:]...)
	return s, errors.Join(append(errs, s.config.Validate())...)
}

// sloMetrics are what --slo may speak of.
func sloMetrics() []string {
	var names []string
	for name := range summaryNumbers(store.Summary{}) {
		names = append(names, name)
	}
	names = append(names, "success_rate", "goodput_ratio")
	slices.Sort(names)
	return names
}

// summaryNumbers are the numbers of a summary by their names in run_summary; nil is not known.
func summaryNumbers(s store.Summary) map[string]*float64 {
	numbers := map[string]*float64{}
	data, err := json.Marshal(s)
	if err != nil || json.Unmarshal(data, &numbers) != nil {
		return map[string]*float64{}
	}
	return numbers
}

// meets reports whether a run met every SLO.
func (s *search) meets(summary *store.Summary) bool {
	if summary == nil {
		return false
	}
	numbers := summaryNumbers(*summary)
	all := float64(summary.Completed + summary.Failed)
	if all > 0 {
		numbers["success_rate"] = new(float64(summary.Completed) / all)
		if g, d := summary.RequestGoodput, summary.Duration; g != nil && d != nil {
			numbers["goodput_ratio"] = new(math.Round(*g**d) / all)
		}
	}
	return !slices.ContainsFunc(s.slos, func(slo sweep.SLO) bool {
		v := numbers[slo.Metric]
		if v == nil {
			return !slo.Met(0, false)
		}
		return !slo.Met(*v, true)
	})
}

func (s *search) slosText() string {
	var texts []string
	for _, slo := range s.slos {
		texts = append(texts, slo.String())
	}
	return strings.Join(texts, ", ")
}

// check refuses plans that a search has no place in.
func (s *search) check(p *sweepPlan) error {
	var errs []error
	if slices.ContainsFunc(p.settings(), func(set sweep.Setting) bool { return set.Key == s.key || set.Key == sweep.KeyBatch }) {
		errs = append(errs, fmt.Errorf("--%s: is what is searched, and --batch fixes it; leave them out", s.key))
	}
	if p.plan.Repeats > 1 {
		errs = append(errs, errors.New("--repeats: a search repeats where it has doubts; leave it out"))
	}
	for _, set := range p.settings() {
		if n, err := strconv.ParseFloat(set.Value, 64); err == nil && s.key == "max-concurrency" && set.Key == "num-prompts" && n < s.config.To {
			errs = append(errs, fmt.Errorf("--num-prompts %s: so many are in flight at most, and a search up to %g would learn nothing above; give --search-to %s, or leave it out: a run then has %d requests for each in flight",
				set.Value, s.config.To, set.Value, p.flags.SearchFactor))
		}
	}
	goodput := slices.ContainsFunc(s.slos, func(slo sweep.SLO) bool { return slo.Metric == "goodput_ratio" || slo.Metric == "request_goodput" })
	if goodput && !slices.ContainsFunc(p.settings(), func(set sweep.Setting) bool { return set.Key == "goodput" }) {
		errs = append(errs, errors.New("--slo goodput_ratio: needs --goodput, such as --goodput ttft:500"))
	}
	return errors.Join(errs...)
}

// sizing are the flags that give a run at a value its length.
func (s *sweepPlan) sizing(value string) []string {
	has := func(key string) bool {
		return slices.ContainsFunc(s.settings(), func(set sweep.Setting) bool { return set.Key == key })
	}
	if has("num-prompts") || has("duration") {
		return nil
	}
	if s.search.key == "request-rate" {
		return []string{"--duration=" + s.flags.SearchDuration.String()}
	}
	n := 0
	fmt.Sscan(value, &n)
	return []string{fmt.Sprintf("--num-prompts=%d", max(20, n*s.flags.SearchFactor))}
}
