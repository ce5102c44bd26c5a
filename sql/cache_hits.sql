-- one row per run whose server tells how much of the prompts it found in its cache
-- column run_id VARCHAR: the run
-- column cached_ratio DOUBLE: share of the prompt tokens of measured requests that ended well, 0 to 1
CREATE OR REPLACE VIEW cache_hits AS
SELECT run_id, sum(cached_tokens) / sum(prompt_tokens) AS cached_ratio
FROM requests
WHERE phase = 'measured' AND status = 'ok' AND cached_tokens IS NOT NULL
GROUP BY run_id;
