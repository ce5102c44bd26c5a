-- one row per run and turn: how the turns of that number went in all conversations
-- column run_id VARCHAR: the run
-- column turn BIGINT: turn of the conversation, from 0
-- column requests BIGINT: conversations that came to it
-- column completed BIGINT: turns that ended well
-- column failed BIGINT: turns that failed
-- column mean_prompt_tokens DOUBLE: tokens of a prompt, the history included
-- column mean_output_tokens DOUBLE: tokens of an answer
-- column prefix_cache_hit_rate DOUBLE: share of the prompts' tokens that the server had in its prefix cache, 0 to 1; NULL when it does not say
-- column mean_ttft_ms DOUBLE: mean time to first token [ms]
-- column median_ttft_ms DOUBLE: median [ms]
-- column p99_ttft_ms DOUBLE: 99th percentile [ms]
-- column median_tpot_ms DOUBLE: median time per output token after the first [ms]
-- column mean_e2el_ms DOUBLE: mean end-to-end latency [ms]
-- column median_e2el_ms DOUBLE: median [ms]
-- column p99_e2el_ms DOUBLE: 99th percentile [ms]
CREATE OR REPLACE VIEW turn_latency AS
SELECT
    run_id,
    turn,
    count(*) AS requests,
    count(*) FILTER (status = 'ok') AS completed,
    count(*) FILTER (status <> 'ok') AS failed,
    avg(prompt_tokens) FILTER (status = 'ok') AS mean_prompt_tokens,
    avg(output_tokens) FILTER (status = 'ok') AS mean_output_tokens,
    sum(cached_tokens) FILTER (status = 'ok') / sum(prompt_tokens) FILTER (status = 'ok' AND cached_tokens IS NOT NULL) AS prefix_cache_hit_rate,
    avg(ttft_ns) FILTER (status = 'ok') / 1e6 AS mean_ttft_ms,
    quantile_cont(ttft_ns, 0.5) FILTER (status = 'ok') / 1e6 AS median_ttft_ms,
    quantile_cont(ttft_ns, 0.99) FILTER (status = 'ok') / 1e6 AS p99_ttft_ms,
    quantile_cont(tpot_ns, 0.5) FILTER (status = 'ok') / 1e6 AS median_tpot_ms,
    avg(e2el_ns) FILTER (status = 'ok') / 1e6 AS mean_e2el_ms,
    quantile_cont(e2el_ns, 0.5) FILTER (status = 'ok') / 1e6 AS median_e2el_ms,
    quantile_cont(e2el_ns, 0.99) FILTER (status = 'ok') / 1e6 AS p99_e2el_ms
FROM session_requests
GROUP BY run_id, turn;
