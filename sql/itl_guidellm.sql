-- one row per measured request that ended well: guidellm's ITL, one mean for each request, which vLLM calls TPOT
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column itl_ms DOUBLE: time from the first to the last token / (output_tokens - 1), NULL for one token or none [ms]
CREATE OR REPLACE VIEW itl_guidellm AS
SELECT run_id, request_id, itl_ns / 1e6 AS itl_ms
FROM answers('guidellm')
WHERE counted;
