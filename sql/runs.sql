-- one row per run: what was measured, with which load, and how well the client kept up
-- column run_id VARCHAR: the run: the UTC time it began and four random characters
-- column name VARCHAR: the name given by people (--name)
-- column status VARCHAR: running, complete, interrupted or failed
-- column source VARCHAR: where the rows come from: collect, import:FORMAT, or merge
-- column began_at TIMESTAMP WITH TIME ZONE: wall clock of the run's origin; every *_ns column is an offset from it
-- column duration_ns BIGINT: length of the run, from its origin to the end of the last request [ns]
-- column tool_version VARCHAR: version of llmbench that wrote the run
-- column dcu VARCHAR: model of the accelerator, such as K100_AI
-- column dcu_count BIGINT: accelerators in use
-- column tp BIGINT: tensor parallel size
-- column pp BIGINT: pipeline parallel size
-- column dp BIGINT: data parallel size
-- column model VARCHAR: model served
-- column dtype VARCHAR: number format of the weights
-- column engine VARCHAR: server software
-- column engine_version VARCHAR: version of the server software
-- column backend VARCHAR: wire protocol the client chose
-- column base_url VARCHAR: address of the server
-- column env VARCHAR: environment variables on the allow list, a JSON object; key of tells whose: server or client
-- column max_model_len BIGINT: longest request the server takes [tokens]
-- column model_root VARCHAR: where the server has the weights from
-- column dataset VARCHAR: name of the dataset
-- column dataset_path VARCHAR: file or directory of the dataset
-- column num_prompts BIGINT: requests asked for
-- column request_rate DOUBLE: requests per second asked for; inf sends all at once [1/s]
-- column burstiness DOUBLE: shape of the gamma distributed gaps between requests; 1 is a Poisson process
-- column max_concurrency BIGINT: limit on requests in flight, NULL when there was none
-- column seed BIGINT: seed of the arrivals and the dataset
-- column ignore_eos BOOLEAN: whether the server was told to go on after the end-of-sequence token
-- column sampling VARCHAR: sampling parameters sent with every request, a JSON object
-- column workload VARCHAR: recipe of the prompts, a JSON object: dataset flags, asked lengths, content hash
-- column workload_id VARCHAR: hash of the recipe, tokenizer and seed; runs with equal ids can be paired
-- column tokenizer VARCHAR: tokenizer that made and counted the prompts
-- column slo VARCHAR: limits given to --goodput, a JSON object from metric to milliseconds
-- column flags VARCHAR: flags of the command line without secrets, a JSON object
-- column completed BIGINT: requests that ended well
-- column failed BIGINT: requests that failed
-- column prefix_query_tokens BIGINT: prompt tokens the server looked up in its prefix cache over the load, by its metrics page
-- column prefix_hit_tokens BIGINT: those of them it found
-- column time_base VARCHAR: clock of the times: process, or what an imported file used: epoch, relative, none
-- column lag_p50_ns BIGINT: median lag between a request's slot and its sending [ns]
-- column lag_p99_ns BIGINT: 99th percentile of that lag [ns]
-- column lag_max_ns BIGINT: largest such lag [ns]
-- column sched_p99_ns BIGINT: 99th percentile of the client's own scheduler latency [ns]
-- column gc_pause_max_ns BIGINT: longest garbage collection pause of the client [ns]
-- column client_cpu DOUBLE: share of the client machine's cores that the client used, 0 to 1
-- column queue_high_water BIGINT: most records that waited for the client's writer
-- column write_ns BIGINT: time the client's writer took to put rows into the journal [ns]
-- column write_max_ns BIGINT: longest that it took over one batch [ns]
-- column client_verdict VARCHAR: ok, suspect or saturated: whether the client kept up
-- column findings VARCHAR: what was found beside the numbers, a JSON object of texts: client, prompt_tokens, context, prefix_cache, telemetry, doctor
-- column tags MAP(VARCHAR, VARCHAR): tags set by people
-- column note VARCHAR: a note by people
-- column extra VARCHAR: further keys of an imported file, a JSON object
CREATE OR REPLACE VIEW runs AS
SELECT
    NULL::VARCHAR AS run_id,
    NULL::VARCHAR AS name,
    NULL::VARCHAR AS status,
    NULL::VARCHAR AS source,
    NULL::TIMESTAMP WITH TIME ZONE AS began_at,
    NULL::BIGINT AS duration_ns,
    NULL::VARCHAR AS tool_version,
    NULL::VARCHAR AS dcu,
    NULL::BIGINT AS dcu_count,
    NULL::BIGINT AS tp,
    NULL::BIGINT AS pp,
    NULL::BIGINT AS dp,
    NULL::VARCHAR AS model,
    NULL::VARCHAR AS dtype,
    NULL::VARCHAR AS engine,
    NULL::VARCHAR AS engine_version,
    NULL::VARCHAR AS backend,
    NULL::VARCHAR AS base_url,
    NULL::VARCHAR AS env,
    NULL::BIGINT AS max_model_len,
    NULL::VARCHAR AS model_root,
    NULL::VARCHAR AS dataset,
    NULL::VARCHAR AS dataset_path,
    NULL::BIGINT AS num_prompts,
    NULL::DOUBLE AS request_rate,
    NULL::DOUBLE AS burstiness,
    NULL::BIGINT AS max_concurrency,
    NULL::BIGINT AS seed,
    NULL::BOOLEAN AS ignore_eos,
    NULL::VARCHAR AS sampling,
    NULL::VARCHAR AS workload,
    NULL::VARCHAR AS workload_id,
    NULL::VARCHAR AS tokenizer,
    NULL::VARCHAR AS slo,
    NULL::VARCHAR AS flags,
    NULL::BIGINT AS completed,
    NULL::BIGINT AS failed,
    NULL::BIGINT AS prefix_query_tokens,
    NULL::BIGINT AS prefix_hit_tokens,
    NULL::VARCHAR AS time_base,
    NULL::BIGINT AS lag_p50_ns,
    NULL::BIGINT AS lag_p99_ns,
    NULL::BIGINT AS lag_max_ns,
    NULL::BIGINT AS sched_p99_ns,
    NULL::BIGINT AS gc_pause_max_ns,
    NULL::DOUBLE AS client_cpu,
    NULL::BIGINT AS queue_high_water,
    NULL::BIGINT AS write_ns,
    NULL::BIGINT AS write_max_ns,
    NULL::VARCHAR AS client_verdict,
    NULL::VARCHAR AS findings,
    NULL::MAP(VARCHAR, VARCHAR) AS tags,
    NULL::VARCHAR AS note,
    NULL::VARCHAR AS extra
WHERE false;
