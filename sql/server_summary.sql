-- one row per run whose server has metrics: what they rose by over the load, and how they stood
-- column run_id VARCHAR: the run
-- column readings BIGINT: readings of the page
-- column mean_running DOUBLE: requests being worked on, mean over the load's readings
-- column max_running DOUBLE: most of them
-- column mean_waiting DOUBLE: requests waiting in the server
-- column max_waiting DOUBLE: most of them
-- column mean_cache_usage DOUBLE: share of the KV cache in use, 0 to 1
-- column max_cache_usage DOUBLE: most of it
-- column preemptions DOUBLE: requests that were put back
-- column prefix_query_tokens DOUBLE: prompt tokens looked up in the prefix cache
-- column prefix_hit_tokens DOUBLE: prompt tokens found in it
-- column prefix_hit_ratio DOUBLE: share of them, 0 to 1
-- column drafts DOUBLE: drafts of speculative decoding
-- column draft_tokens DOUBLE: tokens in them
-- column accepted_tokens DOUBLE: of these the model agreed to
-- column acceptance_ratio DOUBLE: share of them, 0 to 1
-- column acceptance_length DOUBLE: tokens a step, its own one with them: 1 + accepted_tokens / drafts; else the engine's word
--
-- A counter's rise is from the last reading before the load, or else the first, to the last one. A server that began anew
-- in between counts from 0 again: what fell is unknown. Some versions of vLLM give a counter under its old and its new
-- name: each name is counted by itself, and the larger one taken.
CREATE OR REPLACE VIEW server_summary AS
WITH readings AS (
    SELECT run_id, t_ns, name, signal, cumulative, CASE WHEN signal IN ('cache_usage', 'accept_length') THEN avg(m.value) ELSE sum(m.value) END AS value
    FROM server_metrics AS m
    JOIN server_signals USING (name)
    WHERE isfinite(m.value)
    GROUP BY run_id, t_ns, name, signal, cumulative
), starts AS (
    SELECT run_id, coalesce(max(CASE WHEN t_ns <= 0 THEN t_ns END), min(t_ns)) AS t_ns, count(DISTINCT t_ns) AS readings, max(t_ns) AS last_ns
    FROM server_metrics
    GROUP BY run_id
), changes AS (
    SELECT
        r.run_id, r.name, r.signal, arg_max(r.value, r.t_ns) - coalesce(arg_min(r.value, r.t_ns) FILTER (r.t_ns = s.t_ns), 0) AS rise,
        bool_or(r.value < r.before) AS fell
    FROM (SELECT *, lag(value) OVER (PARTITION BY run_id, name ORDER BY t_ns) AS before FROM readings WHERE cumulative) AS r
    JOIN starts AS s ON s.run_id = r.run_id AND r.t_ns >= s.t_ns
    GROUP BY ALL
), rises AS (
    SELECT
        run_id,
        max(CASE WHEN signal = 'preemptions' THEN rise END) AS preemptions,
        max(CASE WHEN signal = 'prefix_queries' THEN rise END) AS prefix_query_tokens,
        max(CASE WHEN signal = 'prefix_hits' THEN rise END) AS prefix_hit_tokens,
        max(CASE WHEN signal = 'drafts' THEN rise END) AS drafts,
        max(CASE WHEN signal = 'draft_tokens' THEN rise END) AS draft_tokens,
        max(CASE WHEN signal = 'accepted_tokens' THEN rise END) AS accepted_tokens
    FROM changes
    WHERE NOT coalesce(fell, false)
    GROUP BY run_id
), levels AS (
    SELECT
        r.run_id,
        avg(CASE WHEN signal = 'running' THEN value END) AS mean_running,
        max(CASE WHEN signal = 'running' THEN value END) AS max_running,
        avg(CASE WHEN signal = 'waiting' THEN value END) AS mean_waiting,
        max(CASE WHEN signal = 'waiting' THEN value END) AS max_waiting,
        avg(CASE WHEN signal = 'cache_usage' THEN value END) AS mean_cache_usage,
        max(CASE WHEN signal = 'cache_usage' THEN value END) AS max_cache_usage,
        avg(CASE WHEN signal = 'accept_length' THEN value END) AS accept_length
    FROM readings AS r
    JOIN run_durations AS d ON d.run_id = r.run_id
    WHERE NOT cumulative AND r.t_ns >= 0 AND r.t_ns <= 1e9 * coalesce(d.duration_s, 'inf'::DOUBLE)
    GROUP BY r.run_id
)
SELECT
    s.run_id,
    s.readings,
    l.mean_running,
    l.max_running,
    l.mean_waiting,
    l.max_waiting,
    l.mean_cache_usage,
    l.max_cache_usage,
    r.preemptions,
    r.prefix_query_tokens,
    r.prefix_hit_tokens,
    r.prefix_hit_tokens / nullif(r.prefix_query_tokens, 0) AS prefix_hit_ratio,
    r.drafts,
    r.draft_tokens,
    r.accepted_tokens,
    r.accepted_tokens / nullif(r.draft_tokens, 0) AS acceptance_ratio,
    coalesce(1 + r.accepted_tokens / nullif(r.drafts, 0), l.accept_length) AS acceptance_length
FROM starts AS s
LEFT JOIN rises AS r ON r.run_id = s.run_id
LEFT JOIN levels AS l ON l.run_id = s.run_id;
