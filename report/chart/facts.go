package chart

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Facts are what a reader must know of a run to believe its line. Zero values are unknown and left out.
type Facts struct {
	// Completed and Failed count measured requests.
	Completed, Failed int64
	Duration          time.Duration
	// Rate is the requests sent per second, infinite when all were sent at once.
	Rate float64
	// AtOnce is the most requests that were allowed in flight.
	AtOnce int64
	// Client is the client's verdict on itself: ok, suspect, saturated.
	Client string
}

// factParts is how many phrases tell facts.
const factParts = 4

// phrases tells the facts of runs together: how many requests, how long, the load, the client's verdict. Always the same
// number, "" where unknown.
func phrases(runs []Facts, lang Lang) [factParts]string {
	return [factParts]string{requestsOf(runs, lang), durationOf(runs, lang), loadOf(runs, lang), clientOf(runs, lang)}
}

// FactsText says all that is known of runs together, in one line.
func FactsText(runs []Facts, lang Lang) string {
	p := phrases(runs, lang)
	return join(p[:]...)
}

func requestsOf(runs []Facts, lang Lang) string {
	var all, failed int64
	for _, f := range runs {
		all, failed = all+f.Completed+f.Failed, failed+f.Failed
	}
	text := ""
	switch {
	case all == 1:
		text = lang.Say("1 request")
	case all > 1:
		text = lang.Say("%s requests", Counted(float64(all)))
	}
	if failed > 0 {
		text += lang.Say(", %s failed", Counted(float64(failed)))
	}
	if len(runs) > 1 {
		text = strings.TrimSuffix(lang.Say("%d runs", len(runs))+lang.Say(", ")+text, lang.Say(", "))
	}
	return text
}

func durationOf(runs []Facts, lang Lang) string {
	low, high := extent(runs, func(f Facts) (float64, bool) { return f.Duration.Seconds(), f.Duration > 0 })
	switch {
	case high == 0:
		return ""
	case len(runs) == 1:
		return lang.Say("in %s", seconds(low))
	case seconds(low) == seconds(high):
		return lang.Say("%s each", seconds(low))
	}
	return lang.Say("%s each", lang.Say("%s to %s", seconds(low), seconds(high)))
}

func loadOf(runs []Facts, lang Lang) string {
	rates := between(runs, lang, func(f Facts) (float64, bool) { return f.Rate, f.Rate > 0 })
	most := between(runs, lang, func(f Facts) (float64, bool) { return float64(f.AtOnce), f.AtOnce > 0 })
	var parts []string
	if rates != "" {
		parts = append(parts, lang.Say("%s req/s", rates))
	}
	if most != "" {
		parts = append(parts, lang.Say("at most %s at once", most))
	}
	return strings.Join(parts, lang.Say(", "))
}

func clientOf(runs []Facts, lang Lang) string {
	var parts []string
	known := 0
	for _, verdict := range []string{"ok", "suspect", "saturated"} {
		n := 0
		for _, f := range runs {
			if f.Client == verdict {
				n++
			}
		}
		if n == len(runs) && n > 0 {
			return lang.Say("client " + verdict)
		}
		if known += n; n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+lang.Say(verdict))
		}
	}
	if known == 0 {
		return ""
	}
	if known < len(runs) {
		parts = append(parts, strconv.Itoa(len(runs)-known)+" "+lang.Say("unknown"))
	}
	return lang.Say("client: %s", strings.Join(parts, lang.Say(", ")))
}

// between is the extent of a number as text: "" when no run has it.
func between(runs []Facts, lang Lang, of func(Facts) (float64, bool)) string {
	switch low, high := extent(runs, of); {
	case high == 0:
		return ""
	case low == high:
		return unbounded(low)
	default:
		return lang.Say("%s to %s", unbounded(low), unbounded(high))
	}
}

// extent is the lowest and the highest of a number that some runs have, 0 and 0 when none does.
func extent(runs []Facts, of func(Facts) (float64, bool)) (low, high float64) {
	var known []float64
	for _, f := range runs {
		if v, ok := of(f); ok {
			known = append(known, v)
		}
	}
	if len(known) == 0 {
		return 0, 0
	}
	return slices.Min(known), slices.Max(known)
}

func unbounded(v float64) string {
	if math.IsInf(v, 1) {
		return "inf"
	}
	return number(v)
}
