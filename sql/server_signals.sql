-- one row per name of an engine's metric that is understood: what it says, in words common to all engines
-- column name VARCHAR: the metric, as the engine names it
-- column signal VARCHAR: running, waiting: requests; cache_usage: share of the KV cache in use, 0 to 1; preemptions: requests put back, since the server began; prefix_queries, prefix_hits: prompt tokens looked up in the prefix cache, and found; drafts, draft_tokens, accepted_tokens: of speculative decoding; accept_length: tokens a step of it
-- column cumulative BOOLEAN: it counts since the server began
CREATE OR REPLACE VIEW server_signals AS
SELECT * FROM (VALUES
    ('vllm:num_requests_running', 'running', false),
    ('vllm:num_requests_waiting', 'waiting', false),
    ('vllm:kv_cache_usage_perc', 'cache_usage', false),
    ('vllm:gpu_cache_usage_perc', 'cache_usage', false),
    ('vllm:num_preemptions_total', 'preemptions', true),
    ('vllm:prefix_cache_queries_total', 'prefix_queries', true),
    ('vllm:prefix_cache_hits_total', 'prefix_hits', true),
    ('vllm:gpu_prefix_cache_queries_total', 'prefix_queries', true),
    ('vllm:gpu_prefix_cache_hits_total', 'prefix_hits', true),
    ('vllm:spec_decode_num_drafts_total', 'drafts', true),
    ('vllm:spec_decode_num_draft_tokens_total', 'draft_tokens', true),
    ('vllm:spec_decode_num_accepted_tokens_total', 'accepted_tokens', true),
    ('sglang:num_running_reqs', 'running', false),
    ('sglang:num_queue_reqs', 'waiting', false),
    ('sglang:token_usage', 'cache_usage', false),
    ('sglang:num_retracted_requests_total', 'preemptions', true),
    ('sglang:prompt_tokens_total', 'prefix_queries', true),
    ('sglang:cached_tokens_total', 'prefix_hits', true),
    ('sglang:spec_accept_length', 'accept_length', false),
    ('tgi_batch_current_size', 'running', false),
    ('tgi_queue_size', 'waiting', false),
    ('llamacpp:requests_processing', 'running', false),
    ('llamacpp:requests_deferred', 'waiting', false),
    ('llamacpp:kv_cache_usage_ratio', 'cache_usage', false),
    ('trtllm_prompt_tokens_total', 'prefix_queries', true),
    ('trtllm_prompt_cached_tokens_total', 'prefix_hits', true),
    ('trtllm_num_requests_running', 'running', false),
    ('trtllm_num_requests_waiting', 'waiting', false),
    ('trtllm_kv_cache_utilization', 'cache_usage', false)
) AS signals(name, signal, cumulative);
