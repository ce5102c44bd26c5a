-- one row per run and way of failing: how many requests failed, in every phase, and why
-- column run_id VARCHAR: the run
-- column phase VARCHAR: warmup, measured or probe
-- column status VARCHAR: how they failed: http_error, stream_error, truncated, a timeout, connect_error or cancelled
-- column http_status BIGINT: status code of the answer, NULL when there was none
-- column error VARCHAR: what the server or the network said
-- column count BIGINT: requests whose last attempt failed so
-- column retried BIGINT: attempts that failed so and were followed by another
CREATE OR REPLACE VIEW failures AS
SELECT
    r.run_id,
    r.phase,
    r.status,
    r.http_status,
    r.error,
    count(*) FILTER (a.attempt IS NULL) AS count,
    count(a.attempt) AS retried
FROM requests AS r
LEFT JOIN retried_attempts AS a USING (run_id, request_id, attempt)
WHERE r.status <> 'ok'
GROUP BY ALL;
