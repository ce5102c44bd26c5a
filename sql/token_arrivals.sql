-- one row per measured request that ended well, with the arrivals of its tokens: its chunks without role and finish events
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column attempt BIGINT: how often the request had been tried before
-- column output_tokens BIGINT: tokens of the answer
-- column sent_ns BIGINT: when the request was sent, since the run's origin [ns]
-- column chunk BIGINT[]: number of each chunk among all of the request's chunks, from 0
-- column t_ns BIGINT[]: its arrival since sent_ns [ns]
-- column n_tokens INTEGER[]: its tokens, NULL when the server does not tell
CREATE OR REPLACE VIEW token_arrivals AS
FROM chunk_arrivals(['role', 'finish'], ['ok']);
