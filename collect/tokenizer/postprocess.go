package tokenizer

import (
	"encoding/json"
	"fmt"
)

// postProcessor adds the special tokens around the ids of a text. before and after are all that any known type adds.
type postProcessor struct {
	before, after []int
}

func (p postProcessor) added() int { return len(p.before) + len(p.after) }

func (p postProcessor) wrap(ids []int) []int {
	out := make([]int, 0, len(ids)+p.added())
	out = append(out, p.before...)
	out = append(out, ids...)
	return append(out, p.after...)
}

// newPostProcessor reads post_processor. ByteLevel only trims offsets, which ids have none of.
func newPostProcessor(data json.RawMessage) (postProcessor, error) {
	var p postProcessor
	if isNull(data) {
		return p, nil
	}
	var st stage
	if err := json.Unmarshal(data, &st); err != nil {
		return p, fmt.Errorf("post-processor: %w", err)
	}
	switch st.Type {
	case "ByteLevel":
		return p, nil
	case "TemplateProcessing":
		return newTemplate(data)
	case "RobertaProcessing", "BertProcessing":
		return newClsSep(data)
	case "Sequence":
		for _, part := range st.Processors {
			inner, err := newPostProcessor(part)
			if err != nil {
				return p, err
			}
			p.before = append(inner.before, p.before...)
			p.after = append(p.after, inner.after...)
		}
		return p, nil
	}
	return p, unsupported("post-processor", st.Type)
}

func newTemplate(data json.RawMessage) (p postProcessor, err error) {
	var o struct {
		Single []struct {
			SpecialToken *struct {
				ID string `json:"id"`
			}
			Sequence *struct{}
		} `json:"single"`
		SpecialTokens map[string]struct {
			IDs []int `json:"ids"`
		} `json:"special_tokens"`
	}
	if err := json.Unmarshal(data, &o); err != nil {
		return p, fmt.Errorf("post-processor TemplateProcessing: %w", err)
	}
	seen := false
	for _, part := range o.Single {
		switch {
		case part.Sequence != nil && !seen:
			seen = true
		case part.SpecialToken != nil:
			token, ok := o.SpecialTokens[part.SpecialToken.ID]
			if !ok {
				return p, fmt.Errorf("post-processor TemplateProcessing: special token %q is not listed", part.SpecialToken.ID)
			}
			if seen {
				p.after = append(p.after, token.IDs...)
			} else {
				p.before = append(p.before, token.IDs...)
			}
		default:
			return p, fmt.Errorf("post-processor TemplateProcessing: its template for one text is not special tokens around that text")
		}
	}
	if !seen {
		return p, fmt.Errorf("post-processor TemplateProcessing: its template leaves the text out")
	}
	return p, nil
}

func newClsSep(data json.RawMessage) (p postProcessor, err error) {
	var o struct {
		Cls json.RawMessage `json:"cls"`
		Sep json.RawMessage `json:"sep"`
	}
	if err := json.Unmarshal(data, &o); err != nil {
		return p, fmt.Errorf("post-processor: %w", err)
	}
	for _, side := range []struct {
		name string
		data json.RawMessage
		to   *[]int
	}{{"cls", o.Cls, &p.before}, {"sep", o.Sep, &p.after}} {
		var pair []json.RawMessage
		var id int
		if json.Unmarshal(side.data, &pair) != nil || len(pair) != 2 || json.Unmarshal(pair[1], &id) != nil {
			return p, fmt.Errorf("post-processor: %s %s is not a token and its id", side.name, side.data)
		}
		*side.to = []int{id}
	}
	return p, nil
}
