package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// dialect is a way to ask /tokenize. Answers are read alike for all.
type dialect struct {
	name string
	// canAdd: special tokens are added only on demand.
	canAdd  bool
	request func(model, text string, special bool) any
}

// dialects in the order they are tried. A server may answer a foreign dialect with an empty list and 200, as llama.cpp does.
var dialects = []dialect{
	{"vllm", true, func(model, text string, special bool) any { // SGLang's too
		return withModel(model, map[string]any{"prompt": text, "add_special_tokens": special})
	}},
	{"llama.cpp", true, func(model, text string, special bool) any {
		return withModel(model, map[string]any{"content": text, "add_special": special, "parse_special": true})
	}},
	{"tgi", false, func(_, text string, _ bool) any { return map[string]any{"inputs": text} }},
}

func withModel(model string, body map[string]any) map[string]any {
	if model != "" {
		body["model"] = model
	}
	return body
}

// errAnswer: the server answered, but with something else.
var errAnswer = errors.New("the answer has no tokens in a known form")

// refusal is an answer with another status than 200.
type refusal struct {
	path   string
	status int
	body   []byte
}

func (r *refusal) Error() string {
	text := strings.Join(strings.Fields(string(r.body)), " ")
	if len(text) > 200 {
		text = strings.ToValidUTF8(text[:200], "") + "..."
	}
	if text == "" {
		text = http.StatusText(r.status)
	}
	return fmt.Sprintf("%s: HTTP %d: %s", r.path, r.status, text)
}

// noRoute: nothing answers at that path.
func (r *refusal) noRoute() bool {
	return r.status == http.StatusNotFound || r.status == http.StatusMethodNotAllowed
}

// answered is one token of an answer. Start and Stop are the place of its text, where the server tells it.
type answered struct {
	ID    *int `json:"id"`
	Start int  `json:"start"`
	Stop  int  `json:"stop"`
}

// readAll reads {"tokens": [...]} or [...], of ids or of objects with an id.
func readAll(answer json.RawMessage) ([]answered, error) {
	var object struct {
		Tokens json.RawMessage `json:"tokens"`
	}
	list := answer
	if json.Unmarshal(answer, &object) == nil && object.Tokens != nil {
		list = object.Tokens
	}
	var ids []int
	var tokens []answered
	if json.Unmarshal(list, &ids) == nil && ids != nil {
		tokens = make([]answered, len(ids))
		for i := range ids {
			tokens[i].ID = &ids[i]
		}
		return tokens, nil
	}
	if json.Unmarshal(list, &tokens) != nil || tokens == nil || slices.ContainsFunc(tokens, func(t answered) bool { return t.ID == nil }) {
		return nil, errAnswer
	}
	return tokens, nil
}

// readTokens reads ids. Tokens at either end that have no text where others do are special tokens (a BOS): they are left out
// and counted as added.
func readTokens(answer json.RawMessage) (ids []int, added int, err error) {
	tokens, err := readAll(answer)
	if err != nil {
		return nil, 0, err
	}
	first, last := 0, len(tokens)
	if slices.ContainsFunc(tokens, func(t answered) bool { return t.Stop > t.Start }) {
		for tokens[first].Start == tokens[first].Stop {
			first++
		}
		for tokens[last-1].Start == tokens[last-1].Stop {
			last--
		}
	}
	ids = make([]int, 0, last-first)
	for _, t := range tokens[first:last] {
		ids = append(ids, *t.ID)
	}
	return ids, len(tokens) - len(ids), nil
}
