-- one row per attempt at a request whose answer was kept (--save-detailed, or an import)
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column attempt BIGINT: how often the request had been tried before
-- column output_text VARCHAR: text of the answer
CREATE OR REPLACE VIEW texts AS
SELECT
    NULL::VARCHAR AS run_id,
    NULL::BIGINT AS request_id,
    NULL::BIGINT AS attempt,
    NULL::VARCHAR AS output_text
WHERE false;
