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
	switch {
	case head.Type == "BPE", head.Type == "" && fields["merges"] != nil:
		return newBPE(fields, c)
	case head.Type == "":
		return nil, errors.New("model has no type")
	}
	return nil, unsupported("model", head.Type)
}

// unsupported names a stage of a type that is not known here.
func unsupported(stage, name string) error {
	return fmt.Errorf("%s of type %q is not supported; use the server's own tokenizer", stage, name)
}
