-- one row per run whose accelerators told their power: what the load took, from the run's origin to its end
-- column run_id VARCHAR: the run
-- column devices BIGINT: accelerators counted
-- column window_s DOUBLE: the time it is about [s]
-- column covered_ratio DOUBLE: share of it between samples, of the accelerator with the least, 0 to 1
-- column longest_gap_s DOUBLE: longest time without a sample, over which power goes straight [s]
-- column mean_w DOUBLE: mean power of all accelerators together [W]
-- column peak_w DOUBLE: largest sample of any one [W]
-- column energy_j DOUBLE: mean_w times window_s; NULL when less than half of the time is covered [J]
-- column j_per_output_token DOUBLE: energy by the output tokens of requests that ended well [J]
-- column j_per_request DOUBLE: energy by those requests [J]
-- column tokens_per_j DOUBLE: output tokens a joule
-- column capped_ratio DOUBLE: share of samples at 98 % of the power cap or above, of the accelerator with the most, 0 to 1
-- column throttled_ratio DOUBLE: share of samples that said they were slowed down, of the accelerator with the most, 0 to 1
CREATE OR REPLACE VIEW energy AS
WITH drawn AS (
    SELECT
        run_id,
        count(*) AS devices,
        any_value(window_s) AS window_s,
        min(covered_s / window_s) AS covered_ratio,
        max(longest_gap_s) AS longest_gap_s,
        sum(mean_w) AS mean_w,
        max(peak_w) AS peak_w,
        max(capped_ratio) AS capped_ratio,
        max(throttled_ratio) AS throttled_ratio
    FROM window_device_power('all')
    GROUP BY run_id
), work AS (
    SELECT run_id, count(*) AS requests, sum(output_tokens)::DOUBLE AS tokens
    FROM requests
    WHERE phase = 'measured' AND status = 'ok'
    GROUP BY run_id
)
SELECT
    d.run_id,
    d.devices,
    d.window_s,
    d.covered_ratio,
    d.longest_gap_s,
    d.mean_w,
    d.peak_w,
    j.energy_j,
    j.energy_j / nullif(w.tokens, 0) AS j_per_output_token,
    j.energy_j / w.requests AS j_per_request,
    w.tokens / nullif(j.energy_j, 0) AS tokens_per_j,
    d.capped_ratio,
    d.throttled_ratio
FROM drawn AS d
JOIN (SELECT run_id, CASE WHEN covered_ratio >= 0.5 THEN mean_w * window_s END AS energy_j FROM drawn) AS j USING (run_id)
LEFT JOIN work AS w ON w.run_id = d.run_id;
