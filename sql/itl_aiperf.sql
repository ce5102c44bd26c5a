-- one row per measured request that ended well: AIPerf's ITL, one mean for each request; its list of gaps is called ICL there
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column itl_ms DOUBLE: (request latency - TTFT) / (output_tokens - 1), NULL for one token or none [ms]
CREATE OR REPLACE VIEW itl_aiperf AS
SELECT run_id, request_id, itl_ns / 1e6 AS itl_ms
FROM answers('aiperf')
WHERE counted;
