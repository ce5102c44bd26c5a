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
-- Whoever filters by metric pays for those alone: the other branches are dropped by the planner. TPOT is the one
-- metric that is no whole number; its values are summed in order of size, so that the sum does not depend on the threads.
CREATE OR REPLACE MACRO latency_stats(percentiles) AS TABLE
WITH ok AS (
    SELECT *
    FROM request_latency_ns
    WHERE phase = 'measured' AND status = 'ok'
), stats AS (
    SELECT run_id, 'ttft' AS metric, ns_stats(ttft_ns, percentiles) AS s FROM ok GROUP BY run_id
    UNION ALL
    SELECT run_id, 'tpot', {
        'samples': count(tpot_ns),
        'mean_ms': list_avg(list(tpot_ns ORDER BY tpot_ns)) / 1e6,
        'std_ms': list_stddev_pop(list(tpot_ns ORDER BY tpot_ns)) / 1e6,
        'min_ms': min(tpot_ns) / 1e6,
        'max_ms': max(tpot_ns) / 1e6,
        'percentiles': percentiles::DOUBLE[],
        'ms': list_transform(
            quantile_cont(tpot_ns, [p / 100 FOR p IN percentiles]),
            lambda v: v / 1e6)
    } FROM ok WHERE tpot_ns IS NOT NULL GROUP BY run_id
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
