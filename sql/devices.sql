-- one row per sample of an accelerator; host, source and device together name it
-- column run_id VARCHAR: the run
-- column t_ns BIGINT: time of the sample since the run's origin [ns]
-- column source VARCHAR: where the sample comes from: sysfs, hy-smi, rocm-smi, nvidia-smi, exporter or command
-- column host VARCHAR: machine the accelerator is in
-- column device BIGINT: number of the accelerator
-- column name VARCHAR: model of the accelerator
-- column util_pct DOUBLE: utilisation, 0 to 100 [%]
-- column mem_used_bytes BIGINT: memory in use [bytes]
-- column mem_total_bytes BIGINT: memory installed [bytes]
-- column power_w DOUBLE: power drawn [W]
-- column power_cap_w DOUBLE: power at which it is held back [W]
-- column temp_c DOUBLE: temperature, the hottest sensor [degrees Celsius]
-- column clock_mhz DOUBLE: clock of the cores [MHz]
-- column throttled BOOLEAN: it said that it was slowed down, by heat or power
CREATE OR REPLACE VIEW devices AS
SELECT
    NULL::VARCHAR AS run_id,
    NULL::BIGINT AS t_ns,
    NULL::VARCHAR AS source,
    NULL::VARCHAR AS host,
    NULL::BIGINT AS device,
    NULL::VARCHAR AS name,
    NULL::DOUBLE AS util_pct,
    NULL::BIGINT AS mem_used_bytes,
    NULL::BIGINT AS mem_total_bytes,
    NULL::DOUBLE AS power_w,
    NULL::DOUBLE AS power_cap_w,
    NULL::DOUBLE AS temp_c,
    NULL::DOUBLE AS clock_mhz,
    NULL::BOOLEAN AS throttled
WHERE false;
