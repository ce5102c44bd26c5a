package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// postProcessor adds the special tokens around the ids of a text.
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

// textPlace stands for the text among ids.
const textPlace = -1

// newPostProcessor reads post_processor and runs it once on textPlace: what the library hands from one processor to the next
// is a list of encodings, so that one behind a template meets several.
func newPostProcessor(data json.RawMessage) (postProcessor, error) {
	encodings, err := process([][]int{{textPlace}}, data)
	if err != nil {
		return postProcessor{}, fmt.Errorf("post-processor %w", err)
	}
	ids := slices.Concat(encodings...)
	at := slices.Index(ids, textPlace)
	switch {
	case at < 0:
		return postProcessor{}, errors.New("post-processor: its template leaves the text out")
	case slices.Contains(ids[at+1:], textPlace):
		return postProcessor{}, errors.New("post-processor: its template has the text twice, which is not supported")
	}
	return postProcessor{before: ids[:at], after: ids[at+1:]}, nil
}

func process(encodings [][]int, data json.RawMessage) ([][]int, error) {
	if isNull(data) {
		return encodings, nil
	}
	var st stage
	if err := json.Unmarshal(data, &st); err != nil {
		return nil, err
	}
	switch st.Type {
	case "ByteLevel": // trims offsets, which ids have none of
		return encodings, nil
	case "TemplateProcessing":
		return fillTemplate(encodings, data)
	case "BertProcessing":
		return addClsSep(encodings, data, false)
	case "RobertaProcessing":
		return addClsSep(encodings, data, true)
	case "Sequence":
		for _, part := range st.Processors {
			var err error
			if encodings, err = process(encodings, part); err != nil {
				return nil, err
			}
		}
		return encodings, nil
	}
	return nil, unsupportedType(st.Type)
}

// template is one way of TemplateProcessing to put encodings and special tokens together.
type template []struct {
	SpecialToken *struct {
		ID string `json:"id"`
	}
	Sequence *struct {
		ID string `json:"id"`
	}
}

// fillTemplate makes an encoding of every part of the template.
func fillTemplate(encodings [][]int, data json.RawMessage) ([][]int, error) {
	var o struct {
		Single        template `json:"single"`
		Pair          template `json:"pair"`
		SpecialTokens map[string]struct {
			IDs []int `json:"ids"`
		} `json:"special_tokens"`
	}
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("TemplateProcessing: %w", err)
	}
	parts := o.Single
	switch len(encodings) {
	case 1:
	case 2:
		parts = o.Pair
	default:
		return nil, fmt.Errorf("TemplateProcessing: it follows one that leaves %d parts, and has no template for them", len(encodings))
	}
	var out [][]int
	for _, part := range parts {
		switch {
		case part.Sequence != nil && part.Sequence.ID != "B":
			out = append(out, encodings[0])
		case part.Sequence != nil && len(encodings) > 1:
			out = append(out, encodings[1])
		case part.SpecialToken != nil:
			token, ok := o.SpecialTokens[part.SpecialToken.ID]
			if !ok {
				return nil, fmt.Errorf("TemplateProcessing: special token %q is not listed", part.SpecialToken.ID)
			}
			out = append(out, token.IDs)
		default:
			return nil, errors.New("TemplateProcessing: its template for one text has parts that are neither that text nor special tokens")
		}
	}
	return out, nil
}

// addClsSep puts cls and sep around the first encoding. The others, of which a plain text has none but behind a template, get
// sep at their end, and at their beginning too if so wanted.
func addClsSep(encodings [][]int, data json.RawMessage, twice bool) ([][]int, error) {
	var o struct {
		Cls json.RawMessage `json:"cls"`
		Sep json.RawMessage `json:"sep"`
	}
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, err
	}
	cls, err := namedID("cls", o.Cls)
	if err != nil {
		return nil, err
	}
	sep, err := namedID("sep", o.Sep)
	if err != nil {
		return nil, err
	}
	out := make([][]int, len(encodings))
	for i, ids := range encodings {
		switch {
		case i == 0:
			out[i] = slices.Concat([]int{cls}, ids, []int{sep})
		case twice:
			out[i] = slices.Concat([]int{sep}, ids, []int{sep})
		default:
			out[i] = slices.Concat(ids, []int{sep})
		}
	}
	return out, nil
}

// namedID reads ["token", id].
func namedID(name string, data json.RawMessage) (id int, err error) {
	var pair []json.RawMessage
	if json.Unmarshal(data, &pair) != nil || len(pair) != 2 || json.Unmarshal(pair[1], &id) != nil {
		return 0, fmt.Errorf("%s: %s is not a token and its id", name, data)
	}
	return id, nil
}
