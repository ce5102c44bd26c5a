-- macro window_slices(parts, kind, ttft_ms, tpot_ms, e2el_ms, definitions, head_s, tail_s): counts over time, a row for each slice
-- parameter parts BIGINT: how many slices of equal length to cut each run's window into, from its first instant to its last
-- parameter kind VARCHAR: all, trim or steady: see windows
-- parameter ttft_ms DOUBLE: limit on TTFT, NULL for none [ms]
-- parameter tpot_ms DOUBLE: limit on TPOT, NULL for none [ms]
-- parameter e2el_ms DOUBLE: limit on E2EL, NULL for none; without any, each run's own hold [ms]
-- parameter definitions VARCHAR: llmbench, vllm, aiperf or guidellm: see answers
-- parameter head_s DOUBLE: of trim, what to cut at the beginning of the run [s]
-- parameter tail_s DOUBLE: of trim, what to cut at its end [s]
-- column run_id VARCHAR: the run
-- column slice BIGINT: from 0
-- column length_s DOUBLE: time of it that counts: all of it but for the dips of steady [s]
-- column completed BIGINT: requests that ended well in it
-- column good BIGINT: those of them that kept the limits
-- column input_tokens BIGINT: prompt tokens of completed requests sent in it
-- column output_tokens DOUBLE: output tokens that arrived in it; where chunks were not kept, of requests that ended in it
CREATE OR REPLACE MACRO window_slices(
    parts, kind, ttft_ms := NULL, tpot_ms := NULL, e2el_ms := NULL, definitions := 'llmbench', head_s := 0, tail_s := 0
) AS TABLE
WITH stretches AS (
    SELECT
        w.run_id,
        CASE WHEN kind = 'all' THEN 0 ELSE w.from_ns END AS from_ns,
        CASE WHEN kind = 'all' THEN (1e9 * d.duration_s)::BIGINT ELSE w.to_ns END AS to_ns
    FROM windows(kind, head_s, tail_s) AS w
    LEFT JOIN run_durations AS d USING (run_id)
), hulls AS (
    SELECT run_id, min(from_ns) AS from_ns, greatest(1, (max(to_ns) - min(from_ns) + parts - 1) // parts)::BIGINT AS width_ns
    FROM stretches
    GROUP BY run_id
), pieces AS (
    SELECT s.*, h.from_ns AS base_ns, h.width_ns, unnest(range(
        ((s.from_ns - h.from_ns) // h.width_ns)::BIGINT,
        least(parts, ((s.to_ns - h.from_ns) // h.width_ns)::BIGINT + 1))) AS slice
    FROM stretches AS s
    JOIN hulls AS h USING (run_id)
), lengths AS (
    SELECT
        run_id,
        slice,
        sum(least(to_ns, base_ns + (slice + 1) * width_ns) - greatest(from_ns, base_ns + slice * width_ns)) / 1e9 AS length_s
    FROM pieces
    GROUP BY ALL
), events AS (
    SELECT
        run_id, ended_ns AS t_ns, 1 AS completed,
        keeps_limits(ttft_ns, tpot_ns, e2el_ns, coalesce(output_tokens, CASE WHEN definitions = 'vllm' THEN 0 END), ttft_limit, tpot_limit, e2el_limit)::INTEGER AS good,
        0 AS input_tokens,
        CASE WHEN c.run_id IS NULL THEN output_tokens ELSE 0 END AS output_tokens
    FROM window_answers(kind, definitions, head_s, tail_s)
    JOIN slo_limits(ttft_ms, tpot_ms, e2el_ms) USING (run_id)
    LEFT JOIN (SELECT DISTINCT run_id FROM token_lists) AS c USING (run_id)
    WHERE counted AND ended
    UNION ALL
    SELECT run_id, sent_ns, 0, 0, prompt_tokens, 0
    FROM window_answers(kind, definitions, head_s, tail_s)
    WHERE counted AND started
    UNION ALL
    SELECT run_id, t_ns, 0, 0, 0, tokens
    FROM window_tokens(kind, definitions, head_s, tail_s)
), counted AS (
    SELECT
        e.run_id,
        least(parts - 1, greatest(0, (e.t_ns - h.from_ns) // h.width_ns))::BIGINT AS slice,
        sum(completed) AS completed, sum(good) AS good, sum(input_tokens) AS input_tokens, sum(e.output_tokens) AS output_tokens
    FROM events AS e
    JOIN hulls AS h USING (run_id)
    GROUP BY ALL
)
SELECT
    l.run_id,
    l.slice,
    l.length_s::DOUBLE AS length_s,
    coalesce(c.completed, 0)::BIGINT AS completed,
    coalesce(c.good, 0)::BIGINT AS good,
    coalesce(c.input_tokens, 0)::BIGINT AS input_tokens,
    coalesce(c.output_tokens, 0)::DOUBLE AS output_tokens
FROM lengths AS l
LEFT JOIN counted AS c USING (run_id, slice);
