-- macro answers(definitions := 'llmbench'): every measured request with its latencies as a tool counts them
-- parameter definitions VARCHAR: llmbench, vllm, aiperf or guidellm
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column attempt BIGINT: the last attempt at it, from 0
-- column counted BOOLEAN: whether it counts as completed; latencies are those of requests that do
-- column sent_ns BIGINT: when it was sent, since the run's origin [ns]
-- column ended_ns BIGINT: when it ended [ns]
-- column prompt_tokens BIGINT: tokens of the prompt
-- column output_tokens BIGINT: tokens of the answer
-- column ttft_ns BIGINT: time to first token [ns]
-- column tpot_ns DOUBLE: time per output token; NULL where the tool has none under this name (aiperf) [ns]
-- column itl_ns DOUBLE: where ITL is one mean for each request (aiperf, guidellm): that; NULL where it is every gap [ns]
-- column e2el_ns BIGINT: end-to-end latency [ns]
-- column queue_ns BIGINT: wait in the client before sending; NULL where the tool has none [ns]
--
-- vllm: from any chunk to any chunk, a role or a finish reason too, and a broken answer counts when it has one; aiperf:
-- from the first to the last chunk with content, ITL = (latency - TTFT) / (tokens - 1); guidellm: the same ITL, TPOT =
-- last token / tokens with the wait for the first in it, latency to the end of the stream. In a run whose chunks were
-- not kept, as by some imports, the times of the first and the last token stand in.
CREATE OR REPLACE MACRO answers(definitions := 'llmbench') AS TABLE
WITH timed AS (
    SELECT run_id, request_id, attempt, t_ns[1] AS first_ns, t_ns[-1] AS last_ns
    FROM answer_chunks(CASE WHEN definitions = 'llmbench' THEN 'none' ELSE definitions END)
    WHERE len(t_ns) > 0
)
SELECT
    run_id, request_id, attempt, status = 'ok' AS counted, sent_ns, ended_ns, prompt_tokens, output_tokens,
    ttft_ns, tpot_ns, NULL::DOUBLE AS itl_ns, e2el_ns, queue_ns
FROM request_latency_ns
WHERE phase = 'measured' AND definitions = 'llmbench'
UNION ALL
SELECT
    run_id, request_id, attempt, counted, sent_ns, ended_ns, prompt_tokens, output_tokens,
    first_ns,
    CASE
        WHEN definitions = 'guidellm' THEN last_ns::DOUBLE / nullif(output_tokens, 0)
        WHEN definitions = 'vllm' AND output_tokens > 1 THEN (last_ns - first_ns)::DOUBLE / (output_tokens - 1)
    END,
    CASE WHEN definitions <> 'vllm' AND output_tokens > 1 THEN (last_ns - first_ns)::DOUBLE / (output_tokens - 1) END,
    CASE WHEN definitions = 'guidellm' THEN ended_ns - sent_ns ELSE last_ns END,
    NULL
FROM (
    SELECT
        r.*,
        l.run_id IS NOT NULL OR k.run_id IS NULL AND r.status = 'ok' AND r.ttft_ns IS NOT NULL AS counted,
        coalesce(l.first_ns, r.ttft_ns) AS first_ns,
        coalesce(l.last_ns, r.e2el_ns) AS last_ns
    FROM request_latency_ns AS r
    LEFT JOIN timed AS l USING (run_id, request_id, attempt)
    LEFT JOIN (SELECT DISTINCT run_id FROM token_lists) AS k USING (run_id)
    WHERE r.phase = 'measured' AND definitions <> 'llmbench'
        AND CASE WHEN definitions IN ('vllm', 'aiperf', 'guidellm') THEN true
            ELSE error('definitions are llmbench, vllm, aiperf or guidellm') END
);
