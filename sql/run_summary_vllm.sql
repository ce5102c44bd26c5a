-- one row per run: the same numbers as vLLM's own benchmark would count them from the same events
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
-- What differs from run_summary: every event with a choice is a token's arrival, a role, an empty text or a bare finish
-- reason included; an answer counts as completed with any such event, even when it broke off; seconds are counted from
-- the first completed request's sending, and its peak counts events; only completed requests overlap; an empty list
-- gives 0. vLLM reports no wait in the client under these names.
CREATE OR REPLACE VIEW run_summary_vllm AS
WITH lists AS NOT MATERIALIZED (
    SELECT l.run_id, r.prompt_tokens, r.output_tokens, l.sent_ns, l.t_ns
    FROM token_lists AS l
    JOIN requests AS r USING (run_id, request_id, attempt)
    ANTI JOIN retried_attempts USING (run_id, request_id, attempt)
    WHERE r.phase = 'measured' AND r.status IN ('ok', 'truncated')
), answers AS (
    SELECT
        run_id,
        prompt_tokens,
        output_tokens,
        sent_ns,
        t_ns[1] AS ttft_ns,
        t_ns[-1] AS e2el_ns,
        CASE WHEN output_tokens > 1 THEN (t_ns[-1] - t_ns[1])::DOUBLE / (output_tokens - 1) END AS tpot_ns
    FROM lists
    WHERE len(t_ns) > 0
), limits AS (
    SELECT
        run_id,
        TRY_CAST(slo->>'$.ttft' AS DOUBLE) AS ttft_ms,
        TRY_CAST(slo->>'$.tpot' AS DOUBLE) AS tpot_ms,
        TRY_CAST(slo->>'$.e2el' AS DOUBLE) AS e2el_ms
    FROM (SELECT run_id, CASE WHEN json_valid(slo) THEN slo::JSON END AS slo FROM runs)
), counted AS (
    SELECT
        run_id,
        count(*) AS completed,
        sum(prompt_tokens) AS input_tokens,
        sum(output_tokens) AS output_tokens,
        count(*) FILTER (
            (ttft_ms IS NULL OR ttft_ns / 1e6 <= ttft_ms)
            AND (tpot_ms IS NULL OR coalesce(tpot_ns, 0) / 1e6 <= tpot_ms)
            AND (e2el_ms IS NULL OR e2el_ns / 1e6 <= e2el_ms)) AS good,
        ns_stats(ttft_ns, [50, 75, 90, 95, 99]) AS ttft,
        ns_stats(e2el_ns, [50, 75, 90, 95, 99]) AS e2el,
        list(tpot_ns ORDER BY tpot_ns) FILTER (tpot_ns IS NOT NULL) AS tpots,
        quantile_cont(tpot_ns, [0.5, 0.75, 0.9, 0.95, 0.99]) AS tpot
    FROM answers
    LEFT JOIN limits USING (run_id)
    GROUP BY run_id
), gaps AS (
    SELECT run_id, ns_stats(gap_ns, [50, 75, 90, 95, 99]) AS itl
    FROM (
        SELECT run_id, unnest(t_ns[2:]) - unnest(t_ns[:-2]) AS gap_ns
        FROM lists
    )
    GROUP BY run_id
), seconds AS (
    SELECT run_id, max(arrivals) AS arrivals
    FROM (
        SELECT run_id, (sent_ns + t_ns - first_ns) // 1000000000 AS second, count(*) AS arrivals
        FROM (
            SELECT run_id, sent_ns, first_ns, unnest(t_ns) AS t_ns
            FROM lists
            ANTI JOIN unplaced_runs USING (run_id)
            JOIN (SELECT run_id, min(sent_ns) AS first_ns FROM answers GROUP BY run_id) USING (run_id)
        )
        GROUP BY ALL
    )
    GROUP BY run_id
), busiest AS (
    SELECT run_id, max(in_flight) AS in_flight
    FROM (
        SELECT run_id, sum(step) OVER (PARTITION BY run_id ORDER BY t_ns ROWS UNBOUNDED PRECEDING) AS in_flight
        FROM (
            SELECT run_id, t_ns, sum(step) AS step
            FROM (
                SELECT run_id, sent_ns AS t_ns, 1 AS step FROM answers
                UNION ALL
                SELECT run_id, sent_ns + e2el_ns, -1 FROM answers
            )
            ANTI JOIN unplaced_runs USING (run_id)
            GROUP BY ALL
        )
    )
    GROUP BY run_id
), measured AS (
    SELECT run_id, count(*) AS requests
    FROM requests
    ANTI JOIN retried_attempts USING (run_id, request_id, attempt)
    WHERE phase = 'measured'
    GROUP BY run_id
)
SELECT
    s.run_id,
    u.name,
    d.duration_s AS duration,
    coalesce(c.completed, 0) AS completed,
    coalesce(m.requests, 0) - coalesce(c.completed, 0) AS failed,
    coalesce(c.input_tokens, 0)::BIGINT AS total_input_tokens,
    coalesce(c.output_tokens, 0)::BIGINT AS total_output_tokens,
    coalesce(c.completed, 0) / d.duration_s AS request_throughput,
    CASE WHEN coalesce(w.ttft_ms, w.tpot_ms, w.e2el_ms) IS NOT NULL
        THEN coalesce(c.good, 0) / d.duration_s END AS request_goodput,
    coalesce(c.output_tokens, 0) / d.duration_s AS output_throughput,
    (coalesce(c.input_tokens, 0) + coalesce(c.output_tokens, 0)) / d.duration_s AS total_token_throughput,
    CASE WHEN n.run_id IS NULL THEN coalesce(p.arrivals, 0)::DOUBLE END AS max_output_tokens_per_s,
    CASE WHEN n.run_id IS NULL THEN coalesce(b.in_flight, 0)::BIGINT END AS max_concurrent_requests,
    coalesce(c.ttft.mean_ms, 0) AS mean_ttft_ms,
    coalesce(c.ttft.ms[1], 0) AS median_ttft_ms,
    coalesce(c.ttft.std_ms, 0) AS std_ttft_ms,
    coalesce(c.ttft.ms[1], 0) AS p50_ttft_ms,
    coalesce(c.ttft.ms[2], 0) AS p75_ttft_ms,
    coalesce(c.ttft.ms[3], 0) AS p90_ttft_ms,
    coalesce(c.ttft.ms[4], 0) AS p95_ttft_ms,
    coalesce(c.ttft.ms[5], 0) AS p99_ttft_ms,
    coalesce(list_avg(c.tpots), 0) / 1e6 AS mean_tpot_ms,
    coalesce(c.tpot[1], 0) / 1e6 AS median_tpot_ms,
    coalesce(list_stddev_pop(c.tpots), 0) / 1e6 AS std_tpot_ms,
    coalesce(c.tpot[1], 0) / 1e6 AS p50_tpot_ms,
    coalesce(c.tpot[2], 0) / 1e6 AS p75_tpot_ms,
    coalesce(c.tpot[3], 0) / 1e6 AS p90_tpot_ms,
    coalesce(c.tpot[4], 0) / 1e6 AS p95_tpot_ms,
    coalesce(c.tpot[5], 0) / 1e6 AS p99_tpot_ms,
    coalesce(i.itl.mean_ms, 0) AS mean_itl_ms,
    coalesce(i.itl.ms[1], 0) AS median_itl_ms,
    coalesce(i.itl.std_ms, 0) AS std_itl_ms,
    coalesce(i.itl.ms[1], 0) AS p50_itl_ms,
    coalesce(i.itl.ms[2], 0) AS p75_itl_ms,
    coalesce(i.itl.ms[3], 0) AS p90_itl_ms,
    coalesce(i.itl.ms[4], 0) AS p95_itl_ms,
    coalesce(i.itl.ms[5], 0) AS p99_itl_ms,
    coalesce(c.e2el.mean_ms, 0) AS mean_e2el_ms,
    coalesce(c.e2el.ms[1], 0) AS median_e2el_ms,
    coalesce(c.e2el.std_ms, 0) AS std_e2el_ms,
    coalesce(c.e2el.ms[1], 0) AS p50_e2el_ms,
    coalesce(c.e2el.ms[2], 0) AS p75_e2el_ms,
    coalesce(c.e2el.ms[3], 0) AS p90_e2el_ms,
    coalesce(c.e2el.ms[4], 0) AS p95_e2el_ms,
    coalesce(c.e2el.ms[5], 0) AS p99_e2el_ms
FROM selected_runs AS s
LEFT JOIN runs AS u USING (run_id)
LEFT JOIN unplaced_runs AS n USING (run_id)
LEFT JOIN run_durations AS d USING (run_id)
LEFT JOIN limits AS w USING (run_id)
LEFT JOIN measured AS m USING (run_id)
LEFT JOIN counted AS c USING (run_id)
LEFT JOIN gaps AS i USING (run_id)
LEFT JOIN seconds AS p USING (run_id)
LEFT JOIN busiest AS b USING (run_id)
WHERE coalesce(u.time_base, '') <> 'none';
