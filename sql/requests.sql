-- one row per attempt at a request, failed ones and warm-up included; times are offsets from the run's origin
-- column run_id VARCHAR: the run
-- column request_id BIGINT: number of the request in the order of the schedule, from 0
-- column phase VARCHAR: warmup, measured or probe; summaries count the measured ones
-- column session_id VARCHAR: conversation the request belongs to
-- column turn BIGINT: turn of the conversation, from 0
-- column session_turns BIGINT: turns the conversation has when it is held to its end
-- column attempt BIGINT: how often the request had been tried before: 0 but with --retries; the last one counts
-- column intended_ns BIGINT: when the schedule wanted the request sent [ns]
-- column slot_ns BIGINT: when the concurrency limit let it go; intended_ns if nothing was awaited; of a retry and of a later turn, when it was due [ns]
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
CREATE OR REPLACE VIEW requests AS
SELECT
    NULL::VARCHAR AS run_id,
    NULL::BIGINT AS request_id,
    NULL::VARCHAR AS phase,
    NULL::VARCHAR AS session_id,
    NULL::BIGINT AS turn,
    NULL::BIGINT AS session_turns,
    NULL::BIGINT AS attempt,
    NULL::BIGINT AS intended_ns,
    NULL::BIGINT AS slot_ns,
    NULL::BIGINT AS sent_ns,
    NULL::BIGINT AS wrote_ns,
    NULL::BIGINT AS first_byte_ns,
    NULL::BIGINT AS first_token_ns,
    NULL::BIGINT AS last_token_ns,
    NULL::BIGINT AS done_ns,
    NULL::BOOLEAN AS connection_reused,
    NULL::VARCHAR AS status,
    NULL::BIGINT AS http_status,
    NULL::VARCHAR AS error,
    NULL::BIGINT AS prompt_tokens,
    NULL::BIGINT AS output_tokens,
    NULL::BIGINT AS cached_tokens,
    NULL::VARCHAR AS prompt_tokens_source,
    NULL::VARCHAR AS output_tokens_source,
    NULL::BIGINT AS asked_tokens,
    NULL::VARCHAR AS finish_reason,
    NULL::BIGINT AS chunks,
    NULL::BIGINT AS bytes,
    NULL::VARCHAR AS server_request_id
WHERE false;
