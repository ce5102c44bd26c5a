-- one row per imported run that came with numbers of its own: what the file claimed, never mixed with ours
-- column run_id VARCHAR: the run
-- column name VARCHAR: its name
-- column duration DOUBLE: length of the run [s]
-- column completed BIGINT: measured requests that ended well
-- column failed BIGINT: measured requests that failed
-- column total_input_tokens BIGINT: prompt tokens of the completed requests
-- column total_output_tokens BIGINT: output tokens of the completed requests
-- column request_throughput DOUBLE: completed requests per second [1/s]
-- column request_goodput DOUBLE: requests per second that kept the run's own limits (--goodput), NULL without limits [1/s]
-- column output_throughput DOUBLE: output tokens per second [1/s]
-- column total_token_throughput DOUBLE: prompt and output tokens per second [1/s]
-- column max_output_tokens_per_s DOUBLE: most output tokens that arrived in one second of the run [1/s]
-- column max_concurrent_requests BIGINT: most measured requests in flight at one time
-- column mean_ttft_ms DOUBLE: mean of TTFT [ms]
-- column median_ttft_ms DOUBLE: median of TTFT [ms]
-- column std_ttft_ms DOUBLE: population standard deviation of TTFT [ms]
-- column p50_ttft_ms DOUBLE: 50th percentile of TTFT [ms]
-- column p75_ttft_ms DOUBLE: 75th percentile of TTFT [ms]
-- column p90_ttft_ms DOUBLE: 90th percentile of TTFT [ms]
-- column p95_ttft_ms DOUBLE: 95th percentile of TTFT [ms]
-- column p99_ttft_ms DOUBLE: 99th percentile of TTFT [ms]
-- column mean_tpot_ms DOUBLE: mean of TPOT [ms]
-- column median_tpot_ms DOUBLE: median of TPOT [ms]
-- column std_tpot_ms DOUBLE: population standard deviation of TPOT [ms]
-- column p50_tpot_ms DOUBLE: 50th percentile of TPOT [ms]
-- column p75_tpot_ms DOUBLE: 75th percentile of TPOT [ms]
-- column p90_tpot_ms DOUBLE: 90th percentile of TPOT [ms]
-- column p95_tpot_ms DOUBLE: 95th percentile of TPOT [ms]
-- column p99_tpot_ms DOUBLE: 99th percentile of TPOT [ms]
-- column mean_itl_ms DOUBLE: mean of ITL [ms]
-- column median_itl_ms DOUBLE: median of ITL [ms]
-- column std_itl_ms DOUBLE: population standard deviation of ITL [ms]
-- column p50_itl_ms DOUBLE: 50th percentile of ITL [ms]
-- column p75_itl_ms DOUBLE: 75th percentile of ITL [ms]
-- column p90_itl_ms DOUBLE: 90th percentile of ITL [ms]
-- column p95_itl_ms DOUBLE: 95th percentile of ITL [ms]
-- column p99_itl_ms DOUBLE: 99th percentile of ITL [ms]
-- column mean_e2el_ms DOUBLE: mean of E2EL [ms]
-- column median_e2el_ms DOUBLE: median of E2EL [ms]
-- column std_e2el_ms DOUBLE: population standard deviation of E2EL [ms]
-- column p50_e2el_ms DOUBLE: 50th percentile of E2EL [ms]
-- column p75_e2el_ms DOUBLE: 75th percentile of E2EL [ms]
-- column p90_e2el_ms DOUBLE: 90th percentile of E2EL [ms]
-- column p95_e2el_ms DOUBLE: 95th percentile of E2EL [ms]
-- column p99_e2el_ms DOUBLE: 99th percentile of E2EL [ms]
--
-- The import keeps them as the object reported_summary in runs.extra, under the names of this view.
CREATE OR REPLACE VIEW reported_summary AS
SELECT
    run_id,
    name,
    TRY_CAST(reported->>'$.duration' AS DOUBLE) AS duration,
    TRY_CAST(reported->>'$.completed' AS BIGINT) AS completed,
    TRY_CAST(reported->>'$.failed' AS BIGINT) AS failed,
    TRY_CAST(reported->>'$.total_input_tokens' AS BIGINT) AS total_input_tokens,
    TRY_CAST(reported->>'$.total_output_tokens' AS BIGINT) AS total_output_tokens,
    TRY_CAST(reported->>'$.request_throughput' AS DOUBLE) AS request_throughput,
    TRY_CAST(reported->>'$.request_goodput' AS DOUBLE) AS request_goodput,
    TRY_CAST(reported->>'$.output_throughput' AS DOUBLE) AS output_throughput,
    TRY_CAST(reported->>'$.total_token_throughput' AS DOUBLE) AS total_token_throughput,
    TRY_CAST(reported->>'$.max_output_tokens_per_s' AS DOUBLE) AS max_output_tokens_per_s,
    TRY_CAST(reported->>'$.max_concurrent_requests' AS BIGINT) AS max_concurrent_requests,
    TRY_CAST(reported->>'$.mean_ttft_ms' AS DOUBLE) AS mean_ttft_ms,
    TRY_CAST(reported->>'$.median_ttft_ms' AS DOUBLE) AS median_ttft_ms,
    TRY_CAST(reported->>'$.std_ttft_ms' AS DOUBLE) AS std_ttft_ms,
    TRY_CAST(reported->>'$.p50_ttft_ms' AS DOUBLE) AS p50_ttft_ms,
    TRY_CAST(reported->>'$.p75_ttft_ms' AS DOUBLE) AS p75_ttft_ms,
    TRY_CAST(reported->>'$.p90_ttft_ms' AS DOUBLE) AS p90_ttft_ms,
    TRY_CAST(reported->>'$.p95_ttft_ms' AS DOUBLE) AS p95_ttft_ms,
    TRY_CAST(reported->>'$.p99_ttft_ms' AS DOUBLE) AS p99_ttft_ms,
    TRY_CAST(reported->>'$.mean_tpot_ms' AS DOUBLE) AS mean_tpot_ms,
    TRY_CAST(reported->>'$.median_tpot_ms' AS DOUBLE) AS median_tpot_ms,
    TRY_CAST(reported->>'$.std_tpot_ms' AS DOUBLE) AS std_tpot_ms,
    TRY_CAST(reported->>'$.p50_tpot_ms' AS DOUBLE) AS p50_tpot_ms,
    TRY_CAST(reported->>'$.p75_tpot_ms' AS DOUBLE) AS p75_tpot_ms,
    TRY_CAST(reported->>'$.p90_tpot_ms' AS DOUBLE) AS p90_tpot_ms,
    TRY_CAST(reported->>'$.p95_tpot_ms' AS DOUBLE) AS p95_tpot_ms,
    TRY_CAST(reported->>'$.p99_tpot_ms' AS DOUBLE) AS p99_tpot_ms,
    TRY_CAST(reported->>'$.mean_itl_ms' AS DOUBLE) AS mean_itl_ms,
    TRY_CAST(reported->>'$.median_itl_ms' AS DOUBLE) AS median_itl_ms,
    TRY_CAST(reported->>'$.std_itl_ms' AS DOUBLE) AS std_itl_ms,
    TRY_CAST(reported->>'$.p50_itl_ms' AS DOUBLE) AS p50_itl_ms,
    TRY_CAST(reported->>'$.p75_itl_ms' AS DOUBLE) AS p75_itl_ms,
    TRY_CAST(reported->>'$.p90_itl_ms' AS DOUBLE) AS p90_itl_ms,
    TRY_CAST(reported->>'$.p95_itl_ms' AS DOUBLE) AS p95_itl_ms,
    TRY_CAST(reported->>'$.p99_itl_ms' AS DOUBLE) AS p99_itl_ms,
    TRY_CAST(reported->>'$.mean_e2el_ms' AS DOUBLE) AS mean_e2el_ms,
    TRY_CAST(reported->>'$.median_e2el_ms' AS DOUBLE) AS median_e2el_ms,
    TRY_CAST(reported->>'$.std_e2el_ms' AS DOUBLE) AS std_e2el_ms,
    TRY_CAST(reported->>'$.p50_e2el_ms' AS DOUBLE) AS p50_e2el_ms,
    TRY_CAST(reported->>'$.p75_e2el_ms' AS DOUBLE) AS p75_e2el_ms,
    TRY_CAST(reported->>'$.p90_e2el_ms' AS DOUBLE) AS p90_e2el_ms,
    TRY_CAST(reported->>'$.p95_e2el_ms' AS DOUBLE) AS p95_e2el_ms,
    TRY_CAST(reported->>'$.p99_e2el_ms' AS DOUBLE) AS p99_e2el_ms
FROM (
    SELECT run_id, name, CASE WHEN json_valid(extra) THEN extra::JSON->'$.reported_summary' END AS reported
    FROM runs
)
WHERE json_type(reported) = 'OBJECT';
