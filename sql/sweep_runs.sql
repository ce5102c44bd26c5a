-- macro sweep_runs(): one row per selected run as a point of a sweep: its load, and the setting of runs that differ in load alone
-- column run_id VARCHAR: the run
-- column setting VARCHAR: what differs among the selected runs beside the load, such as tp=8; empty when nothing does
-- column load_kind VARCHAR: request_rate, max_concurrency or batch (requests sent all at once): the first of them that differs among the runs
-- column load DOUBLE: that load; NULL when unknown
-- column devices BIGINT: accelerators: dcu_count, else tp * pp * dp; NULL when unknown
--
-- Swept flags are tags of the runs of a sweep; the tags sweep, point and repeat name the sweep and number its runs.
CREATE OR REPLACE MACRO sweep_runs() AS TABLE
WITH chosen AS (
    SELECT u.*, CASE WHEN isinf(request_rate) THEN NULL ELSE request_rate END AS rate, TRY_CAST(tags['batch'] AS BIGINT) AS batch
    FROM runs AS u
    SEMI JOIN selected_runs USING (run_id)
), facts AS (
    SELECT run_id, 1 AS place, 'dcu' AS key, dcu AS value FROM chosen
    UNION ALL SELECT run_id, 2, 'dcus', dcu_count::VARCHAR FROM chosen
    UNION ALL SELECT run_id, 3, 'tp', tp::VARCHAR FROM chosen
    UNION ALL SELECT run_id, 4, 'pp', pp::VARCHAR FROM chosen
    UNION ALL SELECT run_id, 5, 'dp', dp::VARCHAR FROM chosen
    UNION ALL SELECT run_id, 6, 'model', model FROM chosen
    UNION ALL SELECT run_id, 7, 'dtype', dtype FROM chosen
    UNION ALL SELECT run_id, 8, 'engine', engine FROM chosen
    UNION ALL SELECT run_id, 9, 'engine_version', engine_version FROM chosen
    UNION ALL SELECT run_id, 10, 'backend', backend FROM chosen
    UNION ALL SELECT run_id, 11, 'dataset', dataset FROM chosen
    UNION ALL
    SELECT run_id, 12, replace(tag.key, '-', '_'), tag.value
    FROM (SELECT run_id, unnest(map_entries(tags)) AS tag FROM chosen WHERE map_contains(tags, 'sweep'))
    WHERE tag.key NOT IN ('sweep', 'point', 'repeat', 'keep-server')
), loads AS (
    SELECT
        *,
        CASE
            WHEN by_rate THEN 'request_rate'
            WHEN by_concurrency THEN 'max_concurrency'
            WHEN by_batch THEN 'batch'
            WHEN some_rate THEN 'request_rate'
            WHEN some_concurrency OR NOT some_batch THEN 'max_concurrency'
            ELSE 'batch'
        END AS load_kind
    FROM (
        SELECT
            count(DISTINCT rate) > 1 AS by_rate, count(DISTINCT max_concurrency) > 1 AS by_concurrency, count(DISTINCT batch) > 1 AS by_batch,
            count(rate) > 0 AS some_rate, count(max_concurrency) > 0 AS some_concurrency, count(batch) > 0 AS some_batch
        FROM chosen
    )
), varying AS (
    SELECT key, min(place) AS place
    FROM facts
    WHERE key NOT IN ('request_rate', 'max_concurrency') AND key <> (SELECT load_kind FROM loads) AND NOT (place = 12 AND key IN ('tp', 'pp', 'dp', 'dcu', 'model', 'dtype', 'engine', 'backend'))
    GROUP BY key
    HAVING count(DISTINCT value) > 1
    UNION ALL
    SELECT 'max_concurrency', 13 FROM loads WHERE by_rate AND by_concurrency
), settings AS (
    SELECT f.run_id, string_agg(f.key || '=' || f.value, ', ' ORDER BY v.place, f.key) AS setting
    FROM (FROM facts UNION ALL SELECT run_id, 13, 'max_concurrency', max_concurrency::VARCHAR FROM chosen) AS f
    JOIN varying AS v ON f.key = v.key AND f.place = v.place
    WHERE f.value IS NOT NULL
    GROUP BY f.run_id
)
SELECT
    c.run_id,
    coalesce(s.setting, '') AS setting,
    l.load_kind,
    CASE l.load_kind WHEN 'request_rate' THEN c.rate WHEN 'max_concurrency' THEN c.max_concurrency ELSE c.batch END::DOUBLE AS load,
    coalesce(c.dcu_count, CASE WHEN coalesce(c.tp, c.pp, c.dp) IS NOT NULL THEN coalesce(c.tp, 1) * coalesce(c.pp, 1) * coalesce(c.dp, 1) END) AS devices
FROM chosen AS c
CROSS JOIN loads AS l
LEFT JOIN settings AS s USING (run_id);
