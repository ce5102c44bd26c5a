-- one row per measured request of a conversation, its last attempt: its place in the conversation and its latencies
-- column run_id VARCHAR: the run
-- column session_id VARCHAR: the conversation
-- column turn BIGINT: turn of the conversation, from 0
-- column session_turns BIGINT: turns the conversation has when it is held to its end
-- column request_id BIGINT: the request
-- column status VARCHAR: ok, or how the request failed
-- column sent_ns BIGINT: when it was sent [ns]
-- column ended_ns BIGINT: when it ended [ns]
-- column prompt_tokens BIGINT: tokens of the prompt, the history included
-- column cached_tokens BIGINT: prompt tokens that the server says it had in its prefix cache; NULL when it does not say
-- column output_tokens BIGINT: tokens of the answer
-- column ttft_ns BIGINT: time to first token [ns]
-- column tpot_ns DOUBLE: time per output token after the first [ns]
-- column e2el_ns BIGINT: end-to-end latency [ns]
CREATE OR REPLACE VIEW session_requests AS
SELECT
    r.run_id,
    r.session_id,
    r.turn,
    r.session_turns,
    r.request_id,
    r.status,
    l.sent_ns,
    l.ended_ns,
    r.prompt_tokens,
    r.cached_tokens,
    r.output_tokens,
    l.ttft_ns,
    l.tpot_ns,
    l.e2el_ns
FROM requests AS r
JOIN request_latency_ns AS l USING (run_id, request_id, attempt)
WHERE r.session_id IS NOT NULL AND r.phase = 'measured';
