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
-- Shares of tokens are counted in millionths: whole numbers, whose sum does not depend on the threads.
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
    SELECT run_id, sum((1e6 * tokens)::BIGINT) / 1e6 AS tokens
    FROM window_tokens(kind, definitions, head_s, tail_s)
    WHERE kind <> 'all'
    GROUP BY run_id
), hulls AS (
    SELECT run_id, sum(to_ns::HUGEINT - from_ns) / 1e9 AS length_s
    FROM windows(kind, head_s, tail_s)
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
        ELSE a.tokens
    END::DOUBLE AS output_tokens,
    CASE WHEN coalesce(l.ttft_limit, l.tpot_limit, l.e2el_limit) IS NOT NULL THEN coalesce(c.good, 0) END AS good,
    k.cached_ratio,
    p.power_w * n.length_s AS energy_j
FROM selected_runs AS s
LEFT JOIN slo_limits(ttft_ms, tpot_ms, e2el_ms) AS l USING (run_id)
LEFT JOIN counted AS c USING (run_id)
LEFT JOIN retries AS t USING (run_id)
LEFT JOIN arrived AS a USING (run_id)
LEFT JOIN cache_hits AS k USING (run_id)
LEFT JOIN lengths AS n USING (run_id)
LEFT JOIN window_power(kind, head_s, tail_s) AS p USING (run_id);
