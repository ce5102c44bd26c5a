package tokenizer

import (
	"errors"
	"fmt"
	"strconv"
)

// vocabulary maps tokens to ids and back. In the raw form tokens are kept as the bytes they stand for instead of the
// characters that tokenizer.json writes for bytes; a token that is no such spelling (an added token inside the vocabulary,
// for one) can come from no text and is kept apart in odd.
type vocabulary struct {
	raw   bool
	byID  []string
	known []bool
	ids   map[string]int32
	odd   map[string]int32
	oddID map[int32]bool
}

// idLimit rejects files whose ids are so sparse that a table of them would be absurd.
func idLimit(entries int) int { return 8*entries + 1<<16 }

// vocabularyBuilder collects tokens in one piece of memory.
type vocabularyBuilder struct {
	raw     bool
	arena   []byte
	entries []vocabularyEntry
}

type vocabularyEntry struct {
	end int // in the arena; the entry begins where the one before ends
	id  int32
	odd bool
}

func newVocabularyBuilder(raw bool, size int) *vocabularyBuilder {
	return &vocabularyBuilder{raw: raw, arena: make([]byte, 0, size)}
}

func (b *vocabularyBuilder) len() int { return len(b.entries) }

func (b *vocabularyBuilder) add(token []byte, id int32, odd bool) {
	b.arena = append(b.arena, token...)
	b.entries = append(b.entries, vocabularyEntry{len(b.arena), id, odd})
}

// addSpelt adds a token as tokenizer.json spells it.
func (b *vocabularyBuilder) addSpelt(token []byte, id int32) {
	if b.raw {
		var ok bool
		if b.arena, ok = appendRaw(b.arena, token); ok {
			b.add(nil, id, false)
			return
		}
	}
	b.add(token, id, b.raw)
}

func (b *vocabularyBuilder) build() (*vocabulary, error) {
	top := 0
	for _, e := range b.entries {
		top = max(top, int(e.id)+1)
	}
	if top > idLimit(len(b.entries)) {
		return nil, fmt.Errorf("the highest id is %d, far beyond the %d tokens there are", top-1, len(b.entries))
	}
	v := &vocabulary{
		raw: b.raw, byID: make([]string, top), known: make([]bool, top),
		ids: make(map[string]int32, len(b.entries)), odd: map[string]int32{}, oddID: map[int32]bool{},
	}
	texts, start := string(b.arena), 0
	for _, e := range b.entries {
		token := texts[start:e.end]
		start = e.end
		v.byID[e.id], v.known[e.id] = token, true
		if e.odd {
			v.odd[token], v.oddID[e.id] = e.id, true
		} else {
			v.ids[token] = e.id
		}
	}
	return v, nil
}

// newVocabulary reads {"token": id, ...} from valid JSON.
func newVocabulary(data []byte, raw bool) (*vocabulary, error) {
	b := newVocabularyBuilder(raw, len(data)/2)
	var buf []byte
	err := eachMember(data, func(key, value []byte) error {
		id, err := strconv.ParseUint(string(value), 10, 31)
		if err != nil {
			return fmt.Errorf("id of token %s is %s, want a whole number", key, value)
		}
		buf = unquote(buf[:0], key)
		b.addSpelt(buf, int32(id))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return b.build()
}

// lookup finds a token as tokenizer.json spells it. buf is scratch space, returned for reuse.
func (v *vocabulary) lookup(token, buf []byte) (id int32, ok bool, _ []byte) {
	if !v.raw {
		id, ok = v.ids[string(token)]
		return id, ok, buf
	}
	buf, mapped := appendRaw(buf[:0], token)
	if mapped {
		id, ok = v.ids[string(buf)]
	} else {
		id, ok = v.odd[string(token)]
	}
	return id, ok, buf
}

func (v *vocabulary) id(token string) (int, bool) {
	id, ok, _ := v.lookup([]byte(token), nil)
	return int(id), ok
}

func (v *vocabulary) token(id int) (string, bool) {
	if id < 0 || id >= len(v.byID) || !v.known[id] {
		return "", false
	}
	if v.raw && !v.oddID[int32(id)] {
		return byteChars(v.byID[id]), true
	}
	return v.byID[id], true
}

var errNotPair = errors.New("is not a pair of tokens")

// mergePair reads one merge, "a b" or ["a", "b"], into left and right.
func mergePair(value, left, right []byte) ([]byte, []byte, error) {
	left, right = left[:0], right[:0]
	if value[0] == '"' {
		left = unquote(left, value)
		blank := -1
		for i, c := range left {
			if c != ' ' {
				continue
			}
			if blank >= 0 {
				return nil, nil, fmt.Errorf("merge %s has more than two parts", value)
			}
			blank = i
		}
		if blank < 0 {
			return nil, nil, fmt.Errorf("merge %s has one part, want two", value)
		}
		return left[:blank], append(right, left[blank+1:]...), nil
	}
	n := 0
	err := eachElement(value, func(part []byte) error {
		if n++; part[0] != '"' || n > 2 {
			return errNotPair
		}
		if n == 1 {
			left = unquote(left, part)
		} else {
			right = unquote(right, part)
		}
		return nil
	})
	if err != nil || n != 2 {
		return nil, nil, fmt.Errorf("merge %s %w", value, errNotPair)
	}
	return left, right, nil
}
