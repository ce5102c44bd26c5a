-- one row per run and second since its origin, from the first second with an event to the last: what came and went
-- column run_id VARCHAR: the run
-- column second BIGINT: seconds since the run's origin [s]
-- column offered BIGINT: measured requests that the schedule wanted sent in that second
-- column completed BIGINT: measured requests that ended well in it
-- column failed BIGINT: measured requests that failed in it
-- column output_tokens DOUBLE: tokens that arrived in it for requests that ended well; NULL when unknown
-- column chunks BIGINT: chunks that brought them
--
-- Where the server does not tell a chunk's tokens, the request's output_tokens are shared out equally over its chunks.
-- Shares are counted in millionths of a millionth: whole numbers, whose sum does not depend on the threads.
CREATE OR REPLACE VIEW throughput_timeline AS
WITH marks AS (
    SELECT run_id, coalesce(intended_ns, sent_ns) // 1000000000 AS second, 1 AS offered, 0 AS completed, 0 AS failed
    FROM requests
    ANTI JOIN unplaced_runs USING (run_id)
    ANTI JOIN retried_attempts USING (run_id, request_id, attempt)
    WHERE phase = 'measured'
    UNION ALL
    SELECT
        run_id,
        coalesce(done_ns, last_token_ns, sent_ns, intended_ns) // 1000000000,
        0,
        CASE WHEN status = 'ok' THEN 1 ELSE 0 END,
        CASE WHEN status = 'ok' THEN 0 ELSE 1 END
    FROM requests
    ANTI JOIN unplaced_runs USING (run_id)
    ANTI JOIN retried_attempts USING (run_id, request_id, attempt)
    WHERE phase = 'measured'
), arrived AS (
    SELECT
        run_id,
        (sent_ns + t_ns) // 1000000000 AS second,
        sum(n_tokens) AS told,
        sum(CASE WHEN n_tokens IS NULL THEN share END) / 1e12 AS shared,
        count(*) AS chunks
    FROM (
        SELECT
            run_id,
            sent_ns,
            unnest(t_ns) AS t_ns,
            unnest(n_tokens) AS n_tokens,
            TRY_CAST(1e12 * output_tokens / len(t_ns) AS BIGINT) AS share
        FROM token_arrivals
        ANTI JOIN unplaced_runs USING (run_id)
        WHERE len(t_ns) > 0
    )
    GROUP BY ALL
), events AS (
    SELECT
        run_id, second,
        sum(offered) AS offered, sum(completed) AS completed, sum(failed) AS failed,
        NULL::DOUBLE AS output_tokens, 0 AS chunks
    FROM marks
    WHERE second IS NOT NULL
    GROUP BY ALL
    UNION ALL
    SELECT run_id, second, 0, 0, 0, coalesce(told + shared, told, shared), chunks
    FROM arrived
    WHERE second IS NOT NULL
), seconds AS (
    SELECT run_id, unnest(range(min(second), max(second) + 1)) AS second, sum(chunks) > 0 AS known
    FROM events
    GROUP BY run_id
)
SELECT
    s.run_id,
    s.second,
    coalesce(sum(e.offered), 0)::BIGINT AS offered,
    coalesce(sum(e.completed), 0)::BIGINT AS completed,
    coalesce(sum(e.failed), 0)::BIGINT AS failed,
    CASE WHEN sum(e.chunks) > 0 THEN sum(e.output_tokens) WHEN s.known THEN 0.0 END::DOUBLE AS output_tokens,
    coalesce(sum(e.chunks), 0)::BIGINT AS chunks
FROM seconds AS s
LEFT JOIN events AS e ON e.run_id = s.run_id AND e.second = s.second
GROUP BY s.run_id, s.second, s.known;
