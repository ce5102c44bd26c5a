package protocol

// vllm is vLLM's own completions, with what its benchmark sends. The running usage costs a few bytes per chunk and is
// the only way to tell how many tokens a chunk of speculative decoding holds.
var vllm = completions{dialect{own: []field{noPenalty}, runningUsage: true}}

// vllmChat is vLLM's chat; its benchmark sends no penalty there.
var vllmChat = chat{dialect{runningUsage: true}}
