package tokenizer

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// tekken.json is Mistral's own format: the tokens of a tiktoken file in JSON, together with the pattern and the special
// tokens, which come before the others in the ids. Only as many tokens as the size of the vocabulary says are in use. Text
// that spells a special token is not read as one.

type tekkenConfig struct {
	Pattern  string `json:"pattern"`
	Size     int    `json:"default_vocab_size"`
	Specials int    `json:"default_num_special_tokens"`
}

// maxTekken bounds ranks: more than any vocabulary has.
const maxTekken = 1 << 24

// isTekken tells a tekken.json by its members.
func isTekken(fields map[string]json.RawMessage) bool {
	return fields["model"] == nil && fields["config"] != nil && fields["vocab"] != nil
}

func parseTekken(fields map[string]json.RawMessage) (*Tokenizer, error) {
	var c tekkenConfig
	if err := json.Unmarshal(fields["config"], &c); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	if c.Pattern == "" || c.Specials < 0 || c.Specials > maxTekken || c.Size <= c.Specials {
		return nil, errors.New("config: it must have a pattern, a default_vocab_size and a smaller default_num_special_tokens")
	}
	vocab, err := readTekken(fields["vocab"], c)
	if err != nil {
		return nil, fmt.Errorf("vocab %w", err)
	}
	special, err := tekkenSpecials(fields["special_tokens"], c.Specials)
	if err != nil {
		return nil, err
	}
	t, err := newRanked(vocab, c.Pattern, special)
	if err != nil {
		return nil, err
	}
	t.added.plain = newMatcher()
	if bos, ok := t.idOf("<s>"); ok {
		t.post.before = []int{bos}
	}
	return t, nil
}

// readTekken reads the tokens in use: the first ones of the list, whose ids come after the special tokens.
func readTekken(data json.RawMessage, c tekkenConfig) (*vocabulary, error) {
	b := newVocabularyBuilder(true, len(data)/4)
	err := eachElement(data, func(value []byte) error {
		if b.len() == c.Size-c.Specials {
			return nil
		}
		var entry struct {
			Rank  int32  `json:"rank"`
			Bytes string `json:"token_bytes"`
		}
		if err := json.Unmarshal(value, &entry); err != nil {
			return fmt.Errorf("entry %d: %w", b.len(), err)
		}
		token, err := base64.StdEncoding.DecodeString(entry.Bytes)
		if err != nil || len(token) == 0 || entry.Rank < 0 || entry.Rank > maxTekken {
			return fmt.Errorf("entry %d: %.80s is not a token with a rank", b.len(), value)
		}
		b.add(token, entry.Rank+int32(c.Specials), false)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return b.build()
}

// oldTekkenSpecials are those of files that list none.
var oldTekkenSpecials = []string{"<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]",
	"[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]", "[IMG_END]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]", "[SYSTEM_PROMPT]",
	"[/SYSTEM_PROMPT]", "[TOOL_CONTENT]"}

func tekkenSpecials(data json.RawMessage, count int) (map[int]addedToken, error) {
	tokens := map[int]addedToken{}
	for id := range count {
		text := fmt.Sprintf("<SPECIAL_%d>", id)
		if isNull(data) && id < len(oldTekkenSpecials) {
			text = oldTekkenSpecials[id]
		}
		tokens[id] = addedToken{Content: text, Special: true}
	}
	if isNull(data) {
		return tokens, nil
	}
	var listed []struct {
		Rank int    `json:"rank"`
		Text string `json:"token_str"`
	}
	if err := json.Unmarshal(data, &listed); err != nil {
		return nil, fmt.Errorf("special_tokens: %w", err)
	}
	for _, l := range listed {
		if l.Rank < 0 || l.Rank >= count {
			return nil, fmt.Errorf("special_tokens: %q has rank %d, beyond the %d there are", l.Text, l.Rank, count)
		}
		tokens[l.Rank] = addedToken{Content: l.Text, Special: true}
	}
	return tokens, nil
}
