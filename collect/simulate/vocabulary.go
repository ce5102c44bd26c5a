package simulate

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

// vocabulary is what the engine generates from: tokens with their text, also as it stands inside a JSON string.
type vocabulary []word

type word struct {
	text string
	json []byte
}

// newVocabulary picks tokens whose texts, put one after the other, encode to those tokens again. Words with a blank before
// them do: pre-tokenizers split there. A tokenizer without enough of them yields any tokens that decode to whole runes, and
// then the count of the text may differ a little from the count generated.
func newVocabulary(t Tokenizer, seed uint64) (vocabulary, error) {
	const (
		enough = 2048
		few    = 64
	)
	var words, pieces vocabulary
	size := t.VocabSize()
	for _, id := range rand.New(rand.NewPCG(seed, streamVocabulary)).Perm(size) {
		if t.IsSpecial(id) {
			continue
		}
		text, err := t.Decode([]int{id})
		if err != nil || text == "" || !utf8.ValidString(text) || strings.ContainsRune(text, utf8.RuneError) {
			continue
		}
		if again, err := t.Encode(text); err == nil && len(again) == 1 && again[0] == id && isWord(text) {
			words = append(words, newWord(text))
		} else if len(pieces) < enough {
			pieces = append(pieces, newWord(text))
		}
		if len(words) == enough {
			return words, nil
		}
	}
	if len(words) >= few {
		return words, nil
	}
	if v := append(words, pieces...); len(v) > 0 {
		return v, nil
	}
	return nil, fmt.Errorf("make text of the tokenizer's %d tokens: %w", size, errors.New("none decodes to text by itself"))
}

// isWord: a blank and at least one byte more, with no other blank.
func isWord(text string) bool {
	return len(text) > 1 && text[0] == ' ' && !strings.ContainsAny(text[1:], " \t\r\n")
}

// newWord escapes only what JSON demands; like vLLM, it leaves other scripts as they are.
func newWord(text string) word {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	// A string always encodes.
	_ = e.Encode(text)
	quoted := strings.TrimSuffix(b.String(), "\n")
	return word{text, []byte(quoted[1 : len(quoted)-1])}
}

// The streams of random numbers, so that one seed drives all without one draw shifting another.
const (
	streamJitter = iota + 1
	streamVocabulary
	streamOutput
	streamFault
)
