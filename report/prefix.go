package report

import (
	"fmt"
	"slices"

	"llmbench/store"
)

// warmCache is why the server may have had the prompts in its prefix cache before the load: the key prefix_cache of
// findings, "" when there is no such reason.
func warmCache(r store.Run) string { return plain(object(r.Findings)["prefix_cache"]) }

// cacheState says so in the words that repeats have alike, whatever the reason was in each.
func cacheState(r *store.Run) string {
	if warmCache(*r) == "" {
		return unknown
	}
	return "may be warm"
}

// hitRateTolerance is how far hit rates may be apart before that is worth a line: what was cached was not computed.
const hitRateTolerance = 0.05

const hitRateKey = "prefix cache hit rate"

// hitRates notes mean prefix cache hit rates that came out apart.
func hitRates(sides [][]store.Entry) []Difference {
	rates, texts := make([]float64, len(sides)), make([]string, len(sides))
	for i, side := range sides {
		known := 0.0
		for _, e := range side {
			if e.Summary != nil && e.Summary.PrefixCacheHitRate != nil {
				rates[i] += *e.Summary.PrefixCacheHitRate
				known++
			}
		}
		if known == 0 {
			return nil
		}
		rates[i] /= known
		texts[i] = fmt.Sprintf("%.1f%%", 100*rates[i])
	}
	if slices.Max(rates)-slices.Min(rates) <= hitRateTolerance {
		return nil
	}
	return []Difference{{Group: GroupWorkload, Key: hitRateKey, Values: texts, Footnotes: []int{}}}
}
