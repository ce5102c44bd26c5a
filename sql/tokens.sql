-- one row per chunk of every attempt at a request, the long form of token_lists
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column attempt BIGINT: how often the request had been tried before
-- column chunk BIGINT: number of the chunk in its request, from 0
-- column t_ns BIGINT: arrival since the run's origin [ns]
-- column gap_ns BIGINT: time since the chunk before, NULL for the first [ns]
-- column tokens INTEGER: tokens in the chunk, NULL when the server does not tell
-- column kind VARCHAR: text, reasoning, tool, empty, role or finish
--
-- Unnest in one SELECT runs the lists side by side and fills the shorter with NULL.
CREATE OR REPLACE VIEW tokens AS
SELECT
    run_id,
    request_id,
    attempt,
    chunk,
    sent_ns + t_ns AS t_ns,
    gap_ns,
    tokens,
    coalesce(kind, 'text') AS kind
FROM (
    SELECT
        run_id,
        request_id,
        attempt,
        sent_ns,
        unnest(range(len(t_ns))) AS chunk,
        unnest(t_ns) AS t_ns,
        unnest(t_ns) - unnest(list_concat([NULL::BIGINT], t_ns)[:-2]) AS gap_ns,
        unnest(n_tokens) AS tokens,
        unnest(chunk_kinds(odd_chunk, odd_kind)) AS kind
    FROM token_lists
);
