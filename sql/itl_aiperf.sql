-- one row per measured request that ended well: AIPerf's ITL, one mean for each request; its list of gaps is called ICL there
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column itl_ms DOUBLE: (request latency - TTFT) / (output_tokens - 1), NULL for one token or none [ms]
CREATE OR REPLACE VIEW itl_aiperf AS
SELECT
    run_id,
    request_id,
    CASE WHEN output_tokens > 1 THEN (e2el_ns - ttft_ns) / 1e6 / (output_tokens - 1) END AS itl_ms
FROM request_latency_ns
WHERE phase = 'measured' AND status = 'ok';
