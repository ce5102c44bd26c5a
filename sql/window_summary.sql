-- macro window_summary(kind, definitions := 'llmbench', head_s := 0, tail_s := 0): run_summary over a window, as a tool counts
-- parameter kind VARCHAR: all, trim or steady: see windows
-- parameter definitions VARCHAR: llmbench, vllm, aiperf or guidellm: see answers
-- parameter head_s DOUBLE: of trim, what to cut at the beginning of the run [s]
-- parameter tail_s DOUBLE: of trim, what to cut at its end [s]
-- column run_id VARCHAR: the run
-- column name VARCHAR: its name
-- column duration DOUBLE: time that counts [s]
-- column completed BIGINT: measured requests that ended well
-- column failed BIGINT: measured requests that failed
-- column retried BIGINT: attempts at measured requests that failed and were followed by another
-- column total_input_tokens BIGINT: prompt tokens of the completed requests
-- column total_output_tokens BIGINT: output tokens of the completed requests
-- column request_throughput DOUBLE: completed requests per second [1/s]
-- column request_goodput DOUBLE: requests per second that kept the run's own limits (--goodput), NULL without limits [1/s]
-- column output_throughput DOUBLE: output tokens per second [1/s]
-- column total_token_throughput DOUBLE: prompt and output tokens per second [1/s]
-- column max_output_tokens_per_s DOUBLE: most output tokens that arrived in one whole second of the window [1/s]
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
-- Latencies are those of requests sent in the window, requests count where they end, tokens where they arrive. The prefix
-- cache hit rate is that of the requests sent in the window; the server's own counters stand in for the whole run alone.
CREATE OR REPLACE MACRO window_summary(kind, definitions := 'llmbench', head_s := 0, tail_s := 0) AS TABLE
WITH latency AS (
    SELECT
        run_id,
        any_value(l) FILTER (metric = 'ttft') AS ttft,
        any_value(l) FILTER (metric = 'tpot') AS tpot,
        any_value(l) FILTER (metric = 'itl') AS itl,
        any_value(l) FILTER (metric = 'e2el') AS e2el,
        any_value(l) FILTER (metric = 'queue') AS queue
    FROM window_latency([50, 75, 90, 95, 99], kind, definitions, head_s, tail_s) AS l
    GROUP BY run_id
), hulls AS (
    SELECT run_id, min(from_ns) AS from_ns, max(to_ns) AS to_ns
    FROM windows(kind, head_s, tail_s)
    GROUP BY run_id
), peaks AS (
    SELECT t.run_id, max(t.output_tokens) AS output_tokens
    FROM throughput_timeline AS t
    JOIN hulls AS h ON t.run_id = h.run_id AND t.second * 1000000000 >= h.from_ns AND (t.second + 1) * 1000000000 <= h.to_ns
    GROUP BY t.run_id
), busiest AS (
    SELECT c.run_id, max(c.in_flight) AS in_flight
    FROM concurrency_timeline AS c
    JOIN hulls AS h ON c.run_id = h.run_id AND c.t_ns >= h.from_ns AND c.t_ns <= h.to_ns
    GROUP BY c.run_id
), cached AS (
    SELECT a.run_id, sum(r.cached_tokens) AS tokens
    FROM window_answers(kind, definitions, head_s, tail_s) AS a
    JOIN requests AS r USING (run_id, request_id, attempt)
    WHERE a.counted AND a.started
    GROUP BY a.run_id
)
SELECT
    t.run_id,
    u.name,
    t.length_s AS duration,
    t.completed,
    t.failed,
    t.retried,
    t.input_tokens AS total_input_tokens,
    round(t.output_tokens)::BIGINT AS total_output_tokens,
    t.completed / t.length_s AS request_throughput,
    t.good / t.length_s AS request_goodput,
    t.output_tokens / t.length_s AS output_throughput,
    (t.input_tokens + t.output_tokens) / t.length_s AS total_token_throughput,
    CASE WHEN t.output_tokens = 0 THEN 0 ELSE nullif(p.output_tokens, 0) END::DOUBLE AS max_output_tokens_per_s,
    CASE WHEN t.completed + t.failed = 0 THEN 0 ELSE b.in_flight END AS max_concurrent_requests,
    CASE
        WHEN k.tokens IS NOT NULL THEN k.tokens / nullif(t.input_tokens, 0)
        WHEN kind = 'all' THEN u.prefix_hit_tokens / nullif(u.prefix_query_tokens, 0)
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
FROM window_totals(kind, NULL, NULL, NULL, definitions, head_s, tail_s) AS t
LEFT JOIN runs AS u USING (run_id)
LEFT JOIN latency AS l USING (run_id)
LEFT JOIN peaks AS p USING (run_id)
LEFT JOIN busiest AS b USING (run_id)
LEFT JOIN cached AS k USING (run_id);
