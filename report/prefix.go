package report

import (
	"fmt"
	"math"

	"llmbench/store"
)

// warmCache is why the server may have had the prompts in its prefix cache before the load: the key prefix_cache of
// findings, "" when there is no such reason.
func warmCache(r store.Run) string { return plain(object(r.Findings)["prefix_cache"]) }

// hitRateTolerance is how far hit rates may be apart before that is worth a line: what was cached was not computed.
const hitRateTolerance = 0.05

// hitRates notes prefix cache hit rates that came out apart.
func hitRates(a, b *store.Summary) []Difference {
	if a == nil || b == nil || a.PrefixCacheHitRate == nil || b.PrefixCacheHitRate == nil {
		return nil
	}
	x, y := *a.PrefixCacheHitRate, *b.PrefixCacheHitRate
	if math.Abs(x-y) <= hitRateTolerance {
		return nil
	}
	text := func(rate float64) string { return fmt.Sprintf("%.1f%%", 100*rate) }
	return []Difference{{Group: GroupMeasurement, Key: "prefix cache hit rate", A: text(x), B: text(y)}}
}
