package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
)

// wordLevel has a token for every word it knows, and the unknown token for the others.
type wordLevel struct{ wordVocabulary }

func newWordLevel(fields map[string]json.RawMessage, _ modelContext) (model, error) {
	var unknown *string
	if err := readFields(fields, map[string]any{"unk_token": &unknown}); err != nil {
		return nil, fmt.Errorf("model WordLevel: %w", err)
	}
	if unknown == nil {
		return nil, errors.New("model WordLevel: it must have unk_token")
	}
	words, err := newWordVocabulary(fields["vocab"], *unknown)
	if err != nil {
		return nil, fmt.Errorf("model WordLevel: %w", err)
	}
	return wordLevel{words}, nil
}

func (w wordLevel) tokenize(ids []int, piece string, _ *scratch) ([]int, error) {
	if id, ok := w.vocab.ids[piece]; ok {
		return append(ids, int(id)), nil
	}
	return w.appendUnknown(ids)
}

// wordVocabulary is what models of whole words have in common.
type wordVocabulary struct {
	vocab     *vocabulary
	unknown   string
	unknownID int32 // -1 when the vocabulary has no such token: only a word that needs it is an error
}

func newWordVocabulary(data json.RawMessage, unknown string) (w wordVocabulary, err error) {
	if data == nil {
		return w, errors.New("it has no vocab")
	}
	w.unknown, w.unknownID = unknown, -1
	if w.vocab, err = newVocabulary(data, false); err != nil {
		return w, fmt.Errorf("vocab %w", err)
	}
	if id, ok := w.vocab.ids[unknown]; ok {
		w.unknownID = id
	}
	return w, nil
}

func (w wordVocabulary) appendUnknown(ids []int) ([]int, error) {
	if w.unknownID < 0 {
		return nil, fmt.Errorf("a word is not in the vocabulary, and neither is the unknown token %q", w.unknown)
	}
	return append(ids, int(w.unknownID)), nil
}

func (w wordVocabulary) token(id int) (string, bool) { return w.vocab.token(id) }
func (w wordVocabulary) id(token string) (int, bool) { return w.vocab.id(token) }
func (w wordVocabulary) isUnknown(id int) bool       { return w.unknownID >= 0 && id == int(w.unknownID) }
func (w wordVocabulary) entries() int                { return len(w.vocab.ids) }
func (w wordVocabulary) top() int                    { return len(w.vocab.byID) }
