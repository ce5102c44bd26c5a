package protocol

// lmdeploy is LMDeploy's completions. A list as prompt is a list of prompts to it, token ids too.
var lmdeploy = completions{dialect{own: []field{noPenalty}, textOnly: true}}
