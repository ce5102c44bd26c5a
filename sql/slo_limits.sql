-- macro slo_limits(ttft_ms, tpot_ms, e2el_ms): limits that a good request of each run keeps; its own where all are NULL
-- parameter ttft_ms DOUBLE: limit on TTFT, NULL for none [ms]
-- parameter tpot_ms DOUBLE: limit on TPOT, NULL for none [ms]
-- parameter e2el_ms DOUBLE: limit on E2EL, NULL for none [ms]
-- column run_id VARCHAR: the run
-- column ttft_limit DOUBLE: limit on TTFT, in ms; NULL for none
-- column tpot_limit DOUBLE: limit on TPOT, in ms; NULL for none
-- column e2el_limit DOUBLE: limit on E2EL, in ms; NULL for none
CREATE OR REPLACE MACRO slo_limits(ttft_ms, tpot_ms, e2el_ms) AS TABLE
WITH given AS (
    SELECT run_id, CASE WHEN json_valid(slo) THEN slo::JSON END AS slo
    FROM runs
)
SELECT
    s.run_id,
    CASE WHEN coalesce(ttft_ms, tpot_ms, e2el_ms) IS NULL
        THEN TRY_CAST(g.slo->>'$.ttft' AS DOUBLE) ELSE ttft_ms::DOUBLE END AS ttft_limit,
    CASE WHEN coalesce(ttft_ms, tpot_ms, e2el_ms) IS NULL
        THEN TRY_CAST(g.slo->>'$.tpot' AS DOUBLE) ELSE tpot_ms::DOUBLE END AS tpot_limit,
    CASE WHEN coalesce(ttft_ms, tpot_ms, e2el_ms) IS NULL
        THEN TRY_CAST(g.slo->>'$.e2el' AS DOUBLE) ELSE e2el_ms::DOUBLE END AS e2el_limit
FROM selected_runs AS s
LEFT JOIN given AS g USING (run_id);
