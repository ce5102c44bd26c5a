package protocol

// trtllmCompletions is the completions of trtllm-serve. It refuses fields it does not know, and counts on every chunk
// once it is asked for usage at all.
var trtllmCompletions = completions{}

// trtllmChat is its chat. Its length limit has two names and takes one of them; max_tokens leaves it to --extra-body to
// say the same.
var trtllmChat = chat{dialect{maxTokens: "max_tokens"}}
