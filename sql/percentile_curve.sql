-- macro percentile_curve(): one row per run, latency and percentile, dense enough for an axis of nines, to where the sample ends
-- column run_id VARCHAR: the run
-- column metric VARCHAR: ttft, tpot, itl, e2el, queue, ttft_from_intended or e2el_from_intended
-- column samples BIGINT: requests; of itl, gaps between tokens
-- column percentile DOUBLE: 0 to 100 * (1 - 1 / samples), for beyond that a sample says nothing
-- column ms DOUBLE: its value, exact and linear between neighbours [ms]
CREATE OR REPLACE MACRO percentile_curve() AS TABLE
SELECT run_id, metric, samples, percentile, ms
FROM (
    SELECT run_id, metric, samples, unnest(percentiles) AS percentile, unnest(ms) AS ms
    FROM latency_stats([
        0, 1, 2, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 91, 92, 93, 94, 95, 96, 97, 98, 98.5,
        99, 99.1, 99.2, 99.3, 99.4, 99.5, 99.6, 99.7, 99.8, 99.85, 99.9, 99.92, 99.94, 99.95, 99.96, 99.98,
        99.99, 99.992, 99.995, 99.998, 99.999, 99.9993, 99.9996, 99.9999])
)
WHERE percentile <= 100 - 100 / samples;
