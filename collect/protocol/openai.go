package protocol

import "llmbench/store"

// openAIReader reads the events of OpenAI's APIs. Its parser is reused: what a Delta points to is overwritten by the
// next event. Of several choices in one event the first stands for the chunk.
type openAIReader struct {
	json   jsonReader
	choice func(choice *value, d *Delta)
	last   repeat
}

// newOpenAIReader reads choices whose text stands under the key text.
func newOpenAIReader(choice func(*value, *Delta), text string) *openAIReader {
	return &openAIReader{choice: choice, last: repeat{key: `"` + text + `":`}}
}

// Reset is empty: what one answer said means nothing to the reading of the next.
func (r *openAIReader) Reset() {}

func (r *openAIReader) Event(ev Event, d *Delta) error {
	if r.last.read(ev.Data, d) {
		return nil
	}
	err := r.json.event(ev, d, r.object)
	if err == nil {
		r.last.learn(ev.Data, d)
	}
	return err
}

func (r *openAIReader) Whole(body []byte, d *Delta) error { return r.json.whole(body, d, r.object) }

func (r *openAIReader) object(v *value, d *Delta) {
	readUsage(v, &d.Usage)
	if v.Exists("prompt_progress") { // llama.cpp's report on the prefill: choices without a token
		return
	}
	if choices := v.GetArray("choices"); len(choices) > 0 {
		d.Choice, d.Index = true, choices[0].GetInt("index")
		d.Finish = string(choices[0].GetStringBytes("finish_reason"))
		r.choice(choices[0], d)
	}
	if d.Kind == store.KindEmpty && d.Usage.Prompt > 0 && d.Usage.Output == 0 {
		// A running count that has not begun: vLLM once sent such a chunk for each step of a chunked prefill.
		d.Choice = false
	}
	if d.Finish != "" || !d.Choice {
		d.ServerID = string(v.GetStringBytes("id"))
	}
}

// readUsage reads what an object of OpenAI's APIs counts. llama.cpp, asked for timings_per_token, counts in timings.
func readUsage(v *value, u *Usage) {
	usage := v.Get("usage")
	u.Prompt = usage.GetInt64("prompt_tokens")
	u.Output = usage.GetInt64("completion_tokens")
	if cached := usage.Get("prompt_tokens_details", "cached_tokens"); cached != nil {
		u.Cached, u.CachedKnown = cached.GetInt64(), true
	}
	if timings := v.Get("timings"); timings != nil && u.Prompt == 0 {
		u.Output = timings.GetInt64("predicted_n")
		u.Cached, u.CachedKnown = timings.GetInt64("cache_n"), timings.Exists("cache_n")
		u.Prompt = timings.GetInt64("prompt_n") + u.Cached
	}
}
