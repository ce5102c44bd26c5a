-- one row per run, second and accelerator, of the seconds with a sample: the mean of its samples
-- column run_id VARCHAR: the run
-- column second BIGINT: seconds since the run's origin, below 0 before the load [s]
-- column source VARCHAR: where the samples come from
-- column host VARCHAR: machine the accelerator is in
-- column device BIGINT: number of the accelerator
-- column util_pct DOUBLE: utilisation [%]
-- column mem_used_bytes DOUBLE: memory in use [bytes]
-- column mem_total_bytes BIGINT: memory installed [bytes]
-- column power_w DOUBLE: power [W]
-- column temp_c DOUBLE: temperature [degrees Celsius]
-- column clock_mhz DOUBLE: clock of the cores [MHz]
CREATE OR REPLACE VIEW device_timeline AS
SELECT
    run_id,
    floor(t_ns / 1e9)::BIGINT AS second,
    source,
    host,
    device,
    avg(util_pct) AS util_pct,
    avg(mem_used_bytes) AS mem_used_bytes,
    max(mem_total_bytes) AS mem_total_bytes,
    avg(power_w) AS power_w,
    avg(temp_c) AS temp_c,
    avg(clock_mhz) AS clock_mhz
FROM devices
GROUP BY ALL;
