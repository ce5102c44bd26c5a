-- macro drift(kind := 'all', head_s := 0, tail_s := 0): latency in each tenth of a run's requests, in the order they were sent
-- parameter kind VARCHAR: all, trim or steady: see windows
-- parameter head_s DOUBLE: of trim, what to cut at the beginning of the run [s]
-- parameter tail_s DOUBLE: of trim, what to cut at its end [s]
-- column run_id VARCHAR: the run
-- column metric VARCHAR: ttft, tpot, e2el or ttft_from_intended
-- column tenth BIGINT: 1 to 10; fewer for fewer requests
-- column requests BIGINT: requests in it that have the latency
-- column median_ms DOUBLE: their median [ms]
--
-- A latency that rises from tenth to tenth tells of a queue that grows: percentiles then depend on how long one waited.
CREATE OR REPLACE MACRO drift(kind := 'all', head_s := 0, tail_s := 0) AS TABLE
WITH parts AS (
    SELECT
        a.run_id,
        ntile(10) OVER (PARTITION BY a.run_id ORDER BY a.sent_ns, a.request_id) AS tenth,
        a.ttft_ns, a.tpot_ns, a.e2el_ns, a.ttft_from_intended_ns
    FROM request_latency_ns AS a
    ASOF JOIN windows(kind, head_s, tail_s) AS w ON a.run_id = w.run_id AND a.sent_ns >= w.from_ns
    WHERE a.phase = 'measured' AND a.status = 'ok' AND a.sent_ns < w.to_ns
), medians AS (
    SELECT run_id, 'ttft' AS metric, tenth, count(ttft_ns) AS requests, median(ttft_ns) / 1e6 AS median_ms FROM parts GROUP BY ALL
    UNION ALL
    SELECT run_id, 'tpot', tenth, count(tpot_ns), median(tpot_ns) / 1e6 FROM parts GROUP BY ALL
    UNION ALL
    SELECT run_id, 'e2el', tenth, count(e2el_ns), median(e2el_ns) / 1e6 FROM parts GROUP BY ALL
    UNION ALL
    SELECT run_id, 'ttft_from_intended', tenth, count(ttft_from_intended_ns), median(ttft_from_intended_ns) / 1e6 FROM parts GROUP BY ALL
)
FROM medians
WHERE requests > 0;
