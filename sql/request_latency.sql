-- one row per request, of every phase and status: its latencies in milliseconds; summaries use phase measured and status ok
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column attempt BIGINT: which attempt at it these are of, from 0: the last one
-- column phase VARCHAR: warmup, measured or probe
-- column status VARCHAR: ok, or how the request failed
-- column prompt_tokens BIGINT: tokens of the prompt
-- column output_tokens BIGINT: tokens of the answer
-- column ttft_ms DOUBLE: time to first token, from the sending [ms]
-- column tpot_ms DOUBLE: time per output token after the first, NULL for one token or none [ms]
-- column e2el_ms DOUBLE: end-to-end latency, from the sending to the last chunk [ms]
-- column queue_ms DOUBLE: wait in the client between the intended time and the sending [ms]
-- column ttft_from_intended_ms DOUBLE: time to first token, from the intended time [ms]
-- column e2el_from_intended_ms DOUBLE: end-to-end latency, from the intended time [ms]
CREATE OR REPLACE VIEW request_latency AS
SELECT
    run_id,
    request_id,
    attempt,
    phase,
    status,
    prompt_tokens,
    output_tokens,
    ttft_ns / 1e6 AS ttft_ms,
    tpot_ns / 1e6 AS tpot_ms,
    e2el_ns / 1e6 AS e2el_ms,
    queue_ns / 1e6 AS queue_ms,
    ttft_from_intended_ns / 1e6 AS ttft_from_intended_ms,
    e2el_from_intended_ns / 1e6 AS e2el_from_intended_ms
FROM request_latency_ns;
