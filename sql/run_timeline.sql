-- macro run_timeline(steps := 200, low := 50, high := 99): how each run went, a row for each of about so many intervals
-- parameter steps BIGINT: about how many intervals a run is cut into; their length is round
-- parameter low DOUBLE: percentile of ttft_low_ms, 0 to 100
-- parameter high DOUBLE: percentile of ttft_high_ms, 0 to 100
-- column run_id VARCHAR: the run
-- column t_s DOUBLE: begin of the interval, since the run's origin [s]
-- column width_s DOUBLE: its length [s]
-- column offered DOUBLE: measured requests per second that the schedule wanted sent in it
-- column completed DOUBLE: measured requests per second that ended well in it
-- column failed DOUBLE: measured requests per second that failed in it
-- column output_tokens DOUBLE: tokens per second that arrived in it for requests that ended well; NULL when unknown
-- column in_flight BIGINT: most measured requests in flight in it
-- column queued BIGINT: most requests in it that waited in the client, for a millisecond or longer
-- column ttft_low_ms DOUBLE: lower percentile of TTFT of requests whose first token came in it [ms]
-- column ttft_high_ms DOUBLE: higher percentile of their TTFT [ms]
-- column util_pct DOUBLE: mean utilisation of the accelerators, 0 to 100; a sample stands until the next, for 15 s at most [%]
-- column mem_used_bytes DOUBLE: memory in use on all accelerators together, mean over the samples [bytes]
-- column power_w DOUBLE: power that all accelerators drew together, mean over the samples [W]
--
-- Where the server does not tell a chunk's tokens, the request's output_tokens are shared out equally over its chunks.
CREATE OR REPLACE MACRO run_timeline(steps := 200, low := 50, high := 99) AS TABLE
WITH grid AS MATERIALIZED (
    FROM run_steps(steps)
), widths AS (
    SELECT DISTINCT run_id, width_ns
    FROM grid
), marks AS (
    SELECT r.run_id, coalesce(intended_ns, sent_ns) // width_ns AS step, count(*) AS offered, 0 AS completed, 0 AS failed
    FROM request_latency_ns AS r
    JOIN widths AS w USING (run_id)
    WHERE phase = 'measured'
    GROUP BY ALL
    UNION ALL
    SELECT r.run_id, greatest(ended_ns - 1, 0) // width_ns, 0, count(*) FILTER (status = 'ok'), count(*) FILTER (status <> 'ok')
    FROM request_latency_ns AS r
    JOIN widths AS w USING (run_id)
    WHERE phase = 'measured'
    GROUP BY ALL
), counts AS (
    SELECT run_id, step, sum(offered) AS offered, sum(completed) AS completed, sum(failed) AS failed
    FROM marks
    GROUP BY ALL
), arrived AS (
    SELECT
        run_id,
        greatest(t_ns - 1, 0) // width_ns AS step,
        sum(coalesce(n_tokens::DOUBLE, share)) AS tokens
    FROM (
        SELECT
            a.run_id, w.width_ns,
            a.sent_ns + unnest(a.t_ns) AS t_ns, unnest(a.n_tokens) AS n_tokens, output_tokens::DOUBLE / len(a.t_ns) AS share
        FROM token_arrivals AS a
        JOIN widths AS w USING (run_id)
        WHERE len(a.t_ns) > 0
    )
    GROUP BY ALL
), first_tokens AS (
    SELECT r.run_id, greatest(sent_ns + ttft_ns - 1, 0) // width_ns AS step, quantile_cont(ttft_ns, [low::DOUBLE / 100, high::DOUBLE / 100]) AS ttft_ns
    FROM request_latency_ns AS r
    JOIN widths AS w USING (run_id)
    WHERE phase = 'measured' AND status = 'ok' AND ttft_ns IS NOT NULL
    GROUP BY ALL
), waits AS ( -- every request waits for some microseconds: that is no queue
    SELECT run_id, intended_ns AS from_ns, coalesce(sent_ns, done_ns, last_token_ns) AS to_ns
    FROM requests
    ANTI JOIN unplaced_runs USING (run_id)
    WHERE phase = 'measured' AND attempt = 0 AND coalesce(sent_ns, done_ns, last_token_ns) - intended_ns >= 1000000
), waiting AS (
    SELECT run_id, t_ns, sum(sum(change)) OVER (PARTITION BY run_id ORDER BY t_ns) AS queued
    FROM (
        SELECT run_id, from_ns AS t_ns, 1 AS change FROM waits
        UNION ALL
        SELECT run_id, to_ns, -1 FROM waits
    )
    GROUP BY run_id, t_ns
), queues AS (
    SELECT q.run_id, t_ns // width_ns AS step, max(queued)::BIGINT AS queued, arg_max(queued, t_ns)::BIGINT AS last_queued
    FROM waiting AS q
    JOIN widths AS w USING (run_id)
    GROUP BY ALL
), levels AS (
    SELECT c.run_id, t_ns // width_ns AS step, max(in_flight) AS in_flight, arg_max(in_flight, t_ns) AS last_in_flight
    FROM concurrency_timeline AS c
    JOIN widths AS w USING (run_id)
    GROUP BY ALL
), carried AS (
    SELECT
        g.run_id, g.step,
        last_value(l.last_in_flight IGNORE NULLS) OVER before AS in_flight_before,
        last_value(q.last_queued IGNORE NULLS) OVER before AS queued_before
    FROM grid AS g
    LEFT JOIN levels AS l USING (run_id, step)
    LEFT JOIN queues AS q USING (run_id, step)
    WINDOW before AS (PARTITION BY g.run_id ORDER BY g.step ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), sampled AS (
    SELECT d.run_id, t_ns // width_ns AS step, avg(util_pct) AS util_pct, d.source, d.host, d.device, avg(mem_used_bytes) AS mem_used_bytes, avg(power_w) AS power_w
    FROM (FROM devices QUALIFY source = min(source) OVER (PARTITION BY run_id, host, device)) AS d -- one source for each
    JOIN widths AS w USING (run_id)
    WHERE t_ns >= 0
    GROUP BY ALL
), machine AS (
    SELECT run_id, step, avg(util_pct) AS util_pct, sum(mem_used_bytes) AS mem_used_bytes, sum(power_w) AS power_w
    FROM sampled
    GROUP BY ALL
), devices_held AS ( -- a sample stands until the next one, for 15 s at most: steps may be shorter than the time between two
    SELECT
        g.run_id, g.step,
        last_value(m.util_pct IGNORE NULLS) OVER held AS util_pct,
        last_value(m.mem_used_bytes IGNORE NULLS) OVER held AS mem_used_bytes,
        last_value(m.power_w IGNORE NULLS) OVER held AS power_w
    FROM grid AS g
    LEFT JOIN machine AS m USING (run_id, step)
    WINDOW held AS (PARTITION BY g.run_id ORDER BY g.step * g.width_ns RANGE BETWEEN 15000000000 PRECEDING AND CURRENT ROW)
), told AS (
    SELECT DISTINCT run_id
    FROM arrived
    WHERE tokens IS NOT NULL
)
SELECT
    g.run_id,
    g.step * g.width_ns / 1e9 AS t_s,
    g.width_ns / 1e9 AS width_s,
    1e9 * coalesce(c.offered, 0) / g.length_ns AS offered,
    1e9 * coalesce(c.completed, 0) / g.length_ns AS completed,
    1e9 * coalesce(c.failed, 0) / g.length_ns AS failed,
    CASE WHEN t.run_id IS NOT NULL THEN 1e9 * coalesce(a.tokens, 0) / g.length_ns END AS output_tokens,
    greatest(coalesce(l.in_flight, 0), coalesce(b.in_flight_before, 0)) AS in_flight,
    greatest(coalesce(q.queued, 0), coalesce(b.queued_before, 0)) AS queued,
    f.ttft_ns[1] / 1e6 AS ttft_low_ms,
    f.ttft_ns[2] / 1e6 AS ttft_high_ms,
    m.util_pct,
    m.mem_used_bytes,
    m.power_w
FROM grid AS g
LEFT JOIN counts AS c USING (run_id, step)
LEFT JOIN arrived AS a USING (run_id, step)
LEFT JOIN first_tokens AS f USING (run_id, step)
LEFT JOIN levels AS l USING (run_id, step)
LEFT JOIN queues AS q USING (run_id, step)
LEFT JOIN carried AS b USING (run_id, step)
LEFT JOIN devices_held AS m USING (run_id, step)
LEFT JOIN told AS t USING (run_id);
