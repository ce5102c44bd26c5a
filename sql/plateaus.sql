-- one row per run and stretch of time in which the load was steady; dips in between belong to no row
-- column run_id VARCHAR: the run
-- column from_ns BIGINT: its begin, since the run's origin [ns]
-- column to_ns BIGINT: its end [ns]
--
-- All requests at once against a concurrency limit: while at least 95 % of the limit are in flight, which is never for a run
-- that does not come so far. A rate without a limit to press against: from when as many leave as come, the median
-- end-to-end latency after the first sending, to the last sending.
CREATE OR REPLACE VIEW plateaus AS
WITH aims AS (
    SELECT
        s.run_id,
        CASE WHEN coalesce(u.request_rate, 'inf'::DOUBLE) = 'inf'::DOUBLE
            THEN greatest(1, ceil(0.95 * u.max_concurrency)) END AS in_flight
    FROM selected_runs AS s
    LEFT JOIN runs AS u USING (run_id)
), steps AS (
    SELECT
        run_id,
        t_ns AS from_ns,
        lead(t_ns) OVER (PARTITION BY run_id ORDER BY t_ns) AS to_ns,
        c.in_flight >= a.in_flight AS full_load
    FROM concurrency_timeline AS c
    JOIN aims AS a USING (run_id)
    WHERE a.in_flight IS NOT NULL
), stretches AS (
    SELECT *, count(*) FILTER (NOT full_load) OVER (PARTITION BY run_id ORDER BY from_ns) AS dips
    FROM steps
), open_loops AS (
    SELECT
        run_id,
        (min(sent_ns) + median(e2el_ns) FILTER (status = 'ok'))::BIGINT AS from_ns,
        max(sent_ns) AS to_ns
    FROM request_latency_ns
    JOIN aims AS a USING (run_id)
    WHERE phase = 'measured' AND a.in_flight IS NULL
    GROUP BY run_id
)
SELECT run_id, min(from_ns) AS from_ns, max(to_ns) AS to_ns
FROM stretches
WHERE full_load
GROUP BY run_id, dips
UNION ALL
SELECT run_id, from_ns, to_ns
FROM open_loops
WHERE from_ns < to_ns;
