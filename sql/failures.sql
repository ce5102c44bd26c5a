-- one row per run and way of failing: how many requests failed, in every phase, and why
-- column run_id VARCHAR: the run
-- column phase VARCHAR: warmup, measured or probe
-- column status VARCHAR: how they failed: http_error, stream_error, truncated, a timeout, connect_error or cancelled
-- column http_status BIGINT: status code of the answer, NULL when there was none
-- column error VARCHAR: what the server or the network said
-- column count BIGINT: requests
CREATE OR REPLACE VIEW failures AS
SELECT run_id, phase, status, http_status, error, count(*) AS count
FROM requests
WHERE status <> 'ok'
GROUP BY ALL;
