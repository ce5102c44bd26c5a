package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// wordPiece takes the longest token a word begins with, then the longest that goes on from there, marked by a prefix (BERT
// and most embedding models). A word that cannot be spelt so is the unknown token as a whole.
type wordPiece struct {
	wordVocabulary
	trie  *trie
	later int32 // the node of the prefix in the trie, -1 when no token has it
	most  int   // characters of a word
}

func newWordPiece(fields map[string]json.RawMessage, _ modelContext) (model, error) {
	var prefix, unknown *string
	var most *int
	err := readFields(fields, map[string]any{"unk_token": &unknown, "continuing_subword_prefix": &prefix, "max_input_chars_per_word": &most})
	if err != nil {
		return nil, fmt.Errorf("model WordPiece: %w", err)
	}
	if unknown == nil || prefix == nil || most == nil {
		return nil, errors.New("model WordPiece: it must have unk_token, continuing_subword_prefix and max_input_chars_per_word")
	}
	w := &wordPiece{most: *most}
	if w.wordVocabulary, err = newWordVocabulary(fields["vocab"], *unknown); err != nil {
		return nil, fmt.Errorf("model WordPiece: %w", err)
	}
	entries := make([]trieEntry, 0, len(w.vocab.ids))
	for text, id := range w.vocab.ids {
		entries = append(entries, trieEntry{text, id})
	}
	w.trie = newTrie(entries)
	w.later = w.trie.walk(0, *prefix)
	return w, nil
}

func (w *wordPiece) tokenize(ids []int, piece string, _ *scratch) ([]int, error) {
	before := len(ids)
	if utf8.RuneCountInString(piece) > w.most {
		return w.appendUnknown(ids)
	}
	for node, rest := int32(0), piece; rest != ""; node = w.later {
		n, id := 0, int32(0)
		if node >= 0 {
			n, id = w.trie.longest(node, rest)
		}
		if n == 0 {
			return w.appendUnknown(ids[:before])
		}
		ids, rest = append(ids, int(id)), rest[n:]
	}
	return ids, nil
}
