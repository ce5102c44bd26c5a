-- one row per measured request that ended well: inference-perf's normalised TPOT, the whole latency shared out over the tokens
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column ntpot_ms DOUBLE: E2EL / output_tokens, NULL without tokens [ms]
CREATE OR REPLACE VIEW ntpot_inference_perf AS
SELECT run_id, request_id, e2el_ns / 1e6 / nullif(output_tokens, 0) AS ntpot_ms
FROM request_latency_ns
WHERE phase = 'measured' AND status = 'ok';
