-- one row per request, of every phase and status: its latencies in nanoseconds, the formulas of every view on latency
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column attempt BIGINT: which attempt at it these are of, from 0: the last one
-- column phase VARCHAR: warmup, measured or probe
-- column status VARCHAR: ok, or how the request failed
-- column intended_ns BIGINT: when the schedule wanted it sent [ns]
-- column sent_ns BIGINT: when it was sent [ns]
-- column ended_ns BIGINT: when it ended; of a request that never did, the last that is known of it [ns]
-- column prompt_tokens BIGINT: tokens of the prompt
-- column output_tokens BIGINT: tokens of the answer
-- column ttft_ns BIGINT: time to first token: first_token_ns - sent_ns [ns]
-- column tpot_ns DOUBLE: time per output token: (last_token_ns - first_token_ns) / (output_tokens - 1), of more than one token [ns]
-- column e2el_ns BIGINT: end-to-end latency: last_token_ns - sent_ns; of an answer without chunks, done_ns - sent_ns [ns]
-- column queue_ns BIGINT: wait in the client, for its concurrency limit above all, and earlier attempts: sent_ns - intended_ns [ns]
-- column ttft_from_intended_ns BIGINT: first_token_ns - intended_ns [ns]
-- column e2el_from_intended_ns BIGINT: end-to-end latency with the wait in the client: e2el_ns + queue_ns [ns]
CREATE OR REPLACE VIEW request_latency_ns AS
SELECT
    run_id,
    request_id,
    attempt,
    phase,
    status,
    intended_ns,
    sent_ns,
    coalesce(done_ns, last_token_ns, sent_ns, intended_ns) AS ended_ns,
    prompt_tokens,
    output_tokens,
    first_token_ns - sent_ns AS ttft_ns,
    CASE WHEN output_tokens > 1 THEN (last_token_ns - first_token_ns)::DOUBLE / (output_tokens - 1) END AS tpot_ns,
    coalesce(last_token_ns, done_ns) - sent_ns AS e2el_ns,
    sent_ns - intended_ns AS queue_ns,
    first_token_ns - intended_ns AS ttft_from_intended_ns,
    coalesce(last_token_ns, done_ns) - intended_ns AS e2el_from_intended_ns
FROM requests
ANTI JOIN retried_attempts USING (run_id, request_id, attempt);
