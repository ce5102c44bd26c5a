package doctor

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"llmbench/store"
)

const topicCards = "cards"

// Limits of what is judged fit.
const (
	hotC       = 85
	heldShare  = 0.02
	cappedFrom = 0.98
)

func cardFindings(s *State) []Finding {
	c := &s.Cards
	if len(c.Samples) == 0 {
		if c.Problem == "" {
			return nil
		}
		return []Finding{{topicCards, Note, "no accelerator of this host tells of itself: " + c.Problem, "utilisation, power and energy stay unknown", "--telemetry prometheus=URL or cmd=COMMAND where the cards are on another host"}}
	}
	found := []Finding{{Topic: topicCards, Level: OK, What: inventory(c)}}
	checks := cardChecks
	if s.Server == nil || s.Server.Unreachable != "" {
		checks = append(slices.Clone(checks), heldMemory)
	}
	for _, check := range checks {
		if f, wrong := check.judge(c.Samples); wrong {
			found = append(found, f)
		}
	}
	return append(found, levels(c)...)
}

// inventory is what cards there are.
func inventory(c *Cards) string {
	counts := map[string]int{}
	for _, row := range c.Samples {
		name := "unnamed"
		if row.Name != nil {
			name = *row.Name
		}
		counts[name]++
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d x %s", counts[name], name))
	}
	text := strings.Join(parts, ", ") + " by " + c.Source
	if c.Driver != "" {
		text += ", driver " + c.Driver
	}
	if len(c.Nodes) > 0 {
		text += ", " + strings.Join(c.Nodes, " ")
	}
	return text
}

// cardCheck is a fault that cards may have. Those that have it are told together, with the number of the worst.
type cardCheck struct {
	// fault is how bad it is; 0 when it is not.
	fault func(r *store.DeviceSample) float64
	what  func(r *store.DeviceSample) string
	why   string
	do    string
}

// heat, a cap that holds a card back, and its own word.
var cardChecks = []cardCheck{
	{
		func(r *store.DeviceSample) float64 { return atLeast(r.TempC, new(float64(hotC))) },
		func(r *store.DeviceSample) string { return fmt.Sprintf("%.0f C hot", *r.TempC) },
		"cards slow down by heat: the same load is slower later", "let it cool; see that its fans and air are as the maker wants them",
	},
	{
		func(r *store.DeviceSample) float64 {
			if r.PowerCapW == nil {
				return 0
			}
			return atLeast(r.PowerW, new(cappedFrom**r.PowerCapW))
		},
		func(r *store.DeviceSample) string {
			return fmt.Sprintf("%.0f W of at most %.0f W", *r.PowerW, *r.PowerCapW)
		},
		"its clock is held back by the power cap", "raise the cap, or keep it the same for all runs that are compared",
	},
	{
		func(r *store.DeviceSample) float64 {
			if r.Throttled == nil || !*r.Throttled {
				return 0
			}
			return 1
		},
		func(*store.DeviceSample) string { return "slowed down, it says itself" },
		"heat or power hold its clock back", "see its temperature and power cap",
	},
}

// heldMemory is a fault where no server answers: otherwise it is the server's.
var heldMemory = cardCheck{
	func(r *store.DeviceSample) float64 {
		if r.MemTotalBytes == nil || *r.MemTotalBytes <= 0 || r.MemUsedBytes == nil || float64(*r.MemUsedBytes) <= heldShare*float64(*r.MemTotalBytes) {
			return 0
		}
		return float64(*r.MemUsedBytes)
	},
	func(r *store.DeviceSample) string {
		return fmt.Sprintf("%.1f of %.1f GiB are in use, by no server that answers", float64(*r.MemUsedBytes)/(1<<30), float64(*r.MemTotalBytes)/(1<<30))
	},
	"a process holds memory: the server will have less KV cache, or not start", "hy-smi --showpids, and end what is left over",
}

// atLeast is v when it is no less than limit, else 0.
func atLeast(v, limit *float64) float64 {
	if v == nil || *v < *limit {
		return 0
	}
	return *v
}

// judge tells which cards have the fault; false when none has.
func (c cardCheck) judge(rows []*store.DeviceSample) (Finding, bool) {
	var worst *store.DeviceSample
	var cards []string
	for _, row := range rows {
		fault := c.fault(row)
		if fault == 0 {
			continue
		}
		cards = append(cards, fmt.Sprint(row.Device))
		if worst == nil || fault > c.fault(worst) {
			worst = row
		}
	}
	switch len(cards) {
	case 0:
		return Finding{}, false
	case 1:
		return Finding{topicCards, Warn, "card " + cards[0] + ": " + c.what(worst), c.why, c.do}, true
	}
	return Finding{topicCards, Warn, fmt.Sprintf("cards %s (worst %d): %s", strings.Join(cards, ", "), worst.Device, c.what(worst)), c.why, c.do}, true
}

// levels judges the drivers' choice of clocks.
func levels(c *Cards) []Finding {
	var auto []string
	for _, card := range slices.Sorted(maps.Keys(c.PerfLevels)) {
		if level := c.PerfLevels[card]; level != "high" && level != "manual" {
			auto = append(auto, fmt.Sprintf("%d (%s)", card, level))
		}
	}
	if len(auto) == 0 {
		return nil
	}
	return []Finding{{topicCards, Note, "clocks are the driver's choice on card " + strings.Join(auto, ", "), "first requests after a pause run on a low clock: warm up, or fix it", "hy-smi --setperflevel high, or rocm-smi --setperflevel high"}}
}
