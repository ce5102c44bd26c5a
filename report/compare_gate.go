package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"llmbench/report/stats"
)

// Gate is a threshold of --fail-on: a change of a metric that a CI must not let pass.
type Gate struct {
	Metric  string
	Above   bool    // the change must not be above Percent; else not below it
	Percent float64 // -2 for -2 %
}

// GateResult is what came of a gate for one side at one load point.
type GateResult struct {
	Gate string `json:"gate"`
	// Side is the letter of the side held against the baseline, Point the load point's key.
	Side  string     `json:"side"`
	Point []KeyValue `json:"point"`
	// Outcome is holds (the threshold is passed beyond noise), clear, or invalid (it cannot be told).
	Outcome Outcome `json:"outcome"`
	// Reason says why, with the numbers.
	Reason string `json:"reason"`
}

// Outcome of a gate.
type Outcome string

// Outcomes.
const (
	GateHolds   Outcome = "holds"
	GateClear   Outcome = "clear"
	GateInvalid Outcome = "invalid"
)

var gateForm = regexp.MustCompile(`^\s*([a-z0-9_.]+)\s*([<>])\s*([+-]?[0-9]+(?:\.[0-9]+)?)\s*%\s*$`)

// ParseGate reads a threshold such as "p99_ttft_ms > +5%" or "goodput < -2%".
func ParseGate(text string) (Gate, error) {
	parts := gateForm.FindStringSubmatch(text)
	if parts == nil {
		return Gate{}, fmt.Errorf(`--fail-on %q: give a metric, < or >, and a change, such as "p99_ttft_ms > +5%%"`, text)
	}
	m, err := measureNamed("--fail-on", parts[1])
	if err != nil {
		return Gate{}, err
	}
	percent, err := strconv.ParseFloat(parts[3], 64)
	if err != nil || percent <= -100 {
		return Gate{}, fmt.Errorf("--fail-on %q: a change of %s%% cannot be", text, parts[3])
	}
	return Gate{Metric: m.Name, Above: parts[2] == ">", Percent: percent}, nil
}

// String writes the gate as ParseGate reads it.
func (g Gate) String() string {
	sign := "<"
	if g.Above {
		sign = ">"
	}
	return fmt.Sprintf("%s %s %+g%%", g.Metric, sign, g.Percent)
}

// gates holds every change against its thresholds: of every side, at every point.
func (c *comparer) gates() {
	for _, gate := range c.options.FailOn {
		for i, point := range c.out.Points {
			for side := 1; side < len(c.sides); side++ {
				c.out.Gates = append(c.out.Gates, c.gate(gate, c.points[i], point, side))
			}
		}
	}
}

func (c *comparer) gate(g Gate, p *loadPoint, point Point, side int) GateResult {
	out := GateResult{Gate: g.String(), Side: c.out.Sides[side].Letter, Point: point.Key, Outcome: GateInvalid}
	ch := changeOf(point, g.Metric, side)
	if out.Reason = c.invalid(p, ch, side); out.Reason != "" {
		return out
	}
	bound := 1 + g.Percent/100
	holds, passed := ch.interval95.Hi < bound, *ch.Ratio < bound
	if g.Above {
		holds, passed = ch.interval95.Lo > bound, *ch.Ratio > bound
	}
	out.Outcome, out.Reason = GateClear, ch.words(stats.Level)
	switch {
	case holds:
		out.Outcome = GateHolds
	case passed:
		out.Reason += ", not beyond noise"
	}
	if ch.Noise == WithinRun {
		out.Reason += " (noise within the run only)"
	}
	return out
}

func changeOf(point Point, metric string, side int) *Change {
	for i := range point.Rows {
		if point.Rows[i].Metric == metric {
			return &point.Rows[i].Changes[side-1]
		}
	}
	return nil
}

// invalid says why a gate cannot be judged; "" when it can.
func (c *comparer) invalid(p *loadPoint, ch *Change, side int) string {
	switch {
	case ch == nil || ch.Ratio == nil:
		return "the metric is not known on both sides"
	case saturated(p.sides[0]) || saturated(p.sides[side]):
		return "the client was saturated: what it measured may be its own limit"
	case ch.Noise == NoNoise || !ch.interval95.Bounded():
		return "no interval can be had" + c.orWithin(ch)
	case c.options.WithinRun:
		return ""
	case ch.Noise == WithinRun:
		return "a side has one run, so the noise between runs is not known" + c.orWithin(ch)
	case min(ch.N1, ch.N2) < runsForVerdict:
		return fmt.Sprintf("%d+%d runs: need at least %d a side", ch.N1, ch.N2, runsForVerdict)
	}
	return ""
}

func (c *comparer) orWithin(ch *Change) string {
	if ch.Noise == WithinRun && ch.interval95.Bounded() {
		return "; --fail-on-noise within-run takes the noise within the run for all there is"
	}
	return ""
}

// Worst is the outcome that decides an exit code: a gate that holds, else one that is invalid, else clear. The reasons
// are those of such gates.
func (c *Comparison) Worst() (Outcome, []string) {
	for _, outcome := range []Outcome{GateHolds, GateInvalid} {
		var reasons []string
		for _, g := range c.Gates {
			if g.Outcome == outcome {
				reasons = append(reasons, g.line())
			}
		}
		if len(reasons) > 0 {
			return outcome, reasons
		}
	}
	return GateClear, nil
}

// line is a gate with its outcome, for people.
func (g GateResult) line() string {
	where := g.Side
	if len(g.Point) > 0 {
		where += " at " + KeyText(g.Point)
	}
	return strings.TrimSpace(fmt.Sprintf("fail-on %s: %s for %s: %s", g.Gate, g.Outcome, where, g.Reason))
}
