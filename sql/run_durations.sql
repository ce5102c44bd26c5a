-- one row per run: how long it took
-- column run_id VARCHAR: the run
-- column duration_s DOUBLE: the run's own duration, else the end of its last measured request; NULL when unknown or 0 [s]
CREATE OR REPLACE VIEW run_durations AS
SELECT
    s.run_id,
    nullif(coalesce(any_value(u.duration_ns), max(r.done_ns)), 0) / 1e9 AS duration_s
FROM selected_runs AS s
LEFT JOIN runs AS u ON u.run_id = s.run_id
LEFT JOIN unplaced_runs AS n ON n.run_id = s.run_id
LEFT JOIN requests AS r ON r.run_id = s.run_id AND r.phase = 'measured' AND n.run_id IS NULL
GROUP BY s.run_id;
