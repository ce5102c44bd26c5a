-- one row per measured request that ended well: guidellm's TPOT, which counts the first token and the wait for it
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column tpot_ms DOUBLE: time from sending to the last token / output_tokens, NULL without tokens [ms]
CREATE OR REPLACE VIEW tpot_guidellm AS
SELECT run_id, request_id, tpot_ns / 1e6 AS tpot_ms
FROM answers('guidellm')
WHERE counted;
