-- macro answer_chunks(definitions := 'llmbench'): arrivals of the tokens of each answer, as a tool counts them
-- parameter definitions VARCHAR: llmbench, vllm (every chunk), or aiperf and guidellm (chunks that bring content)
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column attempt BIGINT: how often the request had been tried before
-- column output_tokens BIGINT: tokens of the answer
-- column sent_ns BIGINT: when the request was sent, since the run's origin [ns]
-- column t_ns BIGINT[]: arrivals since sent_ns [ns]
-- column n_tokens INTEGER[]: tokens of each, NULL when the server does not tell
CREATE OR REPLACE MACRO answer_chunks(definitions := 'llmbench') AS TABLE
SELECT run_id, request_id, attempt, output_tokens, sent_ns, t_ns, n_tokens
FROM token_arrivals
WHERE definitions = 'llmbench'
UNION ALL
SELECT run_id, request_id, attempt, output_tokens, sent_ns, t_ns, n_tokens
FROM chunk_arrivals([], ['ok', 'truncated'])
WHERE definitions = 'vllm'
UNION ALL
SELECT run_id, request_id, attempt, output_tokens, sent_ns, t_ns, n_tokens
FROM chunk_arrivals(['role', 'finish', 'empty'], ['ok'])
WHERE definitions IN ('aiperf', 'guidellm');
