package report

import (
	"slices"
	"strings"

	"llmbench/query"
	"llmbench/store"
)

// leaveOut takes away latencies that the runs do not count alike, and goodputs under different limits, with the reason.
func (c *comparer) leaveOut() {
	c.leftOut = map[string]bool{}
	var runs []query.Measured
	for _, side := range c.sides {
		runs = append(runs, side.Runs...)
	}
	var titles []string
	var unlike [2]string
	for _, f := range families {
		var formulas []string
		for _, run := range runs {
			if formula := c.formula(run.Entry.Run, f.name); formula != "" && !slices.Contains(formulas, formula) {
				formulas = append(formulas, formula)
			}
		}
		if len(formulas) > 1 {
			c.leftOut[f.name] = true
			titles, unlike = append(titles, f.title), [2]string(formulas[:2])
		}
	}
	if len(titles) > 0 {
		c.note("%s left out: %s in some runs and %s in others%s", strings.Join(titles, ", "), unlike[0], unlike[1], c.alike(runs))
	}
	if c.unlikeLimits(runs) {
		c.measures = slices.DeleteFunc(slices.Clone(c.measures), func(m Measure) bool { return m.Name == "request_goodput" })
		c.note("goodput is left out: the runs were given different SLOs; --goodput holds all of them to the same")
	}
}

// unlikeLimits reports whether each run's own SLO would be applied and they are not the same.
func (c *comparer) unlikeLimits(runs []query.Measured) bool {
	if c.options.SLO != (query.SLO{}) {
		return false
	}
	first := ""
	for i, run := range runs {
		text := ""
		if run.Entry.Run.SLO != nil {
			text = plain([]byte(*run.Entry.Run.SLO))
		}
		if i > 0 && text != first {
			return true
		}
		first = text
	}
	return false
}

// Formulas of latencies that go by the same names.
const (
	fromTokens = "counted from and to tokens"
	fromEvents = "counted from and to any event, a role or a bare finish too,"
)

// formula is how a latency of a run was counted; "" when there is nothing to tell. A run whose requests we have is counted
// as the lens says, one that came without them as its tool did. Result files of vLLM and sglang do not tell a role from a
// token: of a chat the first event is one, and only the definitions of vLLM count such runs and ours alike.
func (c *comparer) formula(r store.Run, family string) string {
	if family == "e2el" || family == "queue" {
		return ""
	}
	lens := c.options.Lens.Definitions
	own := lens == "" || lens == query.DefinitionsOwn
	_, tool, foreign := strings.Cut(r.Source, "import:")
	claimed := foreign && r.TimeBase == "none"
	switch {
	case tool == "sglang" && !claimed || tool == "vllm":
		chat := r.Backend == nil || strings.Contains(*r.Backend, "chat")
		if own && !chat {
			return fromTokens
		}
		if !own && !claimed {
			return "counted as " + lens + " does"
		}
		if own {
			return fromEvents
		}
		return "counted as vllm does"
	case claimed:
		return "counted as " + tool + " does"
	case own:
		return fromTokens
	}
	return "counted as " + lens + " does"
}

// alike names the definitions that would count the runs alike.
func (c *comparer) alike(runs []query.Measured) string {
	if slices.ContainsFunc(runs, func(r query.Measured) bool { return r.Entry.Run.Source == "import:vllm" }) {
		return "; --definitions vllm counts them alike"
	}
	return ""
}
