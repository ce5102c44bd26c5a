-- one row per request that was sent and accelerator: the accelerator while the request ran
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column attempt BIGINT: which attempt at it
-- column source VARCHAR: where the samples come from
-- column host VARCHAR: machine the accelerator is in
-- column device BIGINT: number of the accelerator
-- column samples BIGINT: samples while it ran; 0 when the last one before it stands for it
-- column util_pct DOUBLE: mean utilisation [%]
-- column mem_used_bytes DOUBLE: mean memory in use [bytes]
-- column power_w DOUBLE: mean power [W]
-- column temp_c DOUBLE: highest temperature [degrees Celsius]
-- column clock_mhz DOUBLE: lowest clock [MHz]
CREATE OR REPLACE VIEW device_at_request AS
WITH spans AS (
    SELECT run_id, request_id, attempt, sent_ns, coalesce(last_token_ns, done_ns) AS end_ns
    FROM requests
    ANTI JOIN unplaced_runs USING (run_id)
    WHERE sent_ns IS NOT NULL AND coalesce(last_token_ns, done_ns) IS NOT NULL
), cards AS (
    SELECT DISTINCT run_id, source, host, device FROM devices
), before AS (
    SELECT s.run_id, s.request_id, s.attempt, s.end_ns, s.sent_ns, c.source, c.host, c.device, d.t_ns
    FROM (SELECT * FROM spans JOIN cards USING (run_id)) AS s
    JOIN cards AS c ON c.run_id = s.run_id AND c.source = s.source AND c.host IS NOT DISTINCT FROM s.host AND c.device = s.device
    ASOF LEFT JOIN (SELECT run_id, source, coalesce(host, '') AS at, device, t_ns FROM devices) AS d
        ON d.run_id = s.run_id AND d.source = s.source AND d.at = coalesce(s.host, '') AND d.device = s.device AND d.t_ns <= s.sent_ns
)
SELECT
    b.run_id,
    b.request_id,
    b.attempt,
    b.source,
    b.host,
    b.device,
    count(CASE WHEN d.t_ns >= b.sent_ns THEN 1 END) AS samples,
    coalesce(avg(CASE WHEN d.t_ns >= b.sent_ns THEN d.util_pct END), avg(d.util_pct)) AS util_pct,
    coalesce(avg(CASE WHEN d.t_ns >= b.sent_ns THEN d.mem_used_bytes END), avg(d.mem_used_bytes)) AS mem_used_bytes,
    coalesce(avg(CASE WHEN d.t_ns >= b.sent_ns THEN d.power_w END), avg(d.power_w)) AS power_w,
    coalesce(max(CASE WHEN d.t_ns >= b.sent_ns THEN d.temp_c END), max(d.temp_c)) AS temp_c,
    coalesce(min(CASE WHEN d.t_ns >= b.sent_ns THEN d.clock_mhz END), min(d.clock_mhz)) AS clock_mhz
FROM before AS b
JOIN devices AS d
    ON d.run_id = b.run_id AND d.source = b.source AND d.host IS NOT DISTINCT FROM b.host AND d.device = b.device
    AND d.t_ns >= coalesce(b.t_ns, b.sent_ns) AND d.t_ns <= b.end_ns
GROUP BY ALL;
