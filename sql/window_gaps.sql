-- macro window_gaps(kind, definitions := 'llmbench', head_s := 0, tail_s := 0): gaps between tokens that ended in a window
-- parameter kind VARCHAR: all, trim or steady: see windows
-- parameter definitions VARCHAR: llmbench or vllm; the others have no list of gaps under the name of ITL
-- parameter head_s DOUBLE: of trim, what to cut at the beginning of the run [s]
-- parameter tail_s DOUBLE: of trim, what to cut at its end [s]
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column attempt BIGINT: how often the request had been tried before
-- column gap_ns BIGINT: the gap [ns]
CREATE OR REPLACE MACRO window_gaps(kind, definitions := 'llmbench', head_s := 0, tail_s := 0) AS TABLE
WITH gaps AS NOT MATERIALIZED (
    SELECT
        run_id,
        request_id,
        attempt,
        whole,
        sent_ns + unnest(t_ns[2:]) AS t_ns,
        unnest(t_ns[2:]) - unnest(t_ns[:-2]) AS gap_ns
    FROM window_chunks(kind, definitions, head_s, tail_s)
    WHERE definitions IN ('llmbench', 'vllm')
)
SELECT run_id, request_id, attempt, gap_ns
FROM gaps
WHERE whole
UNION ALL
SELECT g.run_id, g.request_id, g.attempt, g.gap_ns
FROM gaps AS g
ASOF JOIN windows(kind, head_s, tail_s) AS w ON g.run_id = w.run_id AND g.t_ns > w.from_ns
WHERE NOT g.whole AND g.t_ns <= w.to_ns;
