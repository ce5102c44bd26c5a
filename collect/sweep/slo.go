package sweep

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// SLO is a limit on one number of a run's summary.
type SLO struct {
	Metric string
	Most   bool // the number may be this at most, else it must be this at least
	Strict bool
	Limit  float64
}

var sloForm = regexp.MustCompile(`^\s*([A-Za-z0-9_.]+)\s*(<=|>=|<|>)\s*([0-9.eE+-]+)(%?)\s*$`)

// ParseSLO reads p99_ttft_ms<=1000, success_rate>=0.95 or success_rate>=95%.
func ParseSLO(text string) (SLO, error) {
	m := sloForm.FindStringSubmatch(text)
	if m == nil {
		return SLO{}, fmt.Errorf("--slo %q: must be METRIC<=NUMBER or METRIC>=NUMBER, such as p99_ttft_ms<=1000", text)
	}
	limit, err := strconv.ParseFloat(m[3], 64)
	if err != nil {
		return SLO{}, fmt.Errorf("--slo %q: %q is no number", text, m[3])
	}
	if m[4] == "%" {
		limit /= 100
	}
	return SLO{Metric: m[1], Most: strings.HasPrefix(m[2], "<"), Strict: len(m[2]) == 1, Limit: limit}, nil
}

// Met reports whether the number keeps the limit. One that is not known does not: nothing succeeded from which to know it.
func (s SLO) Met(value float64, known bool) bool {
	switch {
	case !known:
		return false
	case s.Strict && value == s.Limit:
		return false
	case s.Most:
		return value <= s.Limit
	}
	return value >= s.Limit
}

// String writes the limit as ParseSLO reads it.
func (s SLO) String() string {
	sign := ">"
	if s.Most {
		sign = "<"
	}
	if !s.Strict {
		sign += "="
	}
	return fmt.Sprintf("%s%s%g", s.Metric, sign, s.Limit)
}
