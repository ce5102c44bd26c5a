package sweep

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Outcome is what one run at a value says of the limit.
type Outcome int

// Outcomes of a run.
const (
	// Missed: at least one SLO was not met.
	Missed Outcome = iota
	// Met: all were.
	Met
	// Untrusted: the client was saturated, and the run says nothing of the server.
	Untrusted
)

// SearchConfig says where a limit is looked for and how sure one wants to be.
type SearchConfig struct {
	From, To   float64
	Whole      bool    // whole numbers alone
	Precision  float64 // how far apart the ends of the bracket may be: 0.05
	Confidence float64 // that the limit lies in the bracket: 0.95
	MostRuns   int
}

// Validate reports every problem in the names of sweep's flags.
func (c SearchConfig) Validate() error {
	var errs []error
	if !(c.From > 0) || !(c.To > c.From) || c.To > 1e9 {
		errs = append(errs, fmt.Errorf("--search-from %g, --search-to %g: must be above 0, the second above the first", c.From, c.To))
	}
	if c.Whole && c.From != math.Trunc(c.From) {
		errs = append(errs, fmt.Errorf("--search-from %g: must be a whole number", c.From))
	}
	if !(c.Precision >= 0.01 && c.Precision <= 1) {
		errs = append(errs, fmt.Errorf("--search-precision %g%%: must be between 1%% and 100%%", 100*c.Precision))
	}
	if !(c.Confidence >= 0.5 && c.Confidence < 1) {
		errs = append(errs, fmt.Errorf("--search-confidence %g%%: must be from 50%% to below 100%%", 100*c.Confidence))
	}
	if c.MostRuns < 1 {
		errs = append(errs, fmt.Errorf("--search-runs %d: must be at least 1", c.MostRuns))
	}
	return errors.Join(errs...)
}

// Search finds the largest value at which runs meet their SLOs: the limit is where half of them do. It climbs by doubling to
// the first miss and goes on at the median of what is then believed of the limit, so that it bisects where answers are sure and
// repeats at the ends of a bracket where they are not. See belief for what is believed.
//
// A search is a function of its outcomes alone: given the same ones, it asks for the same values.
type Search struct {
	config    SearchConfig
	belief    *belief
	tried     []Trial
	climbing  bool
	last      float64
	untrusted int     // outcomes in a row at the last value
	capped    float64 // the client was saturated here, 0 when it was not
}

// Trial is a value and the runs made at it.
type Trial struct {
	Value             float64
	Met, Missed, Void int
}

// NewSearch begins a search. The configuration must be valid.
func NewSearch(c SearchConfig) *Search {
	return &Search{config: c, belief: newBelief(c.From, c.To), climbing: true}
}

// Next is the value to run at; ok is false when the search is over.
func (s *Search) Next() (value float64, ok bool) {
	switch {
	case s.over():
		return 0, false
	case s.untrusted == 1: // a busy moment of the host is no limit of the client
		return s.last, true
	case len(s.tried) == 0:
		return s.config.From, true
	case s.climbing:
		return min(2*s.last, s.config.To), true
	}
	return s.choose(), true
}

// choose takes the likely limit as long as the bracket around it is a guess. Then it takes the end of the bracket beyond which
// more is believed: that is what is left to be ruled out, and an engine that is steady is sure there at once, while at the limit
// itself half of the runs say one thing and half the other.
func (s *Search) choose() float64 {
	middle := s.belief.quantile(0.5)
	low, high, inside := s.bracket(middle)
	v, round := middle, math.Floor
	switch below := s.belief.between(0, low); {
	case inside < guess:
	case below > 1-inside-below:
		v, round = low, math.Ceil
	default:
		v = high
	}
	v = min(max(v, s.config.From), s.config.To)
	if s.config.Whole {
		return round(v)
	}
	return min(max(significant(v), s.config.From), s.config.To)
}

// guess is the belief in a bracket from which on its ends are tried.
const guess = 0.5

// significant rounds to four digits, for people: to a number that prints so.
func significant(v float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 4, 64), 64)
	if err != nil {
		return v
	}
	return rounded
}

// Observe takes the outcome of a run.
func (s *Search) Observe(value float64, o Outcome) {
	i := slices.IndexFunc(s.tried, func(t Trial) bool { return t.Value == value })
	if i < 0 {
		i = len(s.tried)
		s.tried = append(s.tried, Trial{Value: value})
	}
	s.last = value
	switch o {
	case Untrusted:
		s.tried[i].Void++
		if s.untrusted++; s.untrusted == 2 {
			s.capped = value
		}
		return
	case Met:
		s.tried[i].Met++
		if value >= s.config.To {
			s.climbing = false
		}
	default:
		s.tried[i].Missed++
		s.climbing = false
	}
	s.untrusted = 0
	s.belief.observe(value, o == Met)
}

func (s *Search) over() bool {
	if s.capped > 0 || s.runs() >= s.config.MostRuns {
		return true
	}
	return !s.climbing && s.sure()
}

func (s *Search) runs() int {
	n := 0
	for _, t := range s.tried {
		n += t.Met + t.Missed + t.Void
	}
	return n
}

// sure reports whether the limit is known as well as was asked for.
func (s *Search) sure() bool {
	r := s.Result()
	return r.Confidence >= s.config.Confidence
}

// SearchResult is what is known of the limit.
type SearchResult struct {
	// Best is the largest value tried that is at most the likely limit and met its SLOs in most runs; 0 when there is none.
	Best float64
	// Low and High are the bracket, as narrow as the precision: the limit is at least Low and below High. Low 0: below what was searched; High
	// infinite: above it.
	Low, High float64
	// Confidence is the belief that the limit is in the bracket.
	Confidence float64
	// Capped is the value at which the client was saturated, 0 when it never was: what is above is not known.
	Capped float64
	Trials []Trial // by value
	Runs   int
}

// Result gives what is known by now. When the search is over by itself, the bracket is as sure as was asked for.
func (s *Search) Result() SearchResult {
	r := SearchResult{Capped: s.capped, Trials: slices.Clone(s.tried), Runs: s.runs()}
	slices.SortFunc(r.Trials, func(a, b Trial) int { return int(math.Copysign(1, a.Value-b.Value)) })
	middle := s.belief.quantile(0.5)
	for _, t := range r.Trials {
		if t.Met > t.Missed && (t.Value <= middle || s.capped > 0) {
			r.Best = t.Value
		}
	}
	r.Low, r.High, r.Confidence = s.bracket(middle)
	if s.capped > 0 {
		r.Low, r.High = r.Best, math.Inf(1)
		r.Confidence = s.belief.between(r.Low, r.High)
	}
	return r
}

// bracket is as wide as the precision, around the likely limit.
func (s *Search) bracket(middle float64) (low, high, confidence float64) {
	switch {
	case middle < s.config.From:
		low, high = 0, s.config.From
	case middle >= s.config.To:
		low, high = s.config.To, math.Inf(1)
	default:
		low = middle / math.Sqrt(1+s.config.Precision)
		high = low * (1 + s.config.Precision)
		if m := math.Floor(middle); s.config.Whole && m+1 > m*(1+s.config.Precision) {
			low, high = m, m+1 // nothing between two whole numbers can be told apart
		}
	}
	return low, high, s.belief.between(low, high)
}
