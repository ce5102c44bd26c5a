-- macro run_steps(steps): intervals of equal, round length that cover each run whose requests have a place in time
-- parameter steps BIGINT: about how many a run is cut into
-- column run_id VARCHAR: the run
-- column step BIGINT: number of the interval, from 0
-- column width_ns BIGINT: its length: 1, 2 or 5 times a power of ten [ns]
-- column length_ns BIGINT: the part of it before the run's end [ns]
CREATE OR REPLACE MACRO run_steps(steps) AS TABLE
WITH ends AS (
    SELECT d.run_id, greatest(1e8, 1e9 * d.duration_s)::BIGINT AS end_ns
    FROM run_durations AS d
    ANTI JOIN unplaced_runs USING (run_id)
    WHERE d.duration_s IS NOT NULL
), widths AS (
    SELECT
        run_id, end_ns,
        list_min(list_filter(
            flatten([[10 ** p, 2 * 10 ** p, 5 * 10 ** p] FOR p IN range(8, 16)]),
            lambda w: w * steps >= end_ns))::BIGINT AS width_ns
    FROM ends
)
SELECT run_id, step, width_ns, least(width_ns, end_ns - step * width_ns) AS length_ns
FROM (
    SELECT *, unnest(range((end_ns + width_ns - 1) // width_ns)) AS step
    FROM widths
);
