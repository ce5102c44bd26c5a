-- macro window_device_power(kind, head_s := 0, tail_s := 0): what each accelerator of a run drew in a window
-- parameter kind VARCHAR: all, trim or steady: see windows; all is from the run's origin to its end
-- parameter head_s DOUBLE: of trim, what to cut at the beginning of the run [s]
-- parameter tail_s DOUBLE: of trim, what to cut at its end [s]
-- column run_id VARCHAR: the run
-- column source VARCHAR: where the samples come from
-- column host VARCHAR: machine the accelerator is in
-- column device BIGINT: number of the accelerator
-- column window_s DOUBLE: length of the window [s]
-- column covered_s DOUBLE: of it between the first sample and the last [s]
-- column longest_gap_s DOUBLE: longest time in it without a sample; power goes straight over it [s]
-- column mean_w DOUBLE: mean power over covered_s, by trapezoids cut at the window's ends [W]
-- column peak_w DOUBLE: largest sample [W]
-- column capped_ratio DOUBLE: share of the samples at 98 % of the power cap or above, 0 to 1; NULL without a cap
-- column throttled_ratio DOUBLE: share of the samples that said they were slowed down, 0 to 1; NULL when none said
CREATE OR REPLACE MACRO window_device_power(kind, head_s := 0, tail_s := 0) AS TABLE
WITH hulls AS (
    SELECT w.run_id, greatest(min(w.from_ns), 0) AS from_ns, least(max(w.to_ns), (1e9 * any_value(d.duration_s))::BIGINT) AS to_ns
    FROM windows(kind, head_s, tail_s) AS w
    JOIN run_durations AS d USING (run_id)
    WHERE d.duration_s IS NOT NULL
    GROUP BY w.run_id
), stretches AS (
    SELECT
        d.run_id, d.source, d.host, d.device, h.from_ns, h.to_ns,
        d.t_ns AS a_ns, d.power_w AS a_w, lead(d.t_ns) OVER following AS b_ns, lead(d.power_w) OVER following AS b_w
    FROM devices AS d
    JOIN hulls AS h ON h.run_id = d.run_id
    WHERE d.power_w IS NOT NULL
    WINDOW following AS (PARTITION BY d.run_id, d.source, d.host, d.device ORDER BY d.t_ns)
), cut AS (
    SELECT *, greatest(a_ns, from_ns) AS since_ns, least(b_ns, to_ns) AS until_ns
    FROM stretches
    WHERE b_ns > a_ns AND a_ns < to_ns AND b_ns > from_ns
), areas AS (
    SELECT
        run_id, source, host, device,
        sum(until_ns - since_ns) / 1e9 AS covered_s,
        max(until_ns - since_ns) / 1e9 AS longest_gap_s,
        sum((until_ns - since_ns) * (a_w + (b_w - a_w) * ((since_ns - a_ns)::DOUBLE + (until_ns - a_ns)) / (2 * (b_ns - a_ns)))) / sum(until_ns - since_ns) AS mean_w
    FROM cut
    GROUP BY ALL
), samples AS (
    SELECT
        d.run_id, d.source, d.host, d.device,
        max(d.power_w) AS peak_w,
        avg(CASE WHEN d.power_cap_w IS NULL OR d.power_w IS NULL THEN NULL WHEN d.power_w >= 0.98 * d.power_cap_w THEN 1.0 ELSE 0.0 END) AS capped_ratio,
        avg(CASE WHEN d.throttled THEN 1.0 WHEN NOT d.throttled THEN 0.0 END) AS throttled_ratio
    FROM devices AS d
    JOIN hulls AS h ON h.run_id = d.run_id AND d.t_ns >= h.from_ns AND d.t_ns <= h.to_ns
    GROUP BY ALL
)
SELECT
    a.run_id,
    a.source,
    a.host,
    a.device,
    (h.to_ns - h.from_ns) / 1e9 AS window_s,
    a.covered_s::DOUBLE AS covered_s,
    greatest(a.longest_gap_s, (h.to_ns - h.from_ns) / 1e9 - a.covered_s)::DOUBLE AS longest_gap_s,
    a.mean_w::DOUBLE AS mean_w,
    s.peak_w,
    s.capped_ratio,
    s.throttled_ratio
FROM areas AS a
JOIN hulls AS h ON h.run_id = a.run_id
LEFT JOIN samples AS s
    ON s.run_id = a.run_id AND s.source = a.source AND s.host IS NOT DISTINCT FROM a.host AND s.device = a.device;
