package telemetry

// prefixCounters are an engine's counters of its prefix cache: prompt tokens looked up, and those among them found. A new
// engine is a line here.
//
// Left out on purpose: hit rates that are gauges, for they average over a time of their own (sglang:cache_hit_rate,
// trtllm_kv_cache_hit_rate), and llama.cpp's page, which counts the tokens it computed alone; its usage tells the rest.
var prefixCounters = []struct{ queried, hit string }{
	{"vllm:prefix_cache_queries_total", "vllm:prefix_cache_hits_total"},
	{"vllm:gpu_prefix_cache_queries_total", "vllm:gpu_prefix_cache_hits_total"}, // before 0.9
	{"sglang:prompt_tokens_total", "sglang:cached_tokens_total"},
	{"trtllm_prompt_tokens_total", "trtllm_prompt_cached_tokens_total"},
}

// PrefixCache is what a server's prefix cache did between two moments, in prompt tokens.
type PrefixCache struct {
	QueriedTokens, HitTokens int64
}

// PrefixCacheBetween takes the difference of the counters of two pages. It is false when the server has none, or was
// started anew in between.
func PrefixCacheBetween(before, after []Sample) (PrefixCache, bool) {
	for _, c := range prefixCounters {
		queried, hasQueried := Sum(after, c.queried)
		// A counter with labels appears with its first count.
		queriedBefore, _ := Sum(before, c.queried)
		hit, _ := Sum(after, c.hit)
		hitBefore, _ := Sum(before, c.hit)
		if !hasQueried {
			continue
		}
		p := PrefixCache{QueriedTokens: int64(queried - queriedBefore), HitTokens: int64(hit - hitBefore)}
		return p, p.QueriedTokens >= p.HitTokens && p.HitTokens >= 0
	}
	return PrefixCache{}, false
}
