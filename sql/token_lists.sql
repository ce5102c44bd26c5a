-- one row per attempt at a request with its chunks as lists, one element per event that carried a choice; tokens is the long form
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column attempt BIGINT: how often the request had been tried before
-- column sent_ns BIGINT: when the request was sent, since the run's origin [ns]
-- column t_ns BIGINT[]: arrival of each chunk since sent_ns [ns]
-- column n_tokens INTEGER[]: tokens in each chunk, NULL when the server does not tell
-- column odd_chunk INTEGER[]: indices, from 0 and ascending, of the chunks that are not plain text; NULL when there are none
-- column odd_kind VARCHAR[]: kind of each of them: reasoning, tool, empty, role or finish
CREATE OR REPLACE VIEW token_lists AS
SELECT
    NULL::VARCHAR AS run_id,
    NULL::BIGINT AS request_id,
    NULL::BIGINT AS attempt,
    NULL::BIGINT AS sent_ns,
    NULL::BIGINT[] AS t_ns,
    NULL::INTEGER[] AS n_tokens,
    NULL::INTEGER[] AS odd_chunk,
    NULL::VARCHAR[] AS odd_kind
WHERE false;
