-- macro goodput(ttft_ms := NULL, tpot_ms := NULL, e2el_ms := NULL): how many requests of each run kept the limits
-- parameter ttft_ms DOUBLE: limit on TTFT, NULL for none [ms]
-- parameter tpot_ms DOUBLE: limit on TPOT, NULL for none [ms]
-- parameter e2el_ms DOUBLE: limit on E2EL, NULL for none [ms]
-- column run_id VARCHAR: the run
-- column ttft_ms DOUBLE: the limit applied to TTFT [ms]
-- column tpot_ms DOUBLE: the limit applied to TPOT [ms]
-- column e2el_ms DOUBLE: the limit applied to E2EL [ms]
-- column requests BIGINT: measured requests, failed ones included
-- column good BIGINT: those that ended well and kept every limit; NULL without limits
-- column good_ratio DOUBLE: good / requests
-- column request_goodput DOUBLE: good requests per second [1/s]
--
-- Without any limit each run's own are taken, as given to --goodput when it was collected. A latency on the limit is
-- good. An answer of one token or none has TPOT 0, and so vLLM counts it too.
CREATE OR REPLACE MACRO goodput(ttft_ms := NULL, tpot_ms := NULL, e2el_ms := NULL) AS TABLE
WITH given AS (
    SELECT run_id, CASE WHEN json_valid(slo) THEN slo::JSON END AS slo
    FROM runs
), limits AS (
    SELECT
        s.run_id,
        CASE WHEN coalesce(ttft_ms, tpot_ms, e2el_ms) IS NULL
            THEN TRY_CAST(g.slo->>'$.ttft' AS DOUBLE) ELSE ttft_ms::DOUBLE END AS ttft_limit,
        CASE WHEN coalesce(ttft_ms, tpot_ms, e2el_ms) IS NULL
            THEN TRY_CAST(g.slo->>'$.tpot' AS DOUBLE) ELSE tpot_ms::DOUBLE END AS tpot_limit,
        CASE WHEN coalesce(ttft_ms, tpot_ms, e2el_ms) IS NULL
            THEN TRY_CAST(g.slo->>'$.e2el' AS DOUBLE) ELSE e2el_ms::DOUBLE END AS e2el_limit
    FROM selected_runs AS s
    LEFT JOIN given AS g USING (run_id)
), judged AS (
    SELECT
        l.run_id,
        r.status = 'ok'
            AND (ttft_limit IS NULL OR coalesce(r.ttft_ns / 1e6 <= ttft_limit, false))
            AND (tpot_limit IS NULL OR coalesce(CASE WHEN r.output_tokens <= 1 THEN 0 ELSE r.tpot_ns / 1e6 END <= tpot_limit, false))
            AND (e2el_limit IS NULL OR coalesce(r.e2el_ns / 1e6 <= e2el_limit, false)) AS good
    FROM limits AS l
    JOIN request_latency_ns AS r ON r.run_id = l.run_id AND r.phase = 'measured'
), counted AS (
    SELECT run_id, count(*) AS requests, count(*) FILTER (good) AS good
    FROM judged
    GROUP BY run_id
)
SELECT
    l.run_id,
    l.ttft_limit AS ttft_ms,
    l.tpot_limit AS tpot_ms,
    l.e2el_limit AS e2el_ms,
    coalesce(c.requests, 0) AS requests,
    CASE WHEN coalesce(ttft_limit, tpot_limit, e2el_limit) IS NOT NULL THEN coalesce(c.good, 0) END AS good,
    CASE WHEN coalesce(ttft_limit, tpot_limit, e2el_limit) IS NOT NULL THEN c.good / c.requests END AS good_ratio,
    CASE WHEN coalesce(ttft_limit, tpot_limit, e2el_limit) IS NOT NULL THEN coalesce(c.good, 0) / d.duration_s END AS request_goodput
FROM limits AS l
LEFT JOIN counted AS c USING (run_id)
LEFT JOIN run_durations AS d USING (run_id);
