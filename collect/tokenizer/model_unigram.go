package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// unigram gives every token a score, the logarithm of its frequency, and takes the tokens of a piece that add up to the most
// (T5, XLM-RoBERTa, ALBERT and other SentencePiece models).
type unigram struct {
	tokens   []string
	scores   []float64
	trie     *trie
	cache    *wordCache
	fallback *[256]int32 // ids of <0x00> to <0xFF>, -1 where there is none; nil without byte fallback

	unknown      int32 // -1 when there is none
	unknownScore float64
}

// unknownPenalty is how much worse than the worst token a character without one is; it is SentencePiece's.
const unknownPenalty = 10

func newUnigram(fields map[string]json.RawMessage, _ modelContext) (model, error) {
	var unknown *int32
	var byteFallback *bool
	if err := readFields(fields, map[string]any{"unk_id": &unknown, "byte_fallback": &byteFallback}); err != nil {
		return nil, fmt.Errorf("model Unigram: %w", err)
	}
	u := &unigram{unknown: -1, cache: newWordCache()}
	if err := u.load(fields["vocab"]); err != nil {
		return nil, fmt.Errorf("model Unigram: %w", err)
	}
	if unknown != nil {
		if u.unknown = *unknown; u.unknown < 0 || int(u.unknown) >= len(u.tokens) {
			return nil, fmt.Errorf("model Unigram: unk_id %d is not among its %d tokens", u.unknown, len(u.tokens))
		}
	}
	if deref(byteFallback) {
		u.fallback = fallbackIDs(u.id)
	}
	return u, nil
}

var errNotScored = errors.New("is not a token and its score")

// load reads the vocabulary, a list of [token, score] in the order of ids.
func (u *unigram) load(data json.RawMessage) error {
	if data == nil {
		return errors.New("it has no vocab")
	}
	arena, ends := make([]byte, 0, len(data)/2), []int{}
	worst := math.Inf(1)
	err := eachElement(data, func(value []byte) error {
		token, score, err := scored(value)
		if err != nil {
			return fmt.Errorf("entry %d, %.80s, %w", len(ends), value, err)
		}
		arena = unquote(arena, token)
		ends, u.scores = append(ends, len(arena)), append(u.scores, score)
		worst = min(worst, score)
		return nil
	})
	if err != nil {
		return fmt.Errorf("vocab %w", err)
	}
	u.unknownScore = worst - unknownPenalty
	u.tokens = make([]string, len(ends))
	entries := make([]trieEntry, len(ends))
	texts, start := string(arena), 0
	for id, end := range ends {
		u.tokens[id] = texts[start:end]
		entries[id] = trieEntry{u.tokens[id], int32(id)}
		start = end
	}
	u.trie = newTrie(entries)
	return nil
}

// scored reads ["token", score]; the token stays quoted.
func scored(value []byte) (token []byte, score float64, err error) {
	n := 0
	err = eachElement(value, func(part []byte) (err error) {
		switch n++; {
		case n == 1 && part[0] == '"':
			token = part
		case n == 2:
			score, err = strconv.ParseFloat(string(part), 64)
		default:
			err = errNotScored
		}
		return err
	})
	if err != nil || n != 2 {
		return nil, 0, errNotScored
	}
	return token, score, nil
}

// step is the best way to a place in a piece: its score, and the token that ends there with the place it begins at.
type step struct {
	score float64
	start int32 // -1: nothing ends here
	id    int32
}

func (u *unigram) tokenize(ids []int, piece string, s *scratch) ([]int, error) {
	slot, word := u.cache.find(piece)
	if word == nil {
		symbols, err := u.best(piece, s)
		if err != nil {
			return nil, err
		}
		u.cache.keep(slot, piece, symbols)
		word = &cachedWord{ids: symbols}
	}
	for _, id := range word.ids {
		ids = append(ids, int(id))
	}
	return ids, nil
}

// best is the Viterbi search. Scores are added from left to right and the first of equals is kept, as in the library.
func (u *unigram) best(piece string, s *scratch) ([]int32, error) {
	steps := slices.Grow(s.steps[:0], len(piece)+1)[:len(piece)+1]
	s.steps = steps
	for i := range steps {
		steps[i] = step{start: -1}
	}
	for at := 0; at < len(piece); {
		_, n := utf8.DecodeRuneInString(piece[at:])
		if !u.extend(steps, piece, at, n) {
			if u.unknown < 0 {
				return nil, fmt.Errorf("%q is not in the vocabulary, and there is no unknown token", piece[at:at+n])
			}
			steps[at+n].improve(steps[at].score+u.unknownScore, at, u.unknown)
		}
		at += n
	}
	return u.trace(steps, piece, s)
}

// extend tries every token that begins at a place; alone tells whether one of them is the one character there.
func (u *unigram) extend(steps []step, piece string, at, n int) (alone bool) {
	node := int32(0)
	for i := at; i < len(piece); i++ {
		if node = u.trie.child(node, piece[i]); node < 0 {
			break
		}
		if id := u.trie.ids[node]; id >= 0 {
			alone = alone || i+1 == at+n
			steps[i+1].improve(u.scores[id]+steps[at].score, at, id)
		}
	}
	return alone
}

func (s *step) improve(score float64, start int, id int32) {
	if s.start < 0 || score > s.score {
		*s = step{score, int32(start), id}
	}
}

// trace goes back from the end. Unknown characters in a row are one token: the one of their text if the vocabulary has it
// after all, else those of their bytes, else the unknown token.
func (u *unigram) trace(steps []step, piece string, s *scratch) ([]int32, error) {
	s.symbols = s.symbols[:0]
	for end := len(piece); end > 0; {
		st := steps[end]
		start := int(st.start)
		if st.id != u.unknown {
			s.symbols = append(s.symbols, st.id)
			end = start
			continue
		}
		for start > 0 && steps[start].id == u.unknown {
			start = int(steps[start].start)
		}
		s.symbols = u.appendUnknown(s.symbols, piece[start:end])
		end = start
	}
	slices.Reverse(s.symbols)
	return s.symbols, nil
}

// appendUnknown appends ids last first.
func (u *unigram) appendUnknown(symbols []int32, text string) []int32 {
	if id, ok := u.trie.find(text); ok {
		return append(symbols, id)
	}
	if u.fallback == nil || !hasAll(u.fallback, text) {
		return append(symbols, u.unknown)
	}
	for i := len(text) - 1; i >= 0; i-- {
		symbols = append(symbols, u.fallback[text[i]])
	}
	return symbols
}

func hasAll(fallback *[256]int32, text string) bool {
	for i := range len(text) {
		if fallback[text[i]] < 0 {
			return false
		}
	}
	return true
}

func (u *unigram) token(id int) (string, bool) {
	if id < 0 || id >= len(u.tokens) {
		return "", false
	}
	return u.tokens[id], true
}

func (u *unigram) id(token string) (int, bool) {
	id, ok := u.trie.find(token)
	return int(id), ok
}

func (u *unigram) isUnknown(id int) bool { return u.unknown >= 0 && id == int(u.unknown) }
func (u *unigram) entries() int          { return len(u.tokens) }
func (u *unigram) top() int              { return len(u.tokens) }
