package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
)

// model turns one piece of text into ids. Implementations are safe for concurrent use.
type model interface {
	// tokenize appends the ids of piece, which is never empty.
	tokenize(ids []int, piece string, s *scratch) ([]int, error)
	// token is the text of an id as tokenizer.json spells it.
	token(id int) (string, bool)
	id(token string) (int, bool)
	isUnknown(id int) bool
	// entries is the number of tokens, top one more than the highest id.
	entries() int
	top() int
}

// modelContext is what a model may need to know of the stages around it.
type modelContext struct {
	// bytesLast: the last step before the model maps bytes to characters, and the model may do so itself.
	bytesLast bool
}

// newModel builds the model of a tokenizer.json. raw must be valid JSON.
func newModel(raw []byte, c modelContext) (model, error) {
	var head struct {
		Type string `json:"type"`
	}
	fields, err := members(raw)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	if t, ok := fields["type"]; ok {
		if err := json.Unmarshal(t, &head.Type); err != nil {
			return nil, fmt.Errorf("model type: %w", err)
		}
	}
	if head.Type == "" {
		head.Type = untyped(fields)
	}
	switch head.Type {
	case "BPE":
		return newBPE(fields, c)
	case "Unigram":
		return newUnigram(fields, c)
	case "WordPiece":
		return newWordPiece(fields, c)
	case "WordLevel":
		return newWordLevel(fields, c)
	case "":
		return nil, errors.New("model has no type")
	}
	return nil, unsupported("model", head.Type)
}

// untyped tells the type of a model by its fields: files older than the field type are still about.
func untyped(fields map[string]json.RawMessage) string {
	switch {
	case fields["merges"] != nil:
		return "BPE"
	case fields["unk_id"] != nil:
		return "Unigram"
	case fields["max_input_chars_per_word"] != nil:
		return "WordPiece"
	case fields["unk_token"] != nil:
		return "WordLevel"
	}
	return ""
}

// readFields reads those of the fields that are there.
func readFields(fields map[string]json.RawMessage, into map[string]any) error {
	for name, field := range into {
		if raw, ok := fields[name]; ok {
			if err := json.Unmarshal(raw, field); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

// fallbackIDs gives the ids of <0x00> to <0xFF>, -1 where a byte has no token.
func fallbackIDs(find func(token string) (id int, ok bool)) *[256]int32 {
	ids := new([256]int32)
	for b := range ids {
		ids[b] = -1
		if id, ok := find(fmt.Sprintf("<0x%02X>", b)); ok {
			ids[b] = int32(id)
		}
	}
	return ids
}

// unsupported names a stage of a type that is not known here.
func unsupported(stage, name string) error { return fmt.Errorf("%s %w", stage, unsupportedType(name)) }

func unsupportedType(name string) error {
	if name == "" {
		return errors.New("has no type")
	}
	return fmt.Errorf("of type %q is not supported; use the server's own tokenizer", name)
}
