package protocol

// scaleLLM is ScaleLLM's completions; its prompt is a string and nothing else.
var scaleLLM = completions{dialect{own: []field{noPenalty}, textOnly: true}}

// scaleLLMChat is its chat. It does not know max_completion_tokens: an answer asked for so ends after 16 tokens.
var scaleLLMChat = chat{dialect{maxTokens: "max_tokens"}}
