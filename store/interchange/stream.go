package interchange

import (
	"encoding/json"

	"llmbench/store"
)

// event is one event of an OpenAI stream, of completions or of chat, as tools keep it.
type event struct {
	ID      string `json:"id"`
	Choices []struct {
		Text  *string `json:"text"`
		Delta *struct {
			Role             string            `json:"role"`
			Content          *string           `json:"content"`
			Reasoning        string            `json:"reasoning"`
			ReasoningContent string            `json:"reasoning_content"`
			ToolCalls        []json.RawMessage `json:"tool_calls"`
		} `json:"delta"`
		Message *struct {
			Content string `json:"content"`
		} `json:"message"`
		FinishReason *string `json:"finish_reason"`
	} `json:"choices"`
	Usage *tokenUsage `json:"usage"`
}

// tokenUsage is what a server counted.
type tokenUsage struct {
	PromptTokens     *int64 `json:"prompt_tokens"`
	CompletionTokens *int64 `json:"completion_tokens"`
	Details          struct {
		CachedTokens *int64 `json:"cached_tokens"`
	} `json:"prompt_tokens_details"`
}

// count takes the server's counts into a record.
func (u *tokenUsage) count(rec *store.Record) {
	if u == nil {
		return
	}
	if u.PromptTokens != nil {
		rec.PromptTokens, rec.PromptTokensSource = store.Int(*u.PromptTokens), store.String(store.CountedByUsage)
	}
	if u.CompletionTokens != nil {
		rec.OutputTokens, rec.OutputTokensSource = store.Int(*u.CompletionTokens), store.String(store.CountedByUsage)
	}
	if u.Details.CachedTokens != nil {
		rec.CachedTokens = store.Int(*u.Details.CachedTokens)
	}
}

// arrive adds an event that came t nanoseconds after the request was sent. One without a choice is no chunk.
func arrive(rec *store.Record, t int64, e event) {
	e.Usage.count(rec)
	if e.ID != "" {
		rec.ServerRequestID = store.String(e.ID)
	}
	if len(e.Choices) == 0 {
		return
	}
	kind, text := e.kind(rec)
	if finish := e.Choices[0].FinishReason; finish != nil && *finish != "" {
		rec.FinishReason = store.String(*finish)
	}
	if kind != store.KindText {
		rec.OddChunk, rec.OddKind = append(rec.OddChunk, int32(len(rec.TNS))), append(rec.OddKind, kind)
	}
	rec.TNS = append(rec.TNS, t)
	rec.Request.Chunks++
	if !rec.FirstTokenNS.Valid && kind != store.KindRole && kind != store.KindFinish {
		rec.FirstTokenNS = shift(rec.SentNS, t)
	}
	rec.LastTokenNS = shift(rec.SentNS, t)
	rec.OutputText = store.String(rec.OutputText.V + text)
}

// kind says what the chunk carries, as the collector would.
func (e event) kind(rec *store.Record) (store.Kind, string) {
	choice := e.Choices[0]
	text, role := "", ""
	if choice.Text != nil {
		text = *choice.Text
	}
	if m := choice.Message; m != nil {
		text = m.Content
	}
	if d := choice.Delta; d != nil {
		role = d.Role
		switch {
		case d.Content != nil && *d.Content != "":
			text = *d.Content
		case d.Reasoning != "" || d.ReasoningContent != "":
			return store.KindReasoning, ""
		case len(d.ToolCalls) > 0:
			return store.KindTool, ""
		}
	}
	switch {
	case text != "":
		return store.KindText, text
	case choice.FinishReason != nil && *choice.FinishReason != "":
		return store.KindFinish, ""
	case role != "" && !rec.FirstTokenNS.Valid:
		return store.KindRole, ""
	}
	return store.KindEmpty, ""
}

// requestBody is what is kept of a request that was sent.
type requestBody struct {
	Model               *string  `json:"model"`
	MaxTokens           *int64   `json:"max_tokens"`
	MaxCompletionTokens *int64   `json:"max_completion_tokens"`
	IgnoreEOS           *bool    `json:"ignore_eos"`
	Temperature         *float64 `json:"temperature"`
}

// asked takes what the request asked for; of the run, what all requests have alike.
func asked(run *Run, rec *store.Record, body string) {
	var b requestBody
	if json.Unmarshal([]byte(body), &b) != nil {
		return
	}
	for _, n := range []*int64{b.MaxTokens, b.MaxCompletionTokens} {
		if n != nil {
			rec.AskedTokens = store.Int(*n)
		}
	}
	if run.Model == nil {
		run.Model = b.Model
	}
	if run.IgnoreEOS == nil {
		run.IgnoreEOS = b.IgnoreEOS
	}
}
