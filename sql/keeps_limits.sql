-- macro keeps_limits(ttft_ns, tpot_ns, e2el_ns, output_tokens, ttft_limit, tpot_limit, e2el_limit): whether an answer is within limits
-- parameter ttft_ns BIGINT: its TTFT [ns]
-- parameter tpot_ns DOUBLE: its TPOT [ns]
-- parameter e2el_ns BIGINT: its E2EL [ns]
-- parameter output_tokens BIGINT: its tokens
-- parameter ttft_limit DOUBLE: limit on TTFT, in ms; NULL for none
-- parameter tpot_limit DOUBLE: limit on TPOT, in ms; NULL for none
-- parameter e2el_limit DOUBLE: limit on E2EL, in ms; NULL for none
-- returns BOOLEAN: true on a limit and below; an unknown latency keeps none; of one token or none TPOT is 0, as vLLM has it
CREATE OR REPLACE MACRO keeps_limits(ttft_ns, tpot_ns, e2el_ns, output_tokens, ttft_limit, tpot_limit, e2el_limit) AS
    (ttft_limit IS NULL OR coalesce(ttft_ns / 1e6 <= ttft_limit, false))
    AND (tpot_limit IS NULL OR coalesce(CASE WHEN output_tokens <= 1 THEN 0 ELSE tpot_ns / 1e6 END <= tpot_limit, false))
    AND (e2el_limit IS NULL OR coalesce(e2el_ns / 1e6 <= e2el_limit, false));
