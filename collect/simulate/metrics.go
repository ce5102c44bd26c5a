package simulate

import (
	"fmt"
	"io"
	"strings"
	"sync/atomic"
)

// metrics counts what vLLM counts (vllm/v1/metrics/loggers.py), under its names.
type metrics struct {
	promptTokens, generationTokens atomic.Int64
	cacheQueries, cacheHits        atomic.Int64 // tokens
	stopped, atLength, aborted     atomic.Int64 // requests
	drafts, accepted               atomic.Int64 // speculative decoding: chunks of several tokens, and tokens beyond the first
}

// write prints the text format of Prometheus. kvUsage is the share of the slots' context in use; draftTokens is what a
// draft proposes, 0 without speculative decoding.
func (m *metrics) write(w io.Writer, model string, l load, kvUsage float64, draftTokens int) error {
	labels := `engine="0",model_name="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(model) + `"`
	var b strings.Builder
	family := func(name, kind, help string) { fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %[1]s %[3]s\n", name, help, kind) }
	one := func(name, kind, help string, value any) {
		family(name, kind, help)
		fmt.Fprintf(&b, "%s{%s} %v\n", name, labels, value)
	}
	one("vllm:num_requests_running", "gauge", "Requests that hold a slot.", l.running)
	one("vllm:num_requests_waiting", "gauge", "Requests that wait for a slot.", l.waiting)
	one("vllm:kv_cache_usage_perc", "gauge", "Context in use, as a share of all slots at full length.", kvUsage)
	one("vllm:num_preemptions_total", "counter", "Preemptions: this engine makes none.", 0)
	one("vllm:prompt_tokens_total", "counter", "Prompt tokens of requests that got their first token.", m.promptTokens.Load())
	one("vllm:generation_tokens_total", "counter", "Output tokens generated.", m.generationTokens.Load())
	one("vllm:prefix_cache_queries_total", "counter", "Prompt tokens looked up in the prefix cache.", m.cacheQueries.Load())
	one("vllm:prefix_cache_hits_total", "counter", "Prompt tokens found in the prefix cache.", m.cacheHits.Load())
	if draftTokens > 0 {
		drafts := m.drafts.Load()
		one("vllm:spec_decode_num_drafts_total", "counter", "Drafts.", drafts)
		one("vllm:spec_decode_num_draft_tokens_total", "counter", "Draft tokens.", drafts*int64(draftTokens))
		one("vllm:spec_decode_num_accepted_tokens_total", "counter", "Draft tokens accepted.", m.accepted.Load())
	}
	family("vllm:request_success_total", "counter", "Requests ended, by reason.")
	for _, r := range []struct {
		reason string
		n      *atomic.Int64
	}{{"stop", &m.stopped}, {"length", &m.atLength}, {"abort", &m.aborted}} {
		fmt.Fprintf(&b, "vllm:request_success_total{%s,finished_reason=\"%s\"} %d\n", labels, r.reason, r.n.Load())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// ended counts a request by its finish reason; none is an abort.
func (m *metrics) ended(reason string) {
	switch reason {
	case "stop":
		m.stopped.Add(1)
	case "length":
		m.atLength.Add(1)
	default:
		m.aborted.Add(1)
	}
}
