-- macro window_power(kind, head_s := 0, tail_s := 0): power that all accelerators of a run drew together in a window
-- parameter kind VARCHAR: all, trim or steady: see windows
-- parameter head_s DOUBLE: of trim, what to cut at the beginning of the run [s]
-- parameter tail_s DOUBLE: of trim, what to cut at its end [s]
-- column run_id VARCHAR: the run
-- column power_w DOUBLE: mean over the samples from the window's first instant to its last, by trapezoids, summed over the devices [W]
CREATE OR REPLACE MACRO window_power(kind, head_s := 0, tail_s := 0) AS TABLE
WITH hulls AS (
    SELECT run_id, min(from_ns) AS from_ns, max(to_ns) AS to_ns
    FROM windows(kind, head_s, tail_s)
    GROUP BY run_id
), sampled AS (
    SELECT
        d.run_id, d.source, d.host, d.device, d.power_w, d.t_ns,
        lead(d.power_w) OVER following AS next_w,
        lead(d.t_ns) OVER following AS next_ns
    FROM devices AS d
    JOIN hulls AS h ON d.run_id = h.run_id AND d.t_ns >= h.from_ns AND d.t_ns <= h.to_ns
    WHERE d.power_w IS NOT NULL
    WINDOW following AS (PARTITION BY d.run_id, d.source, d.host, d.device ORDER BY d.t_ns)
)
SELECT run_id, sum(mean_w) AS power_w
FROM (
    SELECT run_id, source, host, device, sum((power_w + next_w) / 2 * (next_ns - t_ns)) / sum(next_ns - t_ns) AS mean_w
    FROM sampled
    WHERE next_ns > t_ns
    GROUP BY ALL
)
GROUP BY run_id;
