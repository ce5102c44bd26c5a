-- macro windows(kind, head_s := 0, tail_s := 0): stretches of time of each run that count
-- parameter kind VARCHAR: all, trim or steady
-- parameter head_s DOUBLE: of trim, what to cut at the beginning of the run [s]
-- parameter tail_s DOUBLE: of trim, what to cut at its end [s]
-- column run_id VARCHAR: the run
-- column from_ns BIGINT: begin, since the run's origin; all begins before every event [ns]
-- column to_ns BIGINT: end; all ends behind every event [ns]
CREATE OR REPLACE MACRO windows(kind, head_s := 0, tail_s := 0) AS TABLE
SELECT run_id, -9223372036854775807 AS from_ns, 9223372036854775807 AS to_ns
FROM selected_runs
WHERE CASE WHEN kind IN ('all', 'trim', 'steady') THEN kind = 'all' ELSE error('windows are all, trim or steady') END
UNION ALL
SELECT run_id, (1e9 * head_s)::BIGINT, (1e9 * (duration_s - tail_s))::BIGINT
FROM run_durations
WHERE kind = 'trim' AND head_s + tail_s < duration_s
UNION ALL
SELECT run_id, from_ns, to_ns
FROM plateaus
WHERE kind = 'steady';
