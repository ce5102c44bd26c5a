-- one row per sample scraped from the server's metrics page
-- column run_id VARCHAR: the run
-- column t_ns BIGINT: time of the sample since the run's origin [ns]
-- column name VARCHAR: name of the metric
-- column labels MAP(VARCHAR, VARCHAR): labels of the sample
-- column value DOUBLE: the sample
CREATE OR REPLACE VIEW server_metrics AS
SELECT
    NULL::VARCHAR AS run_id,
    NULL::BIGINT AS t_ns,
    NULL::VARCHAR AS name,
    NULL::MAP(VARCHAR, VARCHAR) AS labels,
    NULL::DOUBLE AS value
WHERE false;
