-- macro window_utilisation(kind, head_s := 0, tail_s := 0): how busy the accelerators of a run were in a window
-- parameter kind VARCHAR: all, trim or steady: see windows; all is from the run's origin to its end
-- parameter head_s DOUBLE: of trim, what to cut at the beginning of the run [s]
-- parameter tail_s DOUBLE: of trim, what to cut at its end [s]
-- column run_id VARCHAR: the run
-- column util_pct DOUBLE: mean utilisation of its accelerators, each the mean of its samples [%]
CREATE OR REPLACE MACRO window_utilisation(kind, head_s := 0, tail_s := 0) AS TABLE
WITH cards AS (
    SELECT d.run_id, avg(d.util_pct) AS util_pct
    FROM devices AS d
    JOIN run_durations AS l ON l.run_id = d.run_id
    JOIN windows(kind, head_s, tail_s) AS w ON w.run_id = d.run_id AND d.t_ns >= w.from_ns AND d.t_ns <= w.to_ns
    WHERE d.t_ns >= 0 AND d.t_ns <= 1e9 * coalesce(l.duration_s, 'inf'::DOUBLE)
    GROUP BY d.run_id, d.source, d.host, d.device
)
SELECT run_id, avg(util_pct) AS util_pct
FROM cards
GROUP BY run_id;
