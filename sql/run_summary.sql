-- one row per run: its counts, throughputs and latencies, under the names of vLLM's result files
-- column run_id VARCHAR: the run
-- column name VARCHAR: its name
-- column duration DOUBLE: length of the run [s]
-- column completed BIGINT: measured requests that ended well
-- column failed BIGINT: measured requests that failed
-- column retried BIGINT: attempts at measured requests that failed and were followed by another; NULL in a summary older than retries
-- column total_input_tokens BIGINT: prompt tokens of the completed requests
-- column total_output_tokens BIGINT: output tokens of the completed requests
-- column request_throughput DOUBLE: completed requests per second [1/s]
-- column request_goodput DOUBLE: requests per second that kept the run's own limits (--goodput), NULL without limits [1/s]
-- column output_throughput DOUBLE: output tokens per second [1/s]
-- column total_token_throughput DOUBLE: prompt and output tokens per second [1/s]
-- column max_output_tokens_per_s DOUBLE: most output tokens that arrived in one second of the run [1/s]
-- column max_concurrent_requests BIGINT: most measured requests in flight at one time
-- column prefix_cache_hit_rate DOUBLE: share of the prompt tokens that the server found in its prefix cache, 0 to 1
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
-- column mean_queue_ms DOUBLE: mean of the wait in the client before sending [ms]
-- column median_queue_ms DOUBLE: median of the wait in the client before sending [ms]
-- column std_queue_ms DOUBLE: population standard deviation of the wait in the client before sending [ms]
-- column p50_queue_ms DOUBLE: 50th percentile of the wait in the client before sending [ms]
-- column p75_queue_ms DOUBLE: 75th percentile of the wait in the client before sending [ms]
-- column p90_queue_ms DOUBLE: 90th percentile of the wait in the client before sending [ms]
-- column p95_queue_ms DOUBLE: 95th percentile of the wait in the client before sending [ms]
-- column p99_queue_ms DOUBLE: 99th percentile of the wait in the client before sending [ms]
--
-- Only measured requests count, each by its last attempt, and for latencies those that ended well. A number that cannot be had is NULL; a run
-- without a completed request has throughput 0. The hit rate is that of the answers' usage where any of them tells it, for
-- some servers leave out a 0, else that of the server's own counters over the load, other clients and probes included. vLLM's own way of counting is run_summary_vllm.
--
-- The names of the latencies stand in window_summary too: a macro that gives them all as one struct makes a summary slower by a third.
CREATE OR REPLACE VIEW run_summary AS
WITH counted AS (
    SELECT
        run_id,
        count(*) FILTER (status = 'ok') AS completed,
        count(*) FILTER (status <> 'ok') AS failed,
        sum(prompt_tokens) FILTER (status = 'ok') AS input_tokens,
        sum(output_tokens) FILTER (status = 'ok') AS output_tokens,
        sum(cached_tokens) FILTER (status = 'ok') AS cached_tokens
    FROM requests
    ANTI JOIN retried_attempts USING (run_id, request_id, attempt)
    WHERE phase = 'measured'
    GROUP BY run_id
), again AS (
    SELECT run_id, count(*) AS attempts
    FROM requests
    SEMI JOIN retried_attempts USING (run_id, request_id, attempt)
    WHERE phase = 'measured'
    GROUP BY run_id
), totals AS (
    SELECT
        s.run_id,
        d.duration_s,
        coalesce(c.completed, 0) AS completed,
        coalesce(c.failed, 0) AS failed,
        CASE WHEN coalesce(c.completed, 0) = 0 THEN 0 ELSE c.input_tokens END AS input_tokens,
        CASE WHEN coalesce(c.completed, 0) = 0 THEN 0 ELSE c.output_tokens END AS output_tokens,
        c.cached_tokens
    FROM selected_runs AS s
    LEFT JOIN counted AS c USING (run_id)
    LEFT JOIN run_durations AS d USING (run_id)
), latency AS (
    SELECT
        run_id,
        any_value(l) FILTER (metric = 'ttft') AS ttft,
        any_value(l) FILTER (metric = 'tpot') AS tpot,
        any_value(l) FILTER (metric = 'itl') AS itl,
        any_value(l) FILTER (metric = 'e2el') AS e2el,
        any_value(l) FILTER (metric = 'queue') AS queue
    FROM latency_stats([50, 75, 90, 95, 99]) AS l
    WHERE metric IN ('ttft', 'tpot', 'itl', 'e2el', 'queue')
    GROUP BY run_id
), peaks AS (
    SELECT run_id, max(output_tokens) AS output_tokens
    FROM throughput_timeline
    GROUP BY run_id
), busiest AS (
    SELECT run_id, max(in_flight) AS in_flight
    FROM concurrency_timeline
    GROUP BY run_id
)
SELECT
    t.run_id,
    u.name,
    t.duration_s AS duration,
    t.completed,
    t.failed,
    coalesce(a.attempts, 0) AS retried,
    t.input_tokens::BIGINT AS total_input_tokens,
    t.output_tokens::BIGINT AS total_output_tokens,
    t.completed / t.duration_s AS request_throughput,
    g.request_goodput,
    t.output_tokens / t.duration_s AS output_throughput,
    (t.input_tokens + t.output_tokens) / t.duration_s AS total_token_throughput,
    CASE WHEN t.output_tokens = 0 THEN 0 ELSE nullif(p.output_tokens, 0) END::DOUBLE AS max_output_tokens_per_s,
    CASE WHEN t.completed + t.failed = 0 THEN 0 ELSE b.in_flight END AS max_concurrent_requests,
    CASE
        WHEN t.cached_tokens IS NOT NULL THEN t.cached_tokens / nullif(t.input_tokens, 0)
        ELSE u.prefix_hit_tokens / nullif(u.prefix_query_tokens, 0)
    END AS prefix_cache_hit_rate,
    l.ttft.mean_ms AS mean_ttft_ms,
    l.ttft.ms[1] AS median_ttft_ms,
    l.ttft.std_ms AS std_ttft_ms,
    l.ttft.ms[1] AS p50_ttft_ms,
    l.ttft.ms[2] AS p75_ttft_ms,
    l.ttft.ms[3] AS p90_ttft_ms,
    l.ttft.ms[4] AS p95_ttft_ms,
    l.ttft.ms[5] AS p99_ttft_ms,
    l.tpot.mean_ms AS mean_tpot_ms,
    l.tpot.ms[1] AS median_tpot_ms,
    l.tpot.std_ms AS std_tpot_ms,
    l.tpot.ms[1] AS p50_tpot_ms,
    l.tpot.ms[2] AS p75_tpot_ms,
    l.tpot.ms[3] AS p90_tpot_ms,
    l.tpot.ms[4] AS p95_tpot_ms,
    l.tpot.ms[5] AS p99_tpot_ms,
    l.itl.mean_ms AS mean_itl_ms,
    l.itl.ms[1] AS median_itl_ms,
    l.itl.std_ms AS std_itl_ms,
    l.itl.ms[1] AS p50_itl_ms,
    l.itl.ms[2] AS p75_itl_ms,
    l.itl.ms[3] AS p90_itl_ms,
    l.itl.ms[4] AS p95_itl_ms,
    l.itl.ms[5] AS p99_itl_ms,
    l.e2el.mean_ms AS mean_e2el_ms,
    l.e2el.ms[1] AS median_e2el_ms,
    l.e2el.std_ms AS std_e2el_ms,
    l.e2el.ms[1] AS p50_e2el_ms,
    l.e2el.ms[2] AS p75_e2el_ms,
    l.e2el.ms[3] AS p90_e2el_ms,
    l.e2el.ms[4] AS p95_e2el_ms,
    l.e2el.ms[5] AS p99_e2el_ms,
    l.queue.mean_ms AS mean_queue_ms,
    l.queue.ms[1] AS median_queue_ms,
    l.queue.std_ms AS std_queue_ms,
    l.queue.ms[1] AS p50_queue_ms,
    l.queue.ms[2] AS p75_queue_ms,
    l.queue.ms[3] AS p90_queue_ms,
    l.queue.ms[4] AS p95_queue_ms,
    l.queue.ms[5] AS p99_queue_ms
FROM totals AS t
LEFT JOIN runs AS u USING (run_id)
LEFT JOIN again AS a USING (run_id)
LEFT JOIN goodput() AS g USING (run_id)
LEFT JOIN latency AS l USING (run_id)
LEFT JOIN peaks AS p USING (run_id)
LEFT JOIN busiest AS b USING (run_id)
WHERE coalesce(u.time_base, '') <> 'none';
