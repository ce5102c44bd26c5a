-- macro sweep_points(ttft_ms := NULL, tpot_ms := NULL, e2el_ms := NULL): the repeats of each point of a sweep, and their numbers
-- parameter ttft_ms DOUBLE: limit of goodput on TTFT, NULL for none [ms]
-- parameter tpot_ms DOUBLE: limit of goodput on TPOT, NULL for none [ms]
-- parameter e2el_ms DOUBLE: limit of goodput on E2EL, NULL for none; without any, each run's own hold [ms]
-- column setting VARCHAR: what differs among the selected runs beside the load
-- column load_kind VARCHAR: request_rate, max_concurrency or batch
-- column load DOUBLE: that load
-- column metric VARCHAR: output_throughput, device_throughput (of that, per accelerator), user_throughput (1000 / median TPOT), request_throughput, goodput (requests per second within the limits), good_ratio, p50_ttft_ms, p99_ttft_ms, p50_tpot_ms, p99_tpot_ms, p99_itl_ms or p99_e2el_ms
-- column repeats BIGINT: runs that have the number
-- column requests BIGINT: measured requests of theirs, failed ones included
-- column mean DOUBLE: mean over the repeats
-- column low DOUBLE: smallest of them
-- column high DOUBLE: largest of them
CREATE OR REPLACE MACRO sweep_points(ttft_ms := NULL, tpot_ms := NULL, e2el_ms := NULL) AS TABLE
WITH numbers AS (
    SELECT
        p.setting, p.load_kind, p.load, s.completed + s.failed AS requests,
        unnest([
            {'metric': 'output_throughput', 'value': s.output_throughput},
            {'metric': 'device_throughput', 'value': s.output_throughput / p.devices},
            {'metric': 'user_throughput', 'value': 1000 / nullif(s.median_tpot_ms, 0)},
            {'metric': 'request_throughput', 'value': s.request_throughput},
            {'metric': 'goodput', 'value': g.request_goodput},
            {'metric': 'good_ratio', 'value': g.good_ratio},
            {'metric': 'p50_ttft_ms', 'value': s.p50_ttft_ms},
            {'metric': 'p99_ttft_ms', 'value': s.p99_ttft_ms},
            {'metric': 'p50_tpot_ms', 'value': s.p50_tpot_ms},
            {'metric': 'p99_tpot_ms', 'value': s.p99_tpot_ms},
            {'metric': 'p99_itl_ms', 'value': s.p99_itl_ms},
            {'metric': 'p99_e2el_ms', 'value': s.p99_e2el_ms}
        ], recursive := true)
    FROM sweep_runs() AS p
    JOIN run_summary AS s USING (run_id)
    LEFT JOIN goodput(ttft_ms := ttft_ms, tpot_ms := tpot_ms, e2el_ms := e2el_ms) AS g USING (run_id)
)
SELECT
    setting, load_kind, load, metric,
    count(*) AS repeats, sum(requests)::BIGINT AS requests, avg(value) AS mean, min(value) AS low, max(value) AS high
FROM numbers
WHERE value IS NOT NULL
GROUP BY setting, load_kind, load, metric;
