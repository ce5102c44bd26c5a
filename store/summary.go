package store

// DefinitionsVersion names the meaning of the numbers in Summary. It rises when a formula in sql/ changes, so
// that a stored summary of an older meaning is made anew instead of being compared with one of today's.
const DefinitionsVersion = 2

// Summary is one row of the view run_summary, computed by that view when a run is finished and kept in run.json
// and in the catalogue. Names are those of vLLM's result files; latencies are milliseconds, throughputs are
// per second. Only requests of phase measured count. A number that cannot be had is NULL, never 0.
type Summary struct {
	Duration             *float64 `json:"duration" parquet:"duration,optional"`
	Completed            int64    `json:"completed" parquet:"completed"`
	Failed               int64    `json:"failed" parquet:"failed"`
	Retried              *int64   `json:"retried" parquet:"retried,optional"`
	TotalInputTokens     *int64   `json:"total_input_tokens" parquet:"total_input_tokens,optional"`
	TotalOutputTokens    *int64   `json:"total_output_tokens" parquet:"total_output_tokens,optional"`
	RequestThroughput    *float64 `json:"request_throughput" parquet:"request_throughput,optional"`
	RequestGoodput       *float64 `json:"request_goodput" parquet:"request_goodput,optional"`
	OutputThroughput     *float64 `json:"output_throughput" parquet:"output_throughput,optional"`
	TotalTokenThroughput *float64 `json:"total_token_throughput" parquet:"total_token_throughput,optional"`
	MaxOutputTokensPerS  *float64 `json:"max_output_tokens_per_s" parquet:"max_output_tokens_per_s,optional"`
	MaxConcurrent        *int64   `json:"max_concurrent_requests" parquet:"max_concurrent_requests,optional"`
	PrefixCacheHitRate   *float64 `json:"prefix_cache_hit_rate" parquet:"prefix_cache_hit_rate,optional"`

	MeanTTFT   *float64 `json:"mean_ttft_ms" parquet:"mean_ttft_ms,optional"`
	MedianTTFT *float64 `json:"median_ttft_ms" parquet:"median_ttft_ms,optional"`
	StdTTFT    *float64 `json:"std_ttft_ms" parquet:"std_ttft_ms,optional"`
	P50TTFT    *float64 `json:"p50_ttft_ms" parquet:"p50_ttft_ms,optional"`
	P75TTFT    *float64 `json:"p75_ttft_ms" parquet:"p75_ttft_ms,optional"`
	P90TTFT    *float64 `json:"p90_ttft_ms" parquet:"p90_ttft_ms,optional"`
	P95TTFT    *float64 `json:"p95_ttft_ms" parquet:"p95_ttft_ms,optional"`
	P99TTFT    *float64 `json:"p99_ttft_ms" parquet:"p99_ttft_ms,optional"`

	MeanTPOT   *float64 `json:"mean_tpot_ms" parquet:"mean_tpot_ms,optional"`
	MedianTPOT *float64 `json:"median_tpot_ms" parquet:"median_tpot_ms,optional"`
	StdTPOT    *float64 `json:"std_tpot_ms" parquet:"std_tpot_ms,optional"`
	P50TPOT    *float64 `json:"p50_tpot_ms" parquet:"p50_tpot_ms,optional"`
	P75TPOT    *float64 `json:"p75_tpot_ms" parquet:"p75_tpot_ms,optional"`
	P90TPOT    *float64 `json:"p90_tpot_ms" parquet:"p90_tpot_ms,optional"`
	P95TPOT    *float64 `json:"p95_tpot_ms" parquet:"p95_tpot_ms,optional"`
	P99TPOT    *float64 `json:"p99_tpot_ms" parquet:"p99_tpot_ms,optional"`

	MeanITL   *float64 `json:"mean_itl_ms" parquet:"mean_itl_ms,optional"`
	MedianITL *float64 `json:"median_itl_ms" parquet:"median_itl_ms,optional"`
	StdITL    *float64 `json:"std_itl_ms" parquet:"std_itl_ms,optional"`
	P50ITL    *float64 `json:"p50_itl_ms" parquet:"p50_itl_ms,optional"`
	P75ITL    *float64 `json:"p75_itl_ms" parquet:"p75_itl_ms,optional"`
	P90ITL    *float64 `json:"p90_itl_ms" parquet:"p90_itl_ms,optional"`
	P95ITL    *float64 `json:"p95_itl_ms" parquet:"p95_itl_ms,optional"`
	P99ITL    *float64 `json:"p99_itl_ms" parquet:"p99_itl_ms,optional"`

	MeanE2EL   *float64 `json:"mean_e2el_ms" parquet:"mean_e2el_ms,optional"`
	MedianE2EL *float64 `json:"median_e2el_ms" parquet:"median_e2el_ms,optional"`
	StdE2EL    *float64 `json:"std_e2el_ms" parquet:"std_e2el_ms,optional"`
	P50E2EL    *float64 `json:"p50_e2el_ms" parquet:"p50_e2el_ms,optional"`
	P75E2EL    *float64 `json:"p75_e2el_ms" parquet:"p75_e2el_ms,optional"`
	P90E2EL    *float64 `json:"p90_e2el_ms" parquet:"p90_e2el_ms,optional"`
	P95E2EL    *float64 `json:"p95_e2el_ms" parquet:"p95_e2el_ms,optional"`
	P99E2EL    *float64 `json:"p99_e2el_ms" parquet:"p99_e2el_ms,optional"`

	MeanQueue   *float64 `json:"mean_queue_ms" parquet:"mean_queue_ms,optional"`
	MedianQueue *float64 `json:"median_queue_ms" parquet:"median_queue_ms,optional"`
	StdQueue    *float64 `json:"std_queue_ms" parquet:"std_queue_ms,optional"`
	P50Queue    *float64 `json:"p50_queue_ms" parquet:"p50_queue_ms,optional"`
	P75Queue    *float64 `json:"p75_queue_ms" parquet:"p75_queue_ms,optional"`
	P90Queue    *float64 `json:"p90_queue_ms" parquet:"p90_queue_ms,optional"`
	P95Queue    *float64 `json:"p95_queue_ms" parquet:"p95_queue_ms,optional"`
	P99Queue    *float64 `json:"p99_queue_ms" parquet:"p99_queue_ms,optional"`
}
