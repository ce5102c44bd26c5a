-- macro sweep_best(ttft_ms := NULL, tpot_ms := NULL, e2el_ms := NULL): the highest throughput of each setting that keeps the limits
-- parameter ttft_ms DOUBLE: limit on the 99th percentile of TTFT, NULL for none [ms]
-- parameter tpot_ms DOUBLE: limit on that of TPOT, NULL for none [ms]
-- parameter e2el_ms DOUBLE: limit on that of E2EL, NULL for none [ms]
-- column setting VARCHAR: what differs among the selected runs beside the load; without a point that keeps the limits there is no row
-- column load_kind VARCHAR: request_rate, max_concurrency or batch
-- column load DOUBLE: the load at which output throughput is highest
-- column output_throughput DOUBLE: that throughput, mean over the repeats [tok/s]
-- column device_throughput DOUBLE: of it, per accelerator; NULL when their number is unknown [tok/s]
-- column p99_ttft_ms DOUBLE: 99th percentile of TTFT of the worst repeat [ms]
-- column p99_tpot_ms DOUBLE: that of TPOT [ms]
-- column p99_e2el_ms DOUBLE: that of E2EL [ms]
-- column repeats BIGINT: runs it rests on; every one of them keeps the limits
-- column requests BIGINT: their measured requests
-- column next_load DOUBLE: the next higher load that was tried; NULL when this was the highest
-- column next_keeps BOOLEAN: whether the limits hold there too; NULL when the client was saturated in all of its runs
-- column rank BIGINT: 1 for the setting with the highest throughput per accelerator, in all where their number is unknown
--
-- A run whose client was saturated says nothing of the server: neither that it keeps the limits nor that it does not.
CREATE OR REPLACE MACRO sweep_best(ttft_ms := NULL, tpot_ms := NULL, e2el_ms := NULL) AS TABLE
WITH points AS (
    SELECT
        p.setting, p.load_kind, p.load,
        avg(s.output_throughput) FILTER (trusted) AS output_throughput,
        avg(s.output_throughput / p.devices) FILTER (trusted) AS device_throughput,
        max(s.p99_ttft_ms) FILTER (trusted) AS p99_ttft_ms,
        max(s.p99_tpot_ms) FILTER (trusted) AS p99_tpot_ms,
        max(s.p99_e2el_ms) FILTER (trusted) AS p99_e2el_ms,
        count(*) FILTER (trusted) AS repeats,
        (sum(s.completed + s.failed) FILTER (trusted))::BIGINT AS requests,
        bool_and(s.failed = 0 AND s.completed > 0
            AND (ttft_ms IS NULL OR coalesce(s.p99_ttft_ms <= ttft_ms, false))
            AND (tpot_ms IS NULL OR coalesce(s.p99_tpot_ms <= tpot_ms, false))
            AND (e2el_ms IS NULL OR coalesce(s.p99_e2el_ms <= e2el_ms, false))) FILTER (trusted) AS keeps
    FROM sweep_runs() AS p
    JOIN run_summary AS s USING (run_id)
    JOIN (SELECT run_id, client_verdict IS DISTINCT FROM 'saturated' AS trusted FROM runs) AS u USING (run_id)
    GROUP BY p.setting, p.load_kind, p.load
), followed AS (
    SELECT
        *,
        lead(load) OVER higher AS next_load,
        lead(keeps) OVER higher AS next_keeps
    FROM points
    WINDOW higher AS (PARTITION BY setting, load_kind ORDER BY load NULLS LAST)
), best AS (
    SELECT *, row_number() OVER (PARTITION BY setting ORDER BY output_throughput DESC NULLS LAST, load) AS place
    FROM followed
    WHERE keeps
)
SELECT
    setting, load_kind, load, output_throughput, device_throughput, p99_ttft_ms, p99_tpot_ms, p99_e2el_ms, repeats, requests, next_load, next_keeps,
    rank() OVER (ORDER BY coalesce(device_throughput, output_throughput) DESC NULLS LAST) AS rank
FROM best
WHERE place = 1;
