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
WITH judged AS (
    SELECT
        l.run_id,
        r.status = 'ok' AND keeps_limits(r.ttft_ns, r.tpot_ns, r.e2el_ns, r.output_tokens, ttft_limit, tpot_limit, e2el_limit) AS good
    FROM slo_limits(ttft_ms, tpot_ms, e2el_ms) AS l
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
FROM slo_limits(ttft_ms, tpot_ms, e2el_ms) AS l
LEFT JOIN counted AS c USING (run_id)
LEFT JOIN run_durations AS d USING (run_id);
