-- one row per run, metric and percentile: the whole distribution of every latency
-- column run_id VARCHAR: the run
-- column metric VARCHAR: ttft, tpot, itl, e2el, queue, ttft_from_intended or e2el_from_intended
-- column percentile DOUBLE: 0 (the smallest), 1 to 99, 99.5, 99.9, 99.95, 99.99, 99.999 and 100 (the largest)
-- column ms DOUBLE: its value, exact and linear between neighbours [ms]
CREATE OR REPLACE VIEW latency_percentiles AS
SELECT run_id, metric, unnest(percentiles) AS percentile, unnest(ms) AS ms
FROM latency_stats(list_concat(range(100), [99.5, 99.9, 99.95, 99.99, 99.999, 100]));
