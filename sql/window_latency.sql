-- macro window_latency(percentiles, kind := 'all', definitions := 'llmbench', head_s := 0, tail_s := 0): latency in a window
-- parameter percentiles DOUBLE[]: which percentiles, 0 to 100, such as [50, 90, 99.9]
-- parameter kind VARCHAR: all, trim or steady: see windows
-- parameter definitions VARCHAR: llmbench, vllm, aiperf or guidellm: see answers
-- parameter head_s DOUBLE: of trim, what to cut at the beginning of the run [s]
-- parameter tail_s DOUBLE: of trim, what to cut at its end [s]
-- column run_id VARCHAR: the run
-- column metric VARCHAR: ttft, tpot, itl, e2el or queue
-- column samples BIGINT: requests; of itl, gaps between tokens where it is a list of those; a metric without samples has no row
-- column mean_ms DOUBLE: mean [ms]
-- column std_ms DOUBLE: population standard deviation [ms]
-- column min_ms DOUBLE: smallest [ms]
-- column max_ms DOUBLE: largest [ms]
-- column percentiles DOUBLE[]: the percentiles asked for, 0 to 100
-- column ms DOUBLE[]: their values, exact and linear between neighbours [ms]
CREATE OR REPLACE MACRO window_latency(percentiles, kind := 'all', definitions := 'llmbench', head_s := 0, tail_s := 0) AS TABLE
WITH ok AS NOT MATERIALIZED (
    SELECT *
    FROM window_answers(kind, definitions, head_s, tail_s)
    WHERE counted AND started
), stats AS (
    SELECT run_id, 'ttft' AS metric, ns_stats(ttft_ns, percentiles) AS s FROM ok GROUP BY run_id
    UNION ALL
    SELECT run_id, 'tpot', fraction_stats(tpot_ns, percentiles) FROM ok GROUP BY run_id
    UNION ALL
    SELECT run_id, 'itl', ns_stats(gap_ns, percentiles)
    FROM window_gaps(kind, definitions, head_s, tail_s)
    WHERE definitions IN ('llmbench', 'vllm')
    GROUP BY run_id
    UNION ALL
    SELECT run_id, 'itl', fraction_stats(itl_ns, percentiles)
    FROM ok
    WHERE definitions IN ('aiperf', 'guidellm')
    GROUP BY run_id
    UNION ALL
    SELECT run_id, 'e2el', ns_stats(e2el_ns, percentiles) FROM ok GROUP BY run_id
    UNION ALL
    SELECT run_id, 'queue', ns_stats(queue_ns, percentiles) FROM ok GROUP BY run_id
)
SELECT run_id, metric, s.samples, s.mean_ms, s.std_ms, s.min_ms, s.max_ms, s.percentiles, s.ms
FROM stats
WHERE s.samples > 0;
