-- macro sweep_pareto(): one row per point of a sweep: throughput per device and speed per user, and whether another beats it in both
-- column setting VARCHAR: what differs among the selected runs beside the load
-- column load_kind VARCHAR: request_rate, max_concurrency or batch
-- column load DOUBLE: that load
-- column user_throughput DOUBLE: speed that a user sees: 1000 / median TPOT, mean over the repeats [tok/s]
-- column device_throughput DOUBLE: output tokens per second over the accelerators; over all together where their number is unknown [tok/s]
-- column per_device BOOLEAN: whether the number of accelerators is known
-- column repeats BIGINT: runs of the point
-- column on_frontier BOOLEAN: no other point is at least as good in both and better in one
CREATE OR REPLACE MACRO sweep_pareto() AS TABLE
WITH points AS (
    SELECT
        p.setting, p.load_kind, p.load,
        avg(1000 / nullif(s.median_tpot_ms, 0)) AS user_throughput,
        avg(s.output_throughput / coalesce(p.devices, 1)) AS device_throughput,
        bool_and(p.devices IS NOT NULL) AS per_device,
        count(*) AS repeats
    FROM sweep_runs() AS p
    JOIN run_summary AS s USING (run_id)
    WHERE s.median_tpot_ms > 0 AND s.output_throughput > 0
    GROUP BY p.setting, p.load_kind, p.load
)
SELECT
    setting, load_kind, load, user_throughput, device_throughput, per_device, repeats,
    NOT EXISTS (
        FROM points AS q
        WHERE q.user_throughput >= p.user_throughput AND q.device_throughput >= p.device_throughput
            AND (q.user_throughput > p.user_throughput OR q.device_throughput > p.device_throughput)
    ) AS on_frontier
FROM points AS p;
