-- macro latency_by_concurrency(): one row per run, latency and class of requests in flight at arrival: how latency grows with load
-- column run_id VARCHAR: the run
-- column metric VARCHAR: ttft, tpot or e2el
-- column in_flight DOUBLE: median of the other requests in flight when one was sent; classes are whole numbers, or eight to a doubling
-- column requests BIGINT: measured requests in the class that ended well
-- column p10_ms DOUBLE: 10th percentile of their latency [ms]
-- column p50_ms DOUBLE: its median [ms]
-- column p90_ms DOUBLE: its 90th percentile [ms]
CREATE OR REPLACE MACRO latency_by_concurrency() AS TABLE
WITH met AS (
    SELECT r.run_id, greatest(0, c.in_flight - 1) AS in_flight, r.ttft_ns, r.tpot_ns, r.e2el_ns
    FROM request_latency_ns AS r
    ASOF JOIN concurrency_timeline AS c ON r.run_id = c.run_id AND r.sent_ns >= c.t_ns
    WHERE r.phase = 'measured' AND r.status = 'ok'
), ok AS (
    SELECT *, floor(8 * log2(in_flight + 1)) AS class
    FROM met
), classes AS (
    SELECT run_id, 'ttft' AS metric, median(in_flight) AS in_flight, count(*) AS requests, quantile_cont(ttft_ns, [0.1, 0.5, 0.9]) AS ns
    FROM ok WHERE ttft_ns IS NOT NULL GROUP BY run_id, class
    UNION ALL
    SELECT run_id, 'tpot', median(in_flight), count(*), quantile_cont(tpot_ns, [0.1, 0.5, 0.9])
    FROM ok WHERE tpot_ns IS NOT NULL GROUP BY run_id, class
    UNION ALL
    SELECT run_id, 'e2el', median(in_flight), count(*), quantile_cont(e2el_ns, [0.1, 0.5, 0.9])
    FROM ok WHERE e2el_ns IS NOT NULL GROUP BY run_id, class
)
SELECT run_id, metric, in_flight, requests, ns[1] / 1e6 AS p10_ms, ns[2] / 1e6 AS p50_ms, ns[3] / 1e6 AS p90_ms
FROM classes;
