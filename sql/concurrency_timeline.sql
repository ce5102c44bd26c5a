-- one row per run and instant at which it changed: how many measured requests were in flight and how many waited in the client
-- column run_id VARCHAR: the run
-- column t_ns BIGINT: the instant, since the run's origin [ns]
-- column in_flight BIGINT: requests sent and not done, from this instant to the next row's
-- column queued BIGINT: requests that the schedule wanted sent and that were not, from this instant to the next row's
--
-- Intervals are half open, [sent, done): a request that ends when another is sent does not overlap it. Every attempt was
-- in flight; between two of them a request is in neither column.
CREATE OR REPLACE VIEW concurrency_timeline AS
WITH spans AS (
    SELECT run_id, attempt, intended_ns, sent_ns, coalesce(done_ns, last_token_ns) AS done_ns
    FROM requests
    ANTI JOIN unplaced_runs USING (run_id)
    WHERE phase = 'measured'
), steps AS (
    SELECT run_id, sent_ns AS t_ns, 1 AS in_flight, 0 AS queued FROM spans WHERE sent_ns < done_ns
    UNION ALL
    SELECT run_id, done_ns, -1, 0 FROM spans WHERE sent_ns < done_ns
    UNION ALL
    SELECT run_id, intended_ns, 0, 1 FROM spans WHERE attempt = 0 AND intended_ns < coalesce(sent_ns, done_ns)
    UNION ALL
    SELECT run_id, coalesce(sent_ns, done_ns), 0, -1 FROM spans WHERE attempt = 0 AND intended_ns < coalesce(sent_ns, done_ns)
), instants AS (
    SELECT run_id, t_ns, sum(in_flight) AS in_flight, sum(queued) AS queued
    FROM steps
    GROUP BY ALL
    HAVING sum(in_flight) <> 0 OR sum(queued) <> 0
)
SELECT
    run_id,
    t_ns,
    (sum(in_flight) OVER so_far)::BIGINT AS in_flight,
    (sum(queued) OVER so_far)::BIGINT AS queued
FROM instants
WINDOW so_far AS (PARTITION BY run_id ORDER BY t_ns ROWS UNBOUNDED PRECEDING);
