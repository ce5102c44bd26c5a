-- one row per conversation of a run: how far it came, how long it took, and what the history cost
-- column run_id VARCHAR: the run
-- column session_id VARCHAR: the conversation
-- column turns BIGINT: turns it has when it is held to its end; NULL when not known
-- column sent BIGINT: turns that were sent
-- column ok BIGINT: turns that ended well
-- column completed BOOLEAN: whether all turns ended well
-- column began_ns BIGINT: when the first turn was sent [ns]
-- column duration_ms DOUBLE: from then to the end of the last turn [ms]
-- column answering_ms DOUBLE: time in it that the server was at work: the sum of e2el [ms]
-- column first_ttft_ms DOUBLE: TTFT of the first turn, which has no history [ms]
-- column later_ttft_ms DOUBLE: mean TTFT of the later turns [ms]
-- column prompt_tokens BIGINT: tokens of the longest prompt
-- column output_tokens BIGINT: tokens of all answers
-- column prefix_cache_hit_rate DOUBLE: share of all prompts' tokens that the server had in its prefix cache, 0 to 1
CREATE OR REPLACE VIEW sessions AS
SELECT
    run_id,
    session_id,
    max(session_turns) AS turns,
    count(*) AS sent,
    count(*) FILTER (status = 'ok') AS ok,
    count(*) FILTER (status = 'ok') = max(session_turns) AS completed,
    min(sent_ns) AS began_ns,
    (max(ended_ns) - min(sent_ns)) / 1e6 AS duration_ms,
    sum(e2el_ns) FILTER (status = 'ok') / 1e6 AS answering_ms,
    any_value(ttft_ns) FILTER (status = 'ok' AND turn = 0) / 1e6 AS first_ttft_ms,
    avg(ttft_ns) FILTER (status = 'ok' AND turn > 0) / 1e6 AS later_ttft_ms,
    max(prompt_tokens) AS prompt_tokens,
    sum(output_tokens)::BIGINT AS output_tokens,
    sum(cached_tokens) FILTER (status = 'ok') / sum(prompt_tokens) FILTER (status = 'ok' AND cached_tokens IS NOT NULL) AS prefix_cache_hit_rate
FROM session_requests
GROUP BY run_id, session_id;
