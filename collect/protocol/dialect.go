package protocol

// dialect is what a server's OpenAI APIs know beyond the standard or lack of it. The zero value is the standard itself:
// fields that only one server knows go to that server alone, for others refuse them.
type dialect struct {
	// own are fields of this server, sent with every request.
	own []field
	// textOnly is set where a list of token ids is refused, or taken for a list of prompts.
	textOnly bool
	// maxTokens is the name of the length limit where it is not the standard's.
	maxTokens string
	// runningUsage asks for a running token count on every chunk, so that chunks of several tokens can be told.
	runningUsage bool
}

type field struct {
	key   string
	value any
}

// noPenalty is what vLLM's benchmark sends to completions servers: without it vLLM takes the penalty of the model's
// generation_config.json, which costs time at each token.
var noPenalty = field{"repetition_penalty", 1.0}

func (t *dialect) fields(b *body) {
	for _, f := range t.own {
		b.set(f.key, f.value)
	}
}

func (t *dialect) limit(b *body, standard string, tokens int) {
	if t.maxTokens != "" {
		standard = t.maxTokens
	}
	b.set(standard, tokens)
}

// stream asks for a stream and for the token counts at its end.
func (t *dialect) stream(b *body, c *Config) {
	b.set("stream", c.Stream)
	if !c.Stream {
		return
	}
	options := newBody()
	options.set("include_usage", true)
	if t.runningUsage {
		options.set("continuous_usage_stats", true)
	}
	b.object("stream_options", options)
}
