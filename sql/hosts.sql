-- one row per sample of the machine that llmbench ran on
-- column run_id VARCHAR: the run
-- column t_ns BIGINT: time of the sample since the run's origin [ns]
-- column host VARCHAR: name of the machine
-- column cpu_pct DOUBLE: share of all cores that was busy since the sample before [%]
-- column client_cpu_pct DOUBLE: share of all cores that llmbench itself used since the sample before [%]
-- column load1 DOUBLE: load average over a minute
-- column mem_used_bytes BIGINT: memory in use, caches left out [bytes]
-- column mem_total_bytes BIGINT: memory installed [bytes]
CREATE OR REPLACE VIEW hosts AS
SELECT
    NULL::VARCHAR AS run_id,
    NULL::BIGINT AS t_ns,
    NULL::VARCHAR AS host,
    NULL::DOUBLE AS cpu_pct,
    NULL::DOUBLE AS client_cpu_pct,
    NULL::DOUBLE AS load1,
    NULL::BIGINT AS mem_used_bytes,
    NULL::BIGINT AS mem_total_bytes
WHERE false;
