-- macro window_chunks(kind, definitions := 'llmbench', head_s := 0, tail_s := 0): answer_chunks, and whether all of them are in a window
-- parameter kind VARCHAR: all, trim or steady: see windows
-- parameter definitions VARCHAR: llmbench, vllm, aiperf or guidellm: see answer_chunks
-- parameter head_s DOUBLE: of trim, what to cut at the beginning of the run [s]
-- parameter tail_s DOUBLE: of trim, what to cut at its end [s]
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column attempt BIGINT: how often the request had been tried before
-- column output_tokens BIGINT: tokens of the answer
-- column sent_ns BIGINT: when the request was sent, since the run's origin [ns]
-- column t_ns BIGINT[]: arrivals since sent_ns [ns]
-- column n_tokens INTEGER[]: tokens of each, NULL when the server does not tell
-- column whole BOOLEAN: whether all of them lie in one stretch of the window; else each must be looked at
--
-- Most answers lie in one stretch or in none; to place each of a million tokens takes ten times as long.
CREATE OR REPLACE MACRO window_chunks(kind, definitions := 'llmbench', head_s := 0, tail_s := 0) AS TABLE
SELECT *, true AS whole
FROM answer_chunks(definitions)
WHERE kind = 'all'
UNION ALL
SELECT c.*, coalesce(c.sent_ns + c.t_ns[-1] <= w.to_ns AND c.t_ns[1] > 0, false)
FROM answer_chunks(definitions) AS c
ASOF LEFT JOIN windows(kind, head_s, tail_s) AS w ON c.run_id = w.run_id AND c.sent_ns >= w.from_ns
WHERE kind <> 'all';
