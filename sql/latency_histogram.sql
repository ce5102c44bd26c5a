-- macro latency_histogram(): one row per run, latency and class of it with samples: how latencies are spread over a log axis
-- column run_id VARCHAR: the run
-- column metric VARCHAR: ttft, tpot, itl or e2el
-- column from_ms DOUBLE: lower edge of the class, forty to a power of ten; the lowest holds all below 0.01 ms too [ms]
-- column to_ms DOUBLE: upper edge, not in the class [ms]
-- column samples BIGINT: requests in it; of itl, gaps between tokens
-- column share_pct DOUBLE: their share of all of the run's [%]
CREATE OR REPLACE MACRO latency_histogram() AS TABLE
WITH ok AS (
    SELECT *
    FROM request_latency_ns
    WHERE phase = 'measured' AND status = 'ok'
), classes AS (
    SELECT run_id, 'ttft' AS metric, floor(40 * log10(greatest(ttft_ns, 1e4)))::INTEGER AS class, count(*) AS samples
    FROM ok WHERE ttft_ns IS NOT NULL GROUP BY ALL
    UNION ALL
    SELECT run_id, 'tpot', floor(40 * log10(greatest(tpot_ns, 1e4)))::INTEGER, count(*)
    FROM ok WHERE tpot_ns IS NOT NULL GROUP BY ALL
    UNION ALL
    SELECT run_id, 'itl', floor(40 * log10(greatest(gap_ns, 1e4)))::INTEGER, count(*)
    FROM token_gaps GROUP BY ALL
    UNION ALL
    SELECT run_id, 'e2el', floor(40 * log10(greatest(e2el_ns, 1e4)))::INTEGER, count(*)
    FROM ok WHERE e2el_ns IS NOT NULL GROUP BY ALL
)
SELECT
    run_id,
    metric,
    10 ** (class / 40) / 1e6 AS from_ms,
    10 ** ((class + 1) / 40) / 1e6 AS to_ms,
    samples,
    100 * samples / sum(samples) OVER (PARTITION BY run_id, metric) AS share_pct
FROM classes;
