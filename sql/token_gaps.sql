-- one row per gap between two tokens' arrivals in a row of a measured request that ended well: the samples of ITL
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column attempt BIGINT: how often the request had been tried before
-- column chunk BIGINT: number of the chunk that ends the gap, from 0 among all of the request's chunks
-- column t_ns BIGINT: its arrival since the run's origin [ns]
-- column gap_ns BIGINT: the gap [ns]
-- column gap_ms DOUBLE: the gap [ms]
-- column tokens INTEGER: tokens in the chunk, NULL when the server does not tell
-- column token_gap_ms DOUBLE: the gap over the tokens that came with the chunk, NULL when their number is unknown or 0 [ms]
CREATE OR REPLACE VIEW token_gaps AS
SELECT
    run_id,
    request_id,
    attempt,
    chunk,
    sent_ns + t_ns AS t_ns,
    gap_ns,
    gap_ns / 1e6 AS gap_ms,
    tokens,
    gap_ns / 1e6 / nullif(tokens, 0) AS token_gap_ms
FROM (
    SELECT
        run_id,
        request_id,
        attempt,
        sent_ns,
        unnest(chunk[2:]) AS chunk,
        unnest(t_ns[2:]) AS t_ns,
        unnest(t_ns[2:]) - unnest(t_ns[:-2]) AS gap_ns,
        unnest(n_tokens[2:]) AS tokens
    FROM token_arrivals
);
