-- one row per sample of an accelerator; the sources are hysmi, sysfs or nvidia
-- column run_id VARCHAR: the run
-- column t_ns BIGINT: time of the sample since the run's origin [ns]
-- column source VARCHAR: where the sample comes from
-- column device BIGINT: number of the accelerator
-- column name VARCHAR: model of the accelerator
-- column util_pct DOUBLE: utilisation, 0 to 100 [%]
-- column mem_used_bytes BIGINT: memory in use [bytes]
-- column mem_total_bytes BIGINT: memory installed [bytes]
-- column power_w DOUBLE: power drawn [W]
-- column temp_c DOUBLE: temperature [degrees Celsius]
-- column clock_mhz DOUBLE: clock of the cores [MHz]
CREATE OR REPLACE VIEW devices AS
SELECT
    NULL::VARCHAR AS run_id,
    NULL::BIGINT AS t_ns,
    NULL::VARCHAR AS source,
    NULL::BIGINT AS device,
    NULL::VARCHAR AS name,
    NULL::DOUBLE AS util_pct,
    NULL::BIGINT AS mem_used_bytes,
    NULL::BIGINT AS mem_total_bytes,
    NULL::DOUBLE AS power_w,
    NULL::DOUBLE AS temp_c,
    NULL::DOUBLE AS clock_mhz
WHERE false;
