-- one row per request with all that is known of it: its run, its latencies, the arrivals of its chunks and its text
-- column run_id VARCHAR: the run
-- column name VARCHAR: name of the run
-- column model VARCHAR: model of the run
-- column dcu VARCHAR: accelerator of the run
-- column tp BIGINT: tensor parallel size of the run
-- column request_id BIGINT: number of the request in the order of the schedule, from 0
-- column phase VARCHAR: warmup, measured or probe; summaries count the measured ones
-- column session_id VARCHAR: conversation the request belongs to
-- column turn BIGINT: turn of the conversation, from 0
-- column attempt BIGINT: how often the request had been tried before: 0 but with --retries; the last one counts
-- column intended_ns BIGINT: when the schedule wanted the request sent [ns]
-- column slot_ns BIGINT: when the concurrency limit let it go; intended_ns if nothing was awaited; of a retry, when it was due [ns]
-- column sent_ns BIGINT: just before the request was handed to the kernel or the connection was dialled [ns]
-- column wrote_ns BIGINT: when the request was written [ns]
-- column first_byte_ns BIGINT: when the first byte of the answer came [ns]
-- column first_token_ns BIGINT: first chunk that is a token: text, reasoning, tool or empty [ns]
-- column last_token_ns BIGINT: last chunk, a finish reason included [ns]
-- column done_ns BIGINT: end of the stream, or when the request failed [ns]
-- column connection_reused BOOLEAN: whether the connection had been used before
-- column status VARCHAR: ok, http_error, stream_error, truncated, connect_timeout, first_byte_timeout, idle_timeout, total_timeout, connect_error or cancelled
-- column http_status BIGINT: status code of the answer
-- column error VARCHAR: why the request failed
-- column prompt_tokens BIGINT: tokens of the prompt
-- column output_tokens BIGINT: tokens of the answer
-- column cached_tokens BIGINT: tokens of the prompt that the server found in its cache
-- column prompt_tokens_source VARCHAR: where prompt_tokens comes from: usage or tokenizer
-- column output_tokens_source VARCHAR: where output_tokens comes from: usage, tokenizer or chunks
-- column asked_tokens BIGINT: output tokens asked for (max_tokens)
-- column finish_reason VARCHAR: why the server stopped, in its own word
-- column chunks BIGINT: events that carried a choice
-- column bytes BIGINT: bytes of the answer's body
-- column server_request_id VARCHAR: the server's own name for the request
-- column ttft_ms DOUBLE: time to first token, from sending [ms]
-- column tpot_ms DOUBLE: time per output token after the first [ms]
-- column e2el_ms DOUBLE: end-to-end latency, from sending [ms]
-- column queue_ms DOUBLE: wait in the client [ms]
-- column t_ns BIGINT[]: arrival of each chunk since sent_ns [ns]
-- column n_tokens INTEGER[]: tokens in each chunk, NULL when the server does not tell
-- column odd_chunk INTEGER[]: indices, from 0, of the chunks that are not plain text
-- column odd_kind VARCHAR[]: kind of each of them: reasoning, tool, empty, role or finish
-- column output_text VARCHAR: the answer's text, where it was kept
CREATE OR REPLACE VIEW request_records AS
SELECT
    r.run_id,
    u.name,
    u.model,
    u.dcu,
    u.tp,
    r.request_id,
    r.phase,
    r.session_id,
    r.turn,
    r.attempt,
    r.intended_ns,
    r.slot_ns,
    r.sent_ns,
    r.wrote_ns,
    r.first_byte_ns,
    r.first_token_ns,
    r.last_token_ns,
    r.done_ns,
    r.connection_reused,
    r.status,
    r.http_status,
    r.error,
    r.prompt_tokens,
    r.output_tokens,
    r.cached_tokens,
    r.prompt_tokens_source,
    r.output_tokens_source,
    r.asked_tokens,
    r.finish_reason,
    r.chunks,
    r.bytes,
    r.server_request_id,
    l.ttft_ms,
    l.tpot_ms,
    l.e2el_ms,
    l.queue_ms,
    t.t_ns,
    t.n_tokens,
    t.odd_chunk,
    t.odd_kind,
    x.output_text
FROM requests AS r
LEFT JOIN runs AS u USING (run_id)
LEFT JOIN request_latency AS l USING (run_id, request_id, attempt)
LEFT JOIN token_lists AS t USING (run_id, request_id, attempt)
LEFT JOIN texts AS x USING (run_id, request_id, attempt);
