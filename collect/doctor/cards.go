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
	for _, row := range c.Samples {
		found = append(found, cardFinding(s, row)...)
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

// cardFinding judges one card: heat, a cap that holds it back, memory that somebody holds.
func cardFinding(s *State, row *store.DeviceSample) []Finding {
	var found []Finding
	name := fmt.Sprintf("card %d", row.Device)
	if t := row.TempC; t != nil && *t >= hotC {
		found = append(found, Finding{topicCards, Warn, fmt.Sprintf("%s is %.0f C hot", name, *t), "cards slow down by heat: the same load is slower later", "let it cool; see that its fans and air are as the maker wants them"})
	}
	if row.PowerW != nil && row.PowerCapW != nil && *row.PowerW >= cappedFrom**row.PowerCapW {
		found = append(found, Finding{topicCards, Warn, fmt.Sprintf("%s draws %.0f W of at most %.0f W", name, *row.PowerW, *row.PowerCapW), "its clock is held back by the power cap", "raise the cap, or keep it the same for all runs that are compared"})
	}
	if row.Throttled != nil && *row.Throttled {
		found = append(found, Finding{topicCards, Warn, name + " says it is slowed down", "heat or power hold its clock back", "see its temperature and power cap"})
	}
	serving := s.Server != nil && s.Server.Unreachable == ""
	if used, total := row.MemUsedBytes, row.MemTotalBytes; !serving && used != nil && total != nil && *total > 0 && float64(*used) > heldShare*float64(*total) {
		found = append(found, Finding{topicCards, Warn, fmt.Sprintf("%s: %.1f of %.1f GiB are in use although no server answers", name, float64(*used)/(1<<30), float64(*total)/(1<<30)),
			"a process holds memory: the server will have less KV cache, or not start", "hy-smi --showpids, and end what is left over"})
	}
	return found
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
