package report

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"llmbench/near"
	"llmbench/query"
)

// Measure is a number of a run that a comparison shows: a count, a rate, or a statistic of a latency.
type Measure struct {
	// Name is that of run_summary where it has one, with any percentile: p99.9_ttft_ms.
	Name   string
	Title  string
	Unit   string
	Better Direction

	// family is the latency, and statistic what of it: mean, std, or a percentile. A total has none.
	family     string
	statistic  string
	percentile float64
	total      func(query.Measured) *float64
}

// read takes the number from a run: nil when it is unknown.
func (m Measure) read(run query.Measured) *float64 {
	var v *float64
	if m.total != nil {
		v = m.total(run)
	} else if l := latencyOf(run, m.family); l != nil {
		v = m.of(*l)
	}
	if v == nil || math.IsNaN(*v) || math.IsInf(*v, 0) {
		return nil
	}
	return v
}

func latencyOf(run query.Measured, family string) *query.LatencyStats {
	for i := range run.Latency {
		if run.Latency[i].Metric == family {
			return &run.Latency[i]
		}
	}
	return nil
}

func (m Measure) of(l query.LatencyStats) *float64 {
	switch m.statistic {
	case "mean":
		return &l.MeanMS
	case "std":
		return &l.StdMS
	}
	if m.percentile == 50 {
		return &l.MedianMS
	}
	if at := slices.Index(l.Percentiles, m.percentile); at >= 0 {
		return &l.ValuesMS[at]
	}
	return nil
}

// totals are the measures that are no latency, in the order tables show them: what failed first, for latency is that
// of the survivors.
var totals = []Measure{
	{Name: "success_rate", Title: "Success rate", Unit: "%", Better: Higher, total: successRate},
	{Name: "request_throughput", Title: "Request throughput", Unit: "req/s", Better: Higher, total: perSecond(completedOf)},
	{Name: "request_goodput", Title: "Request goodput", Unit: "req/s", Better: Higher, total: perSecond(goodOf)},
	{Name: "output_throughput", Title: "Output throughput", Unit: "tok/s", Better: Higher, total: perSecond(outputOf)},
	{Name: "total_token_throughput", Title: "Total throughput", Unit: "tok/s", Better: Higher, total: perSecond(tokensOf)},
	{Name: "tokens_per_s_per_user", Title: "Output per user", Unit: "tok/s", Better: Higher, total: perUser},
	{Name: "tokens_per_s_per_device", Title: "Output per device", Unit: "tok/s", Better: Higher, total: perDevice},
	{Name: "utilisation_pct", Title: "Utilisation", Unit: "%", total: func(r query.Measured) *float64 { return r.UtilPct }},
	{Name: "power_w", Title: "Power of all devices", Unit: "W", total: powerOf},
	{Name: "joules_per_token", Title: "Energy per token", Unit: "J", Better: Lower, total: joulesPerToken},
}

// askedTotals are shown when they are asked for by name.
var askedTotals = []Measure{
	{Name: "completed", Title: "Successful requests", total: completedOf},
	{Name: "failed", Title: "Failed requests", Better: Lower, total: func(r query.Measured) *float64 { return count(&r.Totals.Failed) }},
	{Name: "retried", Title: "Retried attempts", Better: Lower, total: func(r query.Measured) *float64 { return count(&r.Totals.Retried) }},
	{Name: "duration", Title: "Benchmark duration", Unit: "s", total: func(r query.Measured) *float64 { return r.Totals.LengthS }},
	{Name: "total_input_tokens", Title: "Total input tokens", total: inputOf},
	{Name: "total_output_tokens", Title: "Total generated tokens", total: outputOf},
}

func count(n *int64) *float64 {
	if n == nil {
		return nil
	}
	return new(float64(*n))
}

func completedOf(r query.Measured) *float64 { return count(&r.Totals.Completed) }
func goodOf(r query.Measured) *float64      { return count(r.Totals.Good) }
func inputOf(r query.Measured) *float64     { return count(r.Totals.InputTokens) }
func outputOf(r query.Measured) *float64    { return r.Totals.OutputTokens }

func tokensOf(r query.Measured) *float64 {
	return combine(inputOf(r), outputOf(r), func(a, b float64) float64 { return a + b })
}

func successRate(r query.Measured) *float64 {
	all := r.Totals.Completed + r.Totals.Failed
	if all == 0 {
		return nil
	}
	return new(100 * float64(r.Totals.Completed) / float64(all))
}

func perSecond(total func(query.Measured) *float64) func(query.Measured) *float64 {
	return func(r query.Measured) *float64 { return combine(total(r), r.Totals.LengthS, divide) }
}

// perUser is what a typical user sees: the reciprocal of the median TPOT or, where a tool has none, of its median ITL.
func perUser(r query.Measured) *float64 {
	l := latencyOf(r, "tpot")
	if l == nil {
		l = latencyOf(r, "itl")
	}
	if l == nil || l.MedianMS <= 0 {
		return nil
	}
	return new(1000 / l.MedianMS)
}

func perDevice(r query.Measured) *float64 {
	return combine(perSecond(outputOf)(r), devicesOf(r), divide)
}

// devicesOf is how many accelerators a run used: as said, else as follows from how the model was split.
func devicesOf(r query.Measured) *float64 {
	run := r.Entry.Run
	if run.DCUCount != nil || run.TP == nil {
		return count(run.DCUCount)
	}
	n := *run.TP
	for _, more := range []*int64{run.PP, run.DP} {
		if more != nil {
			n *= *more
		}
	}
	return count(&n)
}

func joulesPerToken(r query.Measured) *float64 {
	return combine(r.Totals.EnergyJ, outputOf(r), divide)
}

// powerOf is the mean power of all accelerators together.
func powerOf(r query.Measured) *float64 { return combine(r.Totals.EnergyJ, r.Totals.LengthS, divide) }

func combine(a, b *float64, how func(a, b float64) float64) *float64 {
	if a == nil || b == nil {
		return nil
	}
	return new(how(*a, *b))
}

func divide(a, b float64) float64 { return a / b } // by 0: not finite, and read as unknown

// families are the latencies of a comparison.
var families = []struct{ name, title string }{
	{"ttft", "TTFT"}, {"tpot", "TPOT"}, {"itl", "ITL"}, {"e2el", "E2EL"}, {"queue", "queue wait"},
}

// aliases are names that people have for measures.
var aliases = map[string]string{"goodput": "request_goodput", "throughput": "output_throughput"}

var latencyName = regexp.MustCompile(`^(mean|median|std|p[0-9]+(?:\.[0-9]+)?)_(ttft|tpot|itl|e2el|queue)_ms$`)

// measureNamed finds a measure. The error names the flag it was given to.
func measureNamed(flag, name string) (Measure, error) {
	if alias, ok := aliases[name]; ok {
		name = alias
	}
	for _, m := range slices.Concat(totals, askedTotals) {
		if m.Name == name {
			return m, nil
		}
	}
	parts := latencyName.FindStringSubmatch(name)
	if parts == nil {
		if question := near.Question(name, measureNames(name)); question != "" {
			return Measure{}, fmt.Errorf("%s: no metric %q; %s", flag, name, question)
		}
		return Measure{}, fmt.Errorf("%s: no metric %q; there are %s, and mean, median, std or any percentile of ttft, tpot, itl, e2el and queue, such as p99.9_ttft_ms",
			flag, name, strings.Join(totalNames(), ", "))
	}
	return latencyMeasure(parts[1], parts[2]), nil
}

// measureNames are what a mistyped name may have meant: of the latencies the usual percentiles, and the one it begins with.
func measureNames(typed string) []string {
	names := append(totalNames(), slices.Sorted(maps.Keys(aliases))...)
	asked, _, _ := strings.Cut(typed, "_")
	for _, statistic := range []string{asked, "p99", "mean", "median", "std"} {
		for _, family := range families {
			if name := statistic + "_" + family.name + "_ms"; latencyName.MatchString(name) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

func totalNames() []string {
	var names []string
	for _, m := range totals {
		names = append(names, m.Name)
	}
	return names
}

func latencyMeasure(statistic, family string) Measure {
	m := Measure{Name: statistic + "_" + family + "_ms", Unit: "ms", Better: Lower, family: family, statistic: statistic}
	for _, f := range families {
		if f.name == family {
			m.Title = strings.ToUpper(statistic[:1]) + statistic[1:] + " " + f.title
		}
	}
	if statistic == "median" {
		m.percentile = 50
	} else if text, ok := strings.CutPrefix(statistic, "p"); ok {
		m.percentile, _ = strconv.ParseFloat(text, 64) // the pattern lets only numbers through; above 100 nothing is found
	}
	return m
}

// defaultMeasures are all totals, and of each latency the mean, the median and the percentiles.
func defaultMeasures(percentiles []float64) []Measure {
	all := slices.Clone(totals)
	for _, f := range families {
		all = append(all, latencyMeasure("mean", f.name), latencyMeasure("median", f.name))
		for _, p := range percentiles {
			all = append(all, latencyMeasure(fmt.Sprintf("p%g", p), f.name))
		}
	}
	return all
}
