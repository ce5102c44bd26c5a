-- macro window_answers(kind, definitions := 'llmbench', head_s := 0, tail_s := 0): answers, and whether they count in a window
-- parameter kind VARCHAR: all, trim or steady: see windows
-- parameter definitions VARCHAR: llmbench, vllm, aiperf or guidellm: see answers
-- parameter head_s DOUBLE: of trim, what to cut at the beginning of the run [s]
-- parameter tail_s DOUBLE: of trim, what to cut at its end [s]
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column attempt BIGINT: the last attempt at it, from 0
-- column counted BOOLEAN: whether it counts as completed
-- column started BOOLEAN: whether it was sent in the window; latencies are those of such requests
-- column ended BOOLEAN: whether it ended in the window; rates count such requests
-- column sent_ns BIGINT: when it was sent, since the run's origin [ns]
-- column ended_ns BIGINT: when it ended [ns]
-- column prompt_tokens BIGINT: tokens of the prompt
-- column output_tokens BIGINT: tokens of the answer
-- column ttft_ns BIGINT: time to first token [ns]
-- column tpot_ns DOUBLE: time per output token [ns]
-- column itl_ns DOUBLE: mean ITL of the request, where the tool has one [ns]
-- column e2el_ns BIGINT: end-to-end latency [ns]
-- column queue_ns BIGINT: wait in the client before sending [ns]
CREATE OR REPLACE MACRO window_answers(kind, definitions := 'llmbench', head_s := 0, tail_s := 0) AS TABLE
SELECT
    a.run_id, a.request_id, a.attempt, a.counted,
    coalesce(a.sent_ns < s.to_ns, false) AS started,
    coalesce(a.ended_ns <= e.to_ns, false) AS ended,
    a.sent_ns, a.ended_ns, a.prompt_tokens, a.output_tokens, a.ttft_ns, a.tpot_ns, a.itl_ns, a.e2el_ns, a.queue_ns
FROM answers(definitions) AS a
ASOF LEFT JOIN windows(kind, head_s, tail_s) AS s ON a.run_id = s.run_id AND coalesce(a.sent_ns, 0) >= s.from_ns
ASOF LEFT JOIN windows(kind, head_s, tail_s) AS e ON a.run_id = e.run_id AND coalesce(a.ended_ns, 0) > e.from_ns;
