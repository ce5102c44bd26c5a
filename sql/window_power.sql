-- macro window_power(kind, head_s := 0, tail_s := 0): power that all accelerators of a run drew together in a window
-- parameter kind VARCHAR: all, trim or steady: see windows
-- parameter head_s DOUBLE: of trim, what to cut at the beginning of the run [s]
-- parameter tail_s DOUBLE: of trim, what to cut at its end [s]
-- column run_id VARCHAR: the run
-- column power_w DOUBLE: sum of the accelerators' means; NULL when samples cover less than half of the window [W]
CREATE OR REPLACE MACRO window_power(kind, head_s := 0, tail_s := 0) AS TABLE
SELECT run_id, CASE WHEN min(covered_s / window_s) >= 0.5 THEN sum(mean_w) END AS power_w
FROM window_device_power(kind, head_s, tail_s)
GROUP BY run_id;
