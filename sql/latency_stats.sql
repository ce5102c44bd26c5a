-- macro latency_stats(percentiles): statistics of every latency of every run, over the measured requests that ended well
-- parameter percentiles DOUBLE[]: which percentiles, 0 to 100, such as [50, 90, 99.9]
-- column run_id VARCHAR: the run
-- column metric VARCHAR: ttft, tpot, itl, e2el, queue, ttft_from_intended or e2el_from_intended
-- column samples BIGINT: requests; of itl, gaps between tokens; a metric without samples has no row
-- column mean_ms DOUBLE: mean [ms]
-- column std_ms DOUBLE: population standard deviation [ms]
-- column min_ms DOUBLE: smallest [ms]
-- column max_ms DOUBLE: largest [ms]
-- column percentiles DOUBLE[]: the percentiles asked for, 0 to 100
-- column ms DOUBLE[]: their values, exact and linear between neighbours [ms]
--
-- Whoever filters by metric pays for those alone: the other branches are dropped by the planner.
CREATE OR REPLACE MACRO latency_stats(percentiles) AS TABLE
WITH ok AS (
    SELECT *
    FROM request_latency_ns
    WHERE phase = 'measured' AND status = 'ok'
), stats AS (
    SELECT run_id, 'ttft' AS metric, ns_stats(ttft_ns, percentiles) AS s FROM ok GROUP BY run_id
    UNION ALL
    SELECT run_id, 'tpot', fraction_stats(tpot_ns, percentiles) FROM ok GROUP BY run_id
    UNION ALL
    SELECT run_id, 'itl', ns_stats(gap_ns, percentiles) FROM token_gaps GROUP BY run_id
    UNION ALL
    SELECT run_id, 'e2el', ns_stats(e2el_ns, percentiles) FROM ok GROUP BY run_id
    UNION ALL
    SELECT run_id, 'queue', ns_stats(queue_ns, percentiles) FROM ok GROUP BY run_id
    UNION ALL
    SELECT run_id, 'ttft_from_intended', ns_stats(ttft_from_intended_ns, percentiles) FROM ok GROUP BY run_id
    UNION ALL
    SELECT run_id, 'e2el_from_intended', ns_stats(e2el_from_intended_ns, percentiles) FROM ok GROUP BY run_id
)
SELECT run_id, metric, s.samples, s.mean_ms, s.std_ms, s.min_ms, s.max_ms, s.percentiles, s.ms
FROM stats
WHERE s.samples > 0;
