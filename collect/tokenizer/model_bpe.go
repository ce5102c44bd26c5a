package tokenizer

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// bpe is byte pair encoding: a piece becomes the symbols of its characters, and the neighbours with the lowest rank are
// merged until none can be. In the raw form, taken when every byte has a token and nothing else could interfere, symbols are
// made of the bytes themselves; otherwise of characters, with the unknown token and byte fallback as the library has them.
type bpe struct {
	vocab  *vocabulary
	merges mergeTable
	cache  *wordCache

	raw     bool
	byteIDs [256]int32 // in the raw form

	prefix, suffix string
	fallback       *[256]int32 // ids of <0x00> to <0xFF>, -1 where there is none; nil without byte fallback
	unknown        string
	unknownID      int32 // -1 when there is none
	fuseUnknown    bool
	ignoreMerges   bool
	wordwise       bool // a piece may be merged word by word; see splitsAtSpaces
}

type bpeOptions struct {
	Dropout      *float64 `json:"dropout"`
	Unknown      *string  `json:"unk_token"`
	Prefix       *string  `json:"continuing_subword_prefix"`
	Suffix       *string  `json:"end_of_word_suffix"`
	FuseUnknown  *bool    `json:"fuse_unk"`
	ByteFallback *bool    `json:"byte_fallback"`
	IgnoreMerges *bool    `json:"ignore_merges"`
}

func newBPE(fields map[string]json.RawMessage, c modelContext) (model, error) {
	var o bpeOptions
	if err := readFields(fields, map[string]any{
		"dropout": &o.Dropout, "unk_token": &o.Unknown, "continuing_subword_prefix": &o.Prefix, "end_of_word_suffix": &o.Suffix,
		"fuse_unk": &o.FuseUnknown, "byte_fallback": &o.ByteFallback, "ignore_merges": &o.IgnoreMerges,
	}); err != nil {
		return nil, fmt.Errorf("model BPE: %w", err)
	}
	if o.Dropout != nil && *o.Dropout != 0 {
		return nil, fmt.Errorf("model BPE has dropout %g: its ids are random", *o.Dropout)
	}
	b := &bpe{
		prefix: deref(o.Prefix), suffix: deref(o.Suffix), unknown: deref(o.Unknown), unknownID: -1,
		fuseUnknown: deref(o.FuseUnknown), ignoreMerges: deref(o.IgnoreMerges), cache: newWordCache(),
	}
	if err := b.load(fields, c.bytesLast && b.prefix == "" && b.suffix == ""); err != nil {
		return nil, fmt.Errorf("model BPE: %w", err)
	}
	if deref(o.ByteFallback) {
		b.fallback = fallbackIDs(b.id)
	}
	if id, ok := b.vocab.id(b.unknown); ok && o.Unknown != nil {
		b.unknownID = int32(id)
	}
	b.wordwise = b.splitsAtSpaces()
	return b, nil
}

func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

func (b *bpe) load(fields map[string]json.RawMessage, mayBeRaw bool) (err error) {
	if fields["vocab"] == nil {
		return fmt.Errorf("it has no vocab")
	}
	if b.vocab, err = newVocabulary(fields["vocab"], mayBeRaw); err != nil {
		return fmt.Errorf("vocab %w", err)
	}
	b.raw = mayBeRaw
	for c := range b.byteIDs {
		id, ok := b.vocab.ids[string([]byte{byte(c)})]
		b.byteIDs[c] = id
		b.raw = b.raw && ok
	}
	if mayBeRaw && !b.raw {
		if b.vocab, err = newVocabulary(fields["vocab"], false); err != nil {
			return fmt.Errorf("vocab %w", err)
		}
	}
	if fields["merges"] == nil {
		return nil
	}
	if b.merges, err = newMergeTable(fields["merges"], b.vocab, len(b.prefix)); err != nil {
		return fmt.Errorf("merges: %w", err)
	}
	return nil
}

func (b *bpe) token(id int) (string, bool) { return b.vocab.token(id) }
func (b *bpe) id(token string) (int, bool) { return b.vocab.id(token) }
func (b *bpe) isUnknown(id int) bool       { return b.unknownID >= 0 && id == int(b.unknownID) }
func (b *bpe) entries() int                { return len(b.vocab.ids) + len(b.vocab.odd) }
func (b *bpe) top() int                    { return len(b.vocab.byID) }

// spaceMark stands for a blank in vocabularies that come from SentencePiece.
const spaceMark = "\u2581"

// splitsAtSpaces reports that a piece may be cut where wordEnd says, with the same result as the whole: no merge joins
// across such a place, and no character vanishes, which would bring strangers together. Tokenizers with space marks often
// have no pre-tokenizer: without the cut a whole prompt is one word.
func (b *bpe) splitsAtSpaces() bool {
	if b.raw || b.ignoreMerges || b.prefix != "" || b.suffix != "" || b.merges.neverCut {
		return false
	}
	if _, ok := b.vocab.ids[spaceMark]; !ok {
		return false
	}
	return b.unknownID >= 0 || b.fallback != nil && !slices.Contains(b.fallback[:], -1)
}

func (b *bpe) tokenize(ids []int, piece string, s *scratch) (_ []int, err error) {
	if b.raw && len(piece) == 1 {
		return append(ids, int(b.byteIDs[piece[0]])), nil
	}
	for piece != "" {
		end := len(piece)
		if b.wordwise {
			end = b.wordEnd(piece)
		}
		if ids, err = b.tokenizeWord(ids, piece[:end], s); err != nil {
			return nil, err
		}
		piece = piece[end:]
	}
	return ids, nil
}

// wordEnd is the place of the first space mark after a character that no merge joins to one.
func (b *bpe) wordEnd(piece string) int {
	for at := 0; ; {
		i := strings.Index(piece[at:], spaceMark)
		if i < 0 {
			return len(piece)
		}
		if at += i; at > 0 && !strings.HasSuffix(piece[:at], spaceMark) && !b.merges.spaceJoins[piece[at-1]] {
			return at
		}
		at += len(spaceMark)
	}
}

func (b *bpe) tokenizeWord(ids []int, piece string, s *scratch) ([]int, error) {
	slot, word := b.cache.find(piece)
	if word != nil {
		for _, id := range word.ids {
			ids = append(ids, int(id))
		}
		return ids, nil
	}
	symbols, err := b.merged(piece, s)
	if err != nil {
		return nil, err
	}
	b.cache.keep(slot, piece, symbols)
	for _, id := range symbols {
		ids = append(ids, int(id))
	}
	return ids, nil
}

func (b *bpe) merged(piece string, s *scratch) ([]int32, error) {
	s.symbols = s.symbols[:0]
	if b.ignoreMerges {
		if id, ok := b.vocab.ids[piece]; ok {
			s.symbols = append(s.symbols, id)
			return s.symbols, nil
		}
	}
	if b.raw {
		for i := range len(piece) {
			s.symbols = append(s.symbols, b.byteIDs[piece[i]])
		}
	} else if err := b.characters(piece, s); err != nil {
		return nil, err
	}
	return b.merges.mergeAll(s.symbols, s), nil
}

// characters makes the symbols of piece, one per character. A character without a token becomes its bytes' fallback tokens
// if there are all of them, else the unknown token, else nothing. A pending unknown token stays behind fallback tokens that
// follow it: so does the library order them.
func (b *bpe) characters(piece string, s *scratch) error {
	pending := false
	for i := 0; i < len(piece); {
		_, n := utf8.DecodeRuneInString(piece[i:])
		unit := b.unit(piece, i, i+n)
		i += n
		if id, ok := b.vocab.ids[unit]; ok {
			if pending {
				s.symbols, pending = append(s.symbols, b.unknownID), false
			}
			s.symbols = append(s.symbols, id)
			continue
		}
		if b.appendFallback(unit, s) || b.unknown == "" {
			continue
		}
		if b.unknownID < 0 {
			return fmt.Errorf("%q is not in the vocabulary, and neither is the unknown token %q", unit, b.unknown)
		}
		if pending && !b.fuseUnknown {
			s.symbols = append(s.symbols, b.unknownID)
		}
		pending = true
	}
	if pending {
		s.symbols = append(s.symbols, b.unknownID)
	}
	return nil
}

// unit is the character of piece from start to end as the vocabulary has it: marked when it continues or ends a word.
func (b *bpe) unit(piece string, start, end int) string {
	unit := piece[start:end]
	if start > 0 && b.prefix != "" {
		unit = b.prefix + unit
	}
	if end == len(piece) && b.suffix != "" {
		unit += b.suffix
	}
	return unit
}

func (b *bpe) appendFallback(unit string, s *scratch) bool {
	if b.fallback == nil {
		return false
	}
	before := len(s.symbols)
	for i := range len(unit) {
		id := b.fallback[unit[i]]
		if id < 0 {
			s.symbols = s.symbols[:before]
			return false
		}
		s.symbols = append(s.symbols, id)
	}
	return true
}
