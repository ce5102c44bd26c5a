-- macro window_totals(kind, ttft_ms, tpot_ms, e2el_ms, definitions, head_s, tail_s): counts of each run over a window
-- parameter kind VARCHAR: all, trim or steady: see windows
-- parameter ttft_ms DOUBLE: limit on TTFT, NULL for none [ms]
-- parameter tpot_ms DOUBLE: limit on TPOT, NULL for none [ms]
-- parameter e2el_ms DOUBLE: limit on E2EL, NULL for none; without any, each run's own hold [ms]
-- parameter definitions VARCHAR: llmbench, vllm, aiperf or guidellm: see answers
-- parameter head_s DOUBLE: of trim, what to cut at the beginning of the run [s]
-- parameter tail_s DOUBLE: of trim, what to cut at its end [s]
-- column run_id VARCHAR: the run
-- column length_s DOUBLE: time that counts; of all, the run's duration, for aiperf and guidellm from first sending to last answer [s]
-- column completed BIGINT: requests that ended well in the window
-- column failed BIGINT: requests that failed in it
-- column retried BIGINT: attempts that failed in it and were followed by another
-- column input_tokens BIGINT: prompt tokens of completed requests; in a window, of those sent in it
-- column output_tokens DOUBLE: output tokens of completed requests; in a window, those that arrived in it
-- column good BIGINT: completed requests that kept the limits; NULL without limits
-- column cached_ratio DOUBLE: share of the prompt tokens found in the server's cache, 0 to 1; NULL when the server does not tell
-- column energy_j DOUBLE: energy of all accelerators: mean power over the samples in the window, times its length; NULL when unknown [J]
--
-- Where the server does not tell a chunk's tokens, the request's are shared out equally over its chunks.
CREATE OR REPLACE MACRO window_totals(
    kind, ttft_ms := NULL, tpot_ms := NULL, e2el_ms := NULL, definitions := 'llmbench', head_s := 0, tail_s := 0
) AS TABLE
WITH placed AS (
    FROM window_answers(kind, definitions, head_s, tail_s)
), counted AS (
    SELECT
        p.run_id,
        count(*) FILTER (counted AND ended) AS completed,
        count(*) FILTER (NOT counted AND ended) AS failed,
        CASE WHEN count(*) FILTER (counted AND started) = 0 THEN 0
            ELSE sum(prompt_tokens) FILTER (counted AND started) END AS input_tokens,
        sum(output_tokens) FILTER (counted) AS output_tokens,
        count(*) FILTER (counted AND ended
            AND keeps_limits(ttft_ns, tpot_ns, e2el_ns, coalesce(output_tokens, CASE WHEN definitions = 'vllm' THEN 0 END), ttft_limit, tpot_limit, e2el_limit)) AS good,
        max(sent_ns + e2el_ns) FILTER (counted) - min(sent_ns) FILTER (counted) AS span_ns
    FROM placed AS p
    JOIN slo_limits(ttft_ms, tpot_ms, e2el_ms) USING (run_id)
    GROUP BY p.run_id
), retries AS (
    SELECT r.run_id, count(*) AS attempts
    FROM requests AS r
    SEMI JOIN retried_attempts USING (run_id, request_id, attempt)
    ASOF JOIN windows(kind, head_s, tail_s) AS w ON r.run_id = w.run_id AND coalesce(r.done_ns, 0) > w.from_ns
    WHERE r.phase = 'measured' AND coalesce(r.done_ns, 0) <= w.to_ns
    GROUP BY r.run_id
), arrived AS (
    SELECT
        c.run_id,
        sum(n_tokens) AS told,
        sum(CASE WHEN n_tokens IS NULL THEN share END) / 1e12 AS shared
    FROM (
        SELECT
            run_id,
            sent_ns + unnest(t_ns) AS t_ns,
            unnest(n_tokens) AS n_tokens,
            TRY_CAST(1e12 * output_tokens / len(t_ns) AS BIGINT) AS share
        FROM answer_chunks(definitions)
        WHERE len(t_ns) > 0
    ) AS c
    ASOF JOIN windows(kind, head_s, tail_s) AS w ON c.run_id = w.run_id AND c.t_ns > w.from_ns
    WHERE kind <> 'all' AND c.t_ns <= w.to_ns
    GROUP BY c.run_id
), cached AS (
    SELECT run_id, sum(cached_tokens) / sum(prompt_tokens) FILTER (cached_tokens IS NOT NULL) AS cached_ratio
    FROM requests
    WHERE phase = 'measured' AND status = 'ok'
    GROUP BY run_id
), hulls AS (
    SELECT run_id, min(from_ns) AS from_ns, max(to_ns) AS to_ns, sum(to_ns::HUGEINT - from_ns) / 1e9 AS length_s
    FROM windows(kind, head_s, tail_s)
    GROUP BY run_id
), sampled AS (
    SELECT
        d.run_id, d.source, d.device, d.power_w, d.t_ns,
        lead(d.power_w) OVER following AS next_w,
        lead(d.t_ns) OVER following AS next_ns
    FROM devices AS d
    JOIN hulls AS h ON d.run_id = h.run_id AND d.t_ns >= h.from_ns AND d.t_ns <= h.to_ns
    WHERE d.power_w IS NOT NULL
    WINDOW following AS (PARTITION BY d.run_id, d.source, d.device ORDER BY d.t_ns)
), drawn AS (
    SELECT run_id, sum(mean_w) AS power_w
    FROM (
        SELECT run_id, source, device, sum((power_w + next_w) / 2 * (next_ns - t_ns)) / sum(next_ns - t_ns) AS mean_w
        FROM sampled
        WHERE next_ns > t_ns
        GROUP BY ALL
    )
    GROUP BY run_id
), lengths AS (
    SELECT
        h.run_id,
        CASE
            WHEN kind <> 'all' THEN nullif(h.length_s, 0)
            WHEN definitions IN ('aiperf', 'guidellm') THEN nullif(c.span_ns, 0) / 1e9
            ELSE d.duration_s
        END AS length_s
    FROM hulls AS h
    LEFT JOIN counted AS c USING (run_id)
    LEFT JOIN run_durations AS d USING (run_id)
)
SELECT
    s.run_id,
    n.length_s,
    coalesce(c.completed, 0) AS completed,
    coalesce(c.failed, 0) AS failed,
    coalesce(t.attempts, 0) AS retried,
    CASE WHEN coalesce(c.completed, 0) = 0 THEN 0 ELSE c.input_tokens END::BIGINT AS input_tokens,
    CASE
        WHEN coalesce(c.completed, 0) = 0 THEN 0
        WHEN kind = 'all' THEN c.output_tokens
        ELSE coalesce(a.told + a.shared, a.told, a.shared)
    END::DOUBLE AS output_tokens,
    CASE WHEN coalesce(l.ttft_limit, l.tpot_limit, l.e2el_limit) IS NOT NULL THEN coalesce(c.good, 0) END AS good,
    k.cached_ratio,
    p.power_w * n.length_s AS energy_j
FROM selected_runs AS s
LEFT JOIN slo_limits(ttft_ms, tpot_ms, e2el_ms) AS l USING (run_id)
LEFT JOIN counted AS c USING (run_id)
LEFT JOIN retries AS t USING (run_id)
LEFT JOIN arrived AS a USING (run_id)
LEFT JOIN cached AS k USING (run_id)
LEFT JOIN lengths AS n USING (run_id)
LEFT JOIN drawn AS p USING (run_id);
