-- macro sweep_parameters(): one row per selected run and parameter that differs among the runs: the axes a heat map can have
-- column run_id VARCHAR: the run
-- column parameter VARCHAR: a column of runs, or a swept flag: a tag of the runs of a sweep
-- column value VARCHAR: its value in the run
-- column differing BIGINT: how many values the selected runs have
CREATE OR REPLACE MACRO sweep_parameters() AS TABLE
WITH chosen AS (
    SELECT u.*
    FROM runs AS u
    SEMI JOIN selected_runs USING (run_id)
), parameters AS (
    SELECT run_id, 'dcu' AS parameter, dcu AS value FROM chosen
    UNION ALL SELECT run_id, 'dcu_count', dcu_count::VARCHAR FROM chosen
    UNION ALL SELECT run_id, 'tp', tp::VARCHAR FROM chosen
    UNION ALL SELECT run_id, 'pp', pp::VARCHAR FROM chosen
    UNION ALL SELECT run_id, 'dp', dp::VARCHAR FROM chosen
    UNION ALL SELECT run_id, 'model', model FROM chosen
    UNION ALL SELECT run_id, 'dtype', dtype FROM chosen
    UNION ALL SELECT run_id, 'engine', engine FROM chosen
    UNION ALL SELECT run_id, 'engine_version', engine_version FROM chosen
    UNION ALL SELECT run_id, 'backend', backend FROM chosen
    UNION ALL SELECT run_id, 'dataset', dataset FROM chosen
    UNION ALL SELECT run_id, 'request_rate', regexp_replace(request_rate::VARCHAR, '\.0$', '') FROM chosen
    UNION ALL SELECT run_id, 'burstiness', burstiness::VARCHAR FROM chosen
    UNION ALL SELECT run_id, 'max_concurrency', max_concurrency::VARCHAR FROM chosen
), all_parameters AS (
    FROM parameters
    UNION ALL
    SELECT run_id, replace(tag.key, '-', '_'), tag.value
    FROM (SELECT run_id, unnest(map_entries(tags)) AS tag FROM chosen WHERE map_contains(tags, 'sweep'))
    WHERE tag.key NOT IN ('sweep', 'point', 'repeat', 'keep-server') AND replace(tag.key, '-', '_') NOT IN (SELECT DISTINCT parameter FROM parameters)
), counted AS (
    SELECT run_id, parameter, value, count(DISTINCT value) OVER (PARTITION BY parameter) AS differing
    FROM all_parameters
    WHERE value IS NOT NULL
)
SELECT run_id, parameter, value, differing
FROM counted
WHERE differing > 1;
