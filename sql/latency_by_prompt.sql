-- macro latency_by_prompt(): one row per run, latency and class of prompt lengths: how latency grows with the prompt
-- column run_id VARCHAR: the run
-- column metric VARCHAR: ttft, tpot or e2el
-- column prompt_tokens DOUBLE: median length of the prompts in the class; there are eight classes to a doubling
-- column requests BIGINT: measured requests in it that ended well
-- column p10_ms DOUBLE: 10th percentile of their latency [ms]
-- column p50_ms DOUBLE: its median [ms]
-- column p90_ms DOUBLE: its 90th percentile [ms]
CREATE OR REPLACE MACRO latency_by_prompt() AS TABLE
WITH ok AS (
    SELECT run_id, prompt_tokens, floor(8 * log2(greatest(prompt_tokens, 1))) AS class, ttft_ns, tpot_ns, e2el_ns
    FROM request_latency_ns
    WHERE phase = 'measured' AND status = 'ok' AND prompt_tokens IS NOT NULL
), classes AS (
    SELECT run_id, 'ttft' AS metric, median(prompt_tokens) AS prompt_tokens, count(*) AS requests, quantile_cont(ttft_ns, [0.1, 0.5, 0.9]) AS ns
    FROM ok WHERE ttft_ns IS NOT NULL GROUP BY run_id, class
    UNION ALL
    SELECT run_id, 'tpot', median(prompt_tokens), count(*), quantile_cont(tpot_ns, [0.1, 0.5, 0.9])
    FROM ok WHERE tpot_ns IS NOT NULL GROUP BY run_id, class
    UNION ALL
    SELECT run_id, 'e2el', median(prompt_tokens), count(*), quantile_cont(e2el_ns, [0.1, 0.5, 0.9])
    FROM ok WHERE e2el_ns IS NOT NULL GROUP BY run_id, class
)
SELECT run_id, metric, prompt_tokens, requests, ns[1] / 1e6 AS p10_ms, ns[2] / 1e6 AS p50_ms, ns[3] / 1e6 AS p90_ms
FROM classes;
