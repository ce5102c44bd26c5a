package dataset

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// commonWords are tried on tokenizers whose vocabulary cannot be listed.
//
//go:embed words.txt
var commonWords string

// wordPool holds words that are one token each: first at the beginning of a text, next after another word, with their
// leading blank. Random prompts are joined from whole words because their token counts add up: tokenizers split text at
// blanks before they look at their vocabulary, while random ids decoded and encoded again change their number.
type wordPool struct {
	first, next []string
}

// longestWord keeps the pool to words a person could read.
const longestWord = 16

func newWordPool(tok Tokenizer) (*wordPool, error) {
	var pool *wordPool
	var err error
	if tok.VocabSize() > 0 {
		pool, err = vocabularyWords(tok)
	} else {
		pool, err = listedWords(tok)
	}
	if err != nil {
		return nil, fmt.Errorf("choose words for random prompts: %w", err)
	}
	if len(pool.first) < 16 || len(pool.next) < 16 {
		return nil, errors.New("choose words for random prompts: the tokenizer has too few whole words; try another --tokenizer")
	}
	return pool, nil
}

// vocabularyWords goes through the whole vocabulary.
func vocabularyWords(tok Tokenizer) (*wordPool, error) {
	var pool wordPool
	for id := range tok.VocabSize() {
		if tok.IsSpecial(id) {
			continue
		}
		text, err := tok.Decode([]int{id})
		if err != nil {
			return nil, err
		}
		word := strings.TrimPrefix(text, " ")
		if !isWord(word) {
			continue
		}
		if single(tok, word) {
			pool.first = append(pool.first, word)
		}
		if single(tok, " "+word) {
			pool.next = append(pool.next, " "+word)
		}
	}
	return &wordPool{first: unique(pool.first), next: unique(pool.next)}, nil
}

func unique(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}

// isWord keeps to ASCII letters: they mean the same to every normalizer.
func isWord(s string) bool {
	if s == "" || len(s) > longestWord {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z') }) < 0
}

func single(tok Tokenizer, text string) bool {
	ids, err := tok.Encode(text)
	return err == nil && len(ids) == 1
}

// listedWords tries common words one by one; each try may be a call to the server.
func listedWords(tok Tokenizer) (*wordPool, error) {
	var pool wordPool
	for word := range strings.FieldsSeq(commonWords) {
		ids, err := tok.Encode(word)
		if err != nil {
			return nil, err
		}
		if len(ids) == 1 {
			pool.first = append(pool.first, word)
		}
		if single(tok, " "+word) {
			pool.next = append(pool.next, " "+word)
		}
	}
	return &pool, nil
}
