package dataset

import (
	_ "embed"
	"errors"
	"fmt"
	"math/rand/v2"
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

// anchor is a word that others are tried after.
const anchor = "the"

func newWordPool(tok Tokenizer) (*wordPool, error) {
	words := strings.Fields(commonWords)
	if tok.VocabSize() > 0 {
		var err error
		if words, err = vocabularyWords(tok); err != nil {
			return nil, fmt.Errorf("choose words for random prompts: %w", err)
		}
	}
	pool, err := tryWords(tok, words)
	if err != nil {
		return nil, fmt.Errorf("choose words for random prompts: %w", err)
	}
	if len(pool.next) < fewestWords {
		return nil, errors.New("choose words for random prompts: the tokenizer has too few whole words; try another --tokenizer")
	}
	if len(pool.first) < fewestWords { // a vocabulary whose words all begin with their blank
		pool.first = slices.Clone(pool.next)
	}
	return pool, nil
}

// shuffle mixes the words, so that neighbours have nothing in common.
func (w *wordPool) shuffle(rng *rand.Rand) {
	for _, words := range [][]string{w.first, w.next} {
		rng.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	}
}

// fewestWords make a pool; with fewer, prompts would look alike.
const fewestWords = 16

// vocabularyWords picks the plain words out of a whole vocabulary.
func vocabularyWords(tok Tokenizer) ([]string, error) {
	var words []string
	for id := range tok.VocabSize() {
		if tok.IsSpecial(id) {
			continue
		}
		text, err := tok.Decode([]int{id})
		if err != nil {
			return nil, err
		}
		if word := strings.TrimPrefix(text, " "); isWord(word) {
			words = append(words, word)
		}
	}
	return unique(words), nil
}

// tryWords keeps the words that are one token: at the beginning of a text, and after another word. Both are tried in
// place, for SentencePiece puts a blank before the first word by itself. Each try may be a call to the server.
func tryWords(tok Tokenizer, words []string) (*wordPool, error) {
	var pool wordPool
	count := func(text string) (int, error) {
		ids, err := tok.Encode(text)
		return len(ids), err
	}
	base, err := count(anchor)
	if err != nil {
		return nil, err
	}
	for _, word := range words {
		alone, err := count(word)
		if err != nil {
			return nil, err
		}
		after, err := count(anchor + " " + word)
		if err != nil {
			return nil, err
		}
		if alone == 1 {
			pool.first = append(pool.first, word)
		}
		if after == base+1 {
			pool.next = append(pool.next, " "+word)
		}
	}
	return &pool, nil
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
