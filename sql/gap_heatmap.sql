-- macro gap_heatmap(steps := 60): how many gaps between tokens of what length each run had when
-- parameter steps BIGINT: about how many intervals a run is cut into; their length is round
-- column run_id VARCHAR: the run
-- column t_s DOUBLE: begin of the interval, since the run's origin [s]
-- column width_s DOUBLE: its length [s]
-- column from_ms DOUBLE: lower edge of the class of gaps, ten to a power of ten; the lowest holds all below 0.1 ms too [ms]
-- column to_ms DOUBLE: upper edge, not in the class [ms]
-- column gaps BIGINT: gaps of measured requests that ended well
-- column share_pct DOUBLE: their share of all gaps of the interval [%]
CREATE OR REPLACE MACRO gap_heatmap(steps := 60) AS TABLE
WITH widths AS (
    SELECT DISTINCT run_id, width_ns
    FROM run_steps(steps)
), classes AS (
    SELECT g.run_id, w.width_ns, greatest(g.t_ns - 1, 0) // w.width_ns AS step, floor(10 * log10(greatest(g.gap_ns, 1e5)))::INTEGER AS class, count(*) AS gaps
    FROM token_gaps AS g
    JOIN widths AS w USING (run_id)
    GROUP BY ALL
)
SELECT
    run_id,
    step * width_ns / 1e9 AS t_s,
    width_ns / 1e9 AS width_s,
    10 ** (class / 10) / 1e6 AS from_ms,
    10 ** ((class + 1) / 10) / 1e6 AS to_ms,
    gaps,
    100 * gaps / sum(gaps) OVER (PARTITION BY run_id, step) AS share_pct
FROM classes;
