-- one row per imported run of which only the times within a request are known, or none at all: its requests have no place in time
-- column run_id VARCHAR: the run
CREATE OR REPLACE VIEW unplaced_runs AS
SELECT run_id
FROM runs
WHERE time_base IN ('relative', 'none');
