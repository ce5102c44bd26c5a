-- one row per run and reading of the server's metrics: how the server said it was doing
-- column run_id VARCHAR: the run
-- column t_ns BIGINT: time of the reading since the run's origin [ns]
-- column running DOUBLE: requests being worked on
-- column waiting DOUBLE: requests waiting in the server
-- column cache_usage DOUBLE: share of the KV cache in use, mean over the server's engines, 0 to 1
-- column preemptions DOUBLE: requests put back since the server began
CREATE OR REPLACE VIEW server_timeline AS
SELECT
    run_id,
    t_ns,
    sum(CASE WHEN signal = 'running' THEN value END) AS running,
    sum(CASE WHEN signal = 'waiting' THEN value END) AS waiting,
    avg(CASE WHEN signal = 'cache_usage' THEN value END) AS cache_usage,
    sum(CASE WHEN signal = 'preemptions' THEN value END) AS preemptions
FROM server_metrics
JOIN server_signals USING (name)
WHERE isfinite(value)
GROUP BY ALL
HAVING coalesce(sum(CASE WHEN signal IN ('running', 'waiting', 'cache_usage', 'preemptions') THEN 1 END), 0) > 0;
