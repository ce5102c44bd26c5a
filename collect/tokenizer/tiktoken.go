package tokenizer

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// A tiktoken file has a line "base64 rank" for every token: its bytes, and its id, which is also how early it is merged. It
// tells neither how text is cut nor the special tokens; those belong to the encoding (see encodings.go).

// isTiktoken reports whether data begins with such a line.
func isTiktoken(data []byte) bool {
	line, _, _ := bytes.Cut(data[:min(len(data), 4096)], []byte("\n"))
	_, _, err := rankLine(bytes.TrimRight(line, "\r"))
	return err == nil
}

// rankLine reads one line.
func rankLine(line []byte) (token []byte, rank int32, err error) {
	text, number, ok := bytes.Cut(line, []byte(" "))
	if !ok {
		return nil, 0, errors.New(`is not "base64 rank"`)
	}
	if token, err = base64.StdEncoding.DecodeString(string(text)); err != nil {
		return nil, 0, fmt.Errorf("token: %w", err)
	}
	n, err := strconv.ParseUint(string(number), 10, 31)
	if err != nil {
		return nil, 0, fmt.Errorf("rank %q is not a whole number", number)
	}
	if len(token) == 0 {
		return nil, 0, errors.New("its token is empty")
	}
	return token, int32(n), nil
}

// parseTiktoken builds a tokenizer. name is the path of the file, by which its encoding is known; config is that of the
// folder, or nil.
func parseTiktoken(data []byte, name string, config *tokenizerConfig) (*Tokenizer, error) {
	vocab, err := readRanks(data)
	if err != nil {
		return nil, err
	}
	e, ok := findEncoding(filepath.Base(name), len(vocab.ids))
	if !ok {
		return nil, fmt.Errorf("its %d tokens are of no encoding that is known; name the file as its encoding is named: %s", len(vocab.ids), strings.Join(encodingNames(), ", "))
	}
	special := e.special()
	if config != nil && len(config.AddedTokens) > 0 {
		special = e.reserved(maps.Clone(config.AddedTokens))
	}
	t, err := newRanked(vocab, e.pattern, special)
	if err != nil {
		return nil, err
	}
	t.encoding = e.name
	if e.composed {
		t.normalize = unicodeForm{norm.NFC, true}
	}
	for _, text := range e.before {
		id, ok := t.idOf(text)
		if !ok {
			return nil, fmt.Errorf("%s begins prompts with %s, which tokenizer_config.json does not list", e.name, text)
		}
		t.post.before = append(t.post.before, id)
	}
	return t, nil
}

// readRanks reads the lines into a vocabulary of bytes.
func readRanks(data []byte) (*vocabulary, error) {
	b := newVocabularyBuilder(true, len(data)/2)
	number := 0
	for line := range bytes.Lines(data) {
		number++
		if line = bytes.TrimRight(line, "\r\n"); len(line) == 0 || line[0] == '=' { // Whisper's file ends with an empty token
			continue
		}
		token, rank, err := rankLine(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		b.add(token, rank, false)
	}
	return b.build()
}

// newRanked makes the tokenizer of a vocabulary whose ids are ranks.
func newRanked(vocab *vocabulary, pattern string, special map[int]addedToken) (*Tokenizer, error) {
	m, err := newRankedBPE(vocab)
	if err != nil {
		return nil, err
	}
	find, err := newRegexFinder(pattern, rust)
	if err != nil {
		return nil, err
	}
	t := &Tokenizer{
		steps: []preTokenizer{&splitter{find: find, behavior: removed, invert: true}},
		model: m, decode: decodeFunc(decodeBytes), added: newAddedTokens(special, nil),
	}
	t.size = max(m.top(), t.added.top)
	return t, nil
}

// newRankedBPE finds out which pairs merge: two tokens do when their bytes together are a token, whose id is the rank. The
// ways to cut every token in two give all pairs. A piece that is a token is never merged from its bytes.
func newRankedBPE(vocab *vocabulary) (*bpe, error) {
	b := &bpe{vocab: vocab, cache: newWordCache(), raw: true, ignoreMerges: true, unknownID: -1}
	for c := range b.byteIDs {
		id, ok := vocab.ids[string([]byte{byte(c)})]
		if !ok {
			return nil, fmt.Errorf("it has no token for the byte 0x%02X", c)
		}
		b.byteIDs[c] = id
	}
	pairs := 0
	eachPair(vocab, func(_ uint64, _ int) { pairs++ })
	b.merges = newMergeSlots(pairs)
	eachPair(vocab, func(key uint64, id int) { b.merges.put(key, uint64(id)<<32|uint64(id)) })
	return b, nil
}

func eachPair(vocab *vocabulary, f func(key uint64, id int)) {
	for id, token := range vocab.byID {
		for i := 1; i < len(token); i++ {
			left, ok := vocab.ids[token[:i]]
			if !ok {
				continue
			}
			if right, ok := vocab.ids[token[i:]]; ok {
				f(pairKey(left, right), id)
			}
		}
	}
}
