-- macro waterfall(requests := 200, slow_ms := 50, stall_ms := 200): stretches of the slowest requests of each run, in time
-- parameter requests BIGINT: how many requests of a run, the slowest by E2EL, of a finite request rate with the wait in the client
-- parameter slow_ms DOUBLE: gaps between tokens from here on are slow [ms]
-- parameter stall_ms DOUBLE: gaps from here on are stalls [ms]
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column place BIGINT: number of the request among those shown, from 1, in the order in which they were due
-- column slowness BIGINT: its number by slowness, 1 for the slowest
-- column part VARCHAR: queue (waiting in the client), prefill (to the first token), decode, slow, stall (gaps within decode), failed
-- column from_s DOUBLE: begin, since the run's origin [s]
-- column to_s DOUBLE: end [s]
-- column since_s DOUBLE: begin, since the request was due [s]
-- column until_s DOUBLE: end, since the request was due [s]
-- column output_tokens BIGINT: tokens of the answer
-- column all_requests BIGINT: measured requests of the run, shown or not
CREATE OR REPLACE MACRO waterfall(requests := 200, slow_ms := 50, stall_ms := 200) AS TABLE
WITH timed AS (
    SELECT
        r.run_id, r.request_id, r.attempt, r.status, r.sent_ns, r.ended_ns, r.ttft_ns, r.e2el_ns, r.output_tokens,
        CASE WHEN isinf(u.request_rate) THEN coalesce(r.sent_ns, r.intended_ns) ELSE coalesce(r.intended_ns, r.sent_ns) END AS due_ns,
        count(*) OVER (PARTITION BY r.run_id) AS all_requests
    FROM request_latency_ns AS r
    ANTI JOIN unplaced_runs USING (run_id)
    LEFT JOIN runs AS u USING (run_id)
    WHERE r.phase = 'measured'
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY run_id ORDER BY ended_ns - due_ns DESC NULLS LAST, request_id) AS slowness
    FROM timed
), shown AS MATERIALIZED (
    SELECT *, row_number() OVER (PARTITION BY run_id ORDER BY due_ns, request_id) AS place
    FROM ranked
    WHERE slowness <= requests AND due_ns IS NOT NULL AND ended_ns IS NOT NULL
), gaps AS (
    SELECT run_id, request_id, attempt, t_ns - gap_ns AS from_ns, t_ns AS to_ns, gap_ns
    FROM (
        SELECT
            a.run_id, a.request_id, a.attempt,
            a.sent_ns + unnest(a.t_ns[2:]) AS t_ns, unnest(a.t_ns[2:]) - unnest(a.t_ns[:-2]) AS gap_ns
        FROM token_arrivals AS a
        SEMI JOIN shown USING (run_id, request_id, attempt)
    )
    WHERE gap_ns >= 1e6 * slow_ms
), parts AS (
    SELECT run_id, request_id, 'queue' AS part, due_ns AS from_ns, coalesce(sent_ns, ended_ns) AS to_ns FROM shown
    UNION ALL
    SELECT run_id, request_id, 'failed', sent_ns, ended_ns FROM shown WHERE status <> 'ok'
    UNION ALL
    SELECT run_id, request_id, 'prefill', sent_ns, sent_ns + coalesce(ttft_ns, e2el_ns) FROM shown WHERE status = 'ok'
    UNION ALL
    SELECT run_id, request_id, 'decode', sent_ns + ttft_ns, sent_ns + e2el_ns FROM shown WHERE status = 'ok'
    UNION ALL
    SELECT run_id, request_id, CASE WHEN gap_ns >= 1e6 * stall_ms THEN 'stall' ELSE 'slow' END, from_ns, to_ns FROM gaps
)
SELECT
    p.run_id, p.request_id, s.place, s.slowness, p.part, p.from_ns / 1e9 AS from_s, p.to_ns / 1e9 AS to_s,
    (p.from_ns - s.due_ns) / 1e9 AS since_s, (p.to_ns - s.due_ns) / 1e9 AS until_s, s.output_tokens, s.all_requests
FROM parts AS p
JOIN shown AS s USING (run_id, request_id)
WHERE p.to_ns > p.from_ns OR p.part = 'failed';
