// Package tokenizer counts tokens: exactly, with a model's own file (Load) or through the server under test (NewServer), or
// by a stated approximation (Approximate) when neither is to be had. Find tries them in that order.
//
// A tokenizer.json is a pipeline with one file per stage here: added tokens are cut out of the text (added.go), the rest is
// normalized (normalize.go) and cut into pieces (pretokenize.go), the model turns each piece into ids (model.go), a
// post-processor adds special tokens (postprocess.go), and decoders go the way back (decode.go). The behaviour is that of
// Hugging Face's tokenizers library, oddities included, because that is what serving engines run. A stage of a type that is
// not known here is an error at Load, never a guess. A tiktoken file (tiktoken.go, encodings.go) and Mistral's tekken.json
// (tekken.go) make the same pipeline of fewer stages.
package tokenizer

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Tokenizer is a loaded file. It is safe for concurrent use.
type Tokenizer struct {
	name string
	hash string
	// encoding is what a tiktoken file was read as; the same file may be read as another.
	encoding string

	added     *addedVocabulary
	normalize normalizer // nil when the text is taken as it is
	steps     []preTokenizer
	model     model
	post      postProcessor
	decode    decoder // nil joins tokens with blanks, as the library does
	size      int

	scratches sync.Pool
}

// scratch is the working memory of one call: reused, never shared between calls.
type scratch struct {
	ids     []int
	pieces  []piece
	spare   []piece
	spans   []span
	marked  []markedSpan
	runes   []rune
	symbols []int32
	pairs   []uint64
	queue   []uint64
	prev    []int32
	next    []int32
	steps   []step
	machine machine
}

// maxPooledIDs bounds the working memory kept between calls; a longer text allocates its own.
const maxPooledIDs = 1 << 17

func (t *Tokenizer) borrow() *scratch {
	if s, ok := t.scratches.Get().(*scratch); ok {
		return s
	}
	return &scratch{}
}

func (t *Tokenizer) giveBack(s *scratch) {
	if cap(s.ids) <= maxPooledIDs && cap(s.pieces) <= maxPooledIDs && cap(s.symbols) <= maxPooledIDs && cap(s.steps) <= maxPooledIDs && cap(s.machine.stack) <= maxPooledIDs {
		t.scratches.Put(s)
	}
}

// Name says what a report prints: the repository of a Hugging Face cache, or the path.
func (t *Tokenizer) Name() string { return t.name }

// Hash is the SHA-256 of the file, and of the encoding it was read as, in hex. Equal hashes mean equal ids for every text.
func (t *Tokenizer) Hash() string { return t.hash }

// VocabSize is one more than the highest id, added tokens counted in.
func (t *Tokenizer) VocabSize() int { return t.size }

// IsSpecial reports whether an id must not appear in a random prompt: ids that stand for nothing, ids beyond the vocabulary,
// the unknown token, and every added token, marked special or not, because a model reads them as control words
// (roles, tool calls, reserved places).
func (t *Tokenizer) IsSpecial(id int) bool {
	if t.added.has(id) {
		return true
	}
	_, ok := t.model.token(id)
	return !ok || t.model.isUnknown(id)
}

// NumSpecialToAdd is the number of ids EncodeSpecial adds to those of Encode.
func (t *Tokenizer) NumSpecialToAdd() int { return t.post.added() }

// Encode gives the ids of text with no special tokens added; the text of a special token in it becomes that token's id, as
// with the library's add_special_tokens=false. Bytes that are not UTF-8 count as U+FFFD each: so does encoding/json write
// them into a request. Truncation and padding asked for in the file are ignored, as by serving engines.
func (t *Tokenizer) Encode(text string) ([]int, error) {
	s := t.borrow()
	defer t.giveBack(s)
	if err := t.encode(text, s); err != nil {
		return nil, err
	}
	return slices.Clone(s.ids), nil
}

// EncodeSpecial is Encode with the special tokens that a server adds to a plain prompt (a BOS, mostly).
func (t *Tokenizer) EncodeSpecial(text string) ([]int, error) {
	s := t.borrow()
	defer t.giveBack(s)
	if err := t.encode(text, s); err != nil {
		return nil, err
	}
	return t.post.wrap(s.ids), nil
}

// Count is len(Encode(text)) at less cost.
func (t *Tokenizer) Count(text string) (int, error) {
	s := t.borrow()
	defer t.giveBack(s)
	if err := t.encode(text, s); err != nil {
		return 0, err
	}
	return len(s.ids), nil
}

// Decode gives the text of ids, special tokens written out. An id that stands for nothing is an error; bytes that are not
// UTF-8 come out as U+FFFD.
func (t *Tokenizer) Decode(ids []int) (string, error) { return t.text(ids, false) }

// DecodeSkipSpecial is Decode without the tokens marked special.
func (t *Tokenizer) DecodeSkipSpecial(ids []int) (string, error) { return t.text(ids, true) }

func (t *Tokenizer) encode(text string, s *scratch) error {
	s.ids = s.ids[:0]
	text = wellFormed(text)
	err := t.added.plain.each(text, func(start, end, id int) error {
		if id >= 0 {
			s.ids = append(s.ids, id)
			return nil
		}
		return t.encodePlain(text[start:end], start == 0, s)
	})
	if err != nil {
		return fmt.Errorf("encode with %s: %w", t.name, err)
	}
	return nil
}

func (t *Tokenizer) encodePlain(text string, first bool, s *scratch) error {
	if t.normalize != nil {
		text = t.normalize.normalize(text)
	}
	return t.added.normalized.each(text, func(start, end, id int) error {
		if id >= 0 {
			s.ids = append(s.ids, id)
			return nil
		}
		return t.encodePiece(piece{text[start:end], first && start == 0}, s)
	})
}

func (t *Tokenizer) encodePiece(p piece, s *scratch) (err error) {
	s.pieces = append(s.pieces[:0], p)
	for _, step := range t.steps {
		out, err := step.split(s.spare[:0], s.pieces, s)
		if err != nil {
			return err
		}
		s.pieces, s.spare = out, s.pieces
	}
	for _, p := range s.pieces {
		if s.ids, err = t.model.tokenize(s.ids, p.text, s); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tokenizer) text(ids []int, skipSpecial bool) (string, error) {
	tokens := make([]string, 0, len(ids))
	for _, id := range ids {
		token, ok := t.added.text(id)
		if !ok {
			token, ok = t.model.token(id)
		}
		if !ok {
			return "", fmt.Errorf("decode with %s: id %d is not in its vocabulary", t.name, id)
		}
		if !skipSpecial || !t.added.special[token] {
			tokens = append(tokens, token)
		}
	}
	if t.decode == nil {
		return strings.Join(tokens, " "), nil
	}
	return strings.Join(t.decode.decode(tokens), ""), nil
}

// wellFormed replaces every byte that is not part of valid UTF-8 by U+FFFD.
func wellFormed(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	return string([]rune(text))
}
