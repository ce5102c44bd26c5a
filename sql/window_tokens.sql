-- macro window_tokens(kind, definitions := 'llmbench', head_s := 0, tail_s := 0): chunks that arrived in a window, with their tokens
-- parameter kind VARCHAR: all, trim or steady: see windows
-- parameter definitions VARCHAR: llmbench, vllm, aiperf or guidellm: see answer_chunks
-- parameter head_s DOUBLE: of trim, what to cut at the beginning of the run [s]
-- parameter tail_s DOUBLE: of trim, what to cut at its end [s]
-- column run_id VARCHAR: the run
-- column t_ns BIGINT: arrival since the run's origin [ns]
-- column tokens DOUBLE: tokens in the chunk; where the server does not tell, an equal share of the request's; NULL when unknown
CREATE OR REPLACE MACRO window_tokens(kind, definitions := 'llmbench', head_s := 0, tail_s := 0) AS TABLE
WITH arrivals AS NOT MATERIALIZED (
    SELECT run_id, whole, sent_ns + unnest(t_ns) AS t_ns, coalesce(unnest(n_tokens), share) AS tokens
    FROM (
        SELECT *, output_tokens::DOUBLE / len(t_ns) AS share
        FROM window_chunks(kind, definitions, head_s, tail_s)
        WHERE len(t_ns) > 0
    )
)
SELECT run_id, t_ns, tokens
FROM arrivals
WHERE whole
UNION ALL
SELECT a.run_id, a.t_ns, a.tokens
FROM arrivals AS a
ASOF JOIN windows(kind, head_s, tail_s) AS w ON a.run_id = w.run_id AND a.t_ns > w.from_ns
WHERE NOT a.whole AND a.t_ns <= w.to_ns;
