-- one row per attempt at a request that another one followed; summaries leave these out and count each request's last
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column attempt BIGINT: how often the request had been tried before
--
-- Without these rows (ANTI JOIN by all three columns) requests has one row a request. Only second and later
-- attempts are looked at, and mostly there are none, so that the join costs next to nothing.
CREATE OR REPLACE VIEW retried_attempts AS
SELECT run_id, request_id, attempt - 1 AS attempt
FROM requests
WHERE attempt > 0;
