package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// tokenizerConfig is what counts of a tokenizer_config.json. The classes of transformers named in ownsTemplate throw away
// the post-processor of tokenizer.json and put a BOS and an EOS around the text as these two switches say.
type tokenizerConfig struct {
	Class  string          `json:"tokenizer_class"`
	AddBOS *bool           `json:"add_bos_token"`
	AddEOS *bool           `json:"add_eos_token"`
	BOS    json.RawMessage `json:"bos_token"`
	EOS    json.RawMessage `json:"eos_token"`
	// AddedTokens are the special tokens by id, which a tiktoken file does not have.
	AddedTokens map[int]addedToken `json:"added_tokens_decoder"`
}

func ownsTemplate(class string) bool {
	switch strings.TrimSuffix(class, "Fast") {
	case "LlamaTokenizer", "CodeLlamaTokenizer", "GemmaTokenizer", "CohereTokenizer":
		return true
	}
	return false
}

// readConfig gives nil when there is no file.
func readConfig(path string) (*tokenizerConfig, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var c tokenizerConfig
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &c, nil
}

// postProcessor gives the post-processor that the class makes, or p where it leaves tokenizer.json's alone.
func (c *tokenizerConfig) postProcessor(p postProcessor, t *Tokenizer) (postProcessor, error) {
	if !ownsTemplate(c.Class) || c.AddBOS == nil && c.AddEOS == nil {
		return p, nil
	}
	var own postProcessor
	for _, side := range []struct {
		name    string
		add     bool
		token   json.RawMessage
		between *[]int
	}{{"bos_token", deref(c.AddBOS), c.BOS, &own.before}, {"eos_token", deref(c.AddEOS), c.EOS, &own.after}} {
		if !side.add {
			continue
		}
		text := tokenText(side.token)
		id, ok := t.idOf(text)
		if !ok {
			return p, fmt.Errorf("tokenizer_config.json adds the %s %q, which is not in the vocabulary", side.name, text)
		}
		*side.between = []int{id}
	}
	return own, nil
}

// tokenText reads "text" or {"content": "text"}.
func tokenText(data json.RawMessage) string {
	var text string
	if json.Unmarshal(data, &text) == nil {
		return text
	}
	var object struct {
		Content string `json:"content"`
	}
	if json.Unmarshal(data, &object) != nil {
		return ""
	}
	return object.Content
}
