-- macro token_deadlines(): one row per run and reading speed: share of tokens that came later than a reader of that speed needed them
-- column run_id VARCHAR: the run
-- column tokens_per_s DOUBLE: reading speed, twenty steps to a power of ten from 1 to 1000 [1/s]
-- column late_pct DOUBLE: share of the tokens behind each answer's first that were not there in time [%]
-- column tokens BIGINT: tokens that count: chunks behind the first of measured requests that ended well
--
-- The reader begins with an answer's first token; token k is due k / speed after it, whatever was late before. A chunk's
-- tokens count as one place each, shared out equally: place = number of the chunk * (tokens - 1) / (chunks - 1).
CREATE OR REPLACE MACRO token_deadlines() AS TABLE
WITH places AS (
    SELECT
        run_id,
        unnest(t_ns[2:]) - t_ns[1] AS since_ns,
        unnest(range(1, len(t_ns))) * CASE WHEN output_tokens > 1 THEN (output_tokens - 1) / (len(t_ns) - 1) ELSE 1 END AS place
    FROM token_arrivals
    WHERE len(t_ns) > 1
), fastest AS (
    SELECT run_id, floor(20 * log10(greatest(1e-3, 1e9 * place / greatest(1, since_ns))))::INTEGER + 1 AS class, count(*) AS tokens
    FROM places
    GROUP BY ALL
), speeds AS (
    SELECT run_id, unnest(range(61)) AS class
    FROM (SELECT DISTINCT run_id FROM fastest)
)
SELECT
    s.run_id,
    10 ** (s.class / 20) AS tokens_per_s,
    100 * coalesce(sum(f.tokens) FILTER (f.class <= s.class), 0) / sum(f.tokens) AS late_pct,
    sum(f.tokens)::BIGINT AS tokens
FROM speeds AS s
JOIN fastest AS f USING (run_id)
GROUP BY s.run_id, s.class;
