-- one row per run whose events the views read: all runs, or the ones selected
-- column run_id VARCHAR: the run
CREATE OR REPLACE VIEW selected_runs AS
SELECT NULL::VARCHAR AS run_id
WHERE false;
