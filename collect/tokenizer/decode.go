package tokenizer

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// decoder turns the texts of tokens back into text, in steps; what the last step leaves is joined.
type decoder interface {
	decode(tokens []string) []string
}

// decodeFunc is a decoder that keeps no state.
type decodeFunc func([]string) []string

func (f decodeFunc) decode(tokens []string) []string { return f(tokens) }

type decoders []decoder

func (ds decoders) decode(tokens []string) []string {
	for _, d := range ds {
		tokens = d.decode(tokens)
	}
	return tokens
}

// newDecoder gives nil when there is none.
func newDecoder(data json.RawMessage) (decoder, error) {
	if isNull(data) {
		return nil, nil
	}
	var st stage
	if err := json.Unmarshal(data, &st); err != nil {
		return nil, fmt.Errorf("decoder: %w", err)
	}
	switch st.Type {
	case "Sequence":
		return newDecoders(st.Decoders)
	case "ByteLevel":
		return decodeFunc(decodeBytes), nil
	case "ByteFallback":
		return decodeFunc(decodeFallback), nil
	case "Fuse":
		return decodeFunc(func(tokens []string) []string { return []string{strings.Join(tokens, "")} }), nil
	case "Replace":
		r, err := newReplace(data)
		if err != nil {
			return nil, fmt.Errorf("decoder %w", err)
		}
		return eachToken(r.normalize), nil
	case "Strip":
		return newStripDecoder(data)
	case "Metaspace":
		return newMetaspaceDecoder(data)
	case "BPEDecoder":
		return newSuffixDecoder(data)
	case "WordPiece":
		return newWordPieceDecoder(data)
	case "CTC":
		return newCTC(data)
	}
	return nil, unsupported("decoder", st.Type)
}

func newDecoders(parts []json.RawMessage) (decoder, error) {
	list := decoders{}
	for _, part := range parts {
		d, err := newDecoder(part)
		if err != nil {
			return nil, err
		}
		if d != nil {
			list = append(list, d)
		}
	}
	return list, nil
}

func eachToken(f func(string) string) decoder {
	return decodeFunc(func(tokens []string) []string {
		for i, t := range tokens {
			tokens[i] = f(t)
		}
		return tokens
	})
}

// decodeBytes reads characters as the bytes they stand for. A token with any other character is taken as it is.
func decodeBytes(tokens []string) []string {
	var raw []byte
	for _, t := range tokens {
		var ok bool
		if raw, ok = appendRaw(raw, t); !ok {
			raw = append(raw, t...)
		}
	}
	return []string{lossy(raw)}
}

// lossy reads bytes as UTF-8 with one U+FFFD for every longest beginning of a character that is not completed, as Unicode
// recommends and Rust does; Go's own conversions write one per byte or one per run.
func lossy(raw []byte) string {
	if utf8.Valid(raw) {
		return string(raw)
	}
	var b strings.Builder
	b.Grow(len(raw))
	for len(raw) > 0 {
		r, n := utf8.DecodeRune(raw)
		if r == utf8.RuneError && n <= 1 {
			n = brokenLen(raw)
		}
		b.WriteRune(r)
		raw = raw[n:]
	}
	return b.String()
}

// brokenLen is the length of the beginning of a character at the start of raw that the next byte does not continue.
func brokenLen(raw []byte) int {
	lo, hi, want := byte(0x80), byte(0xBF), 0
	switch c := raw[0]; {
	case c >= 0xC2 && c <= 0xDF:
		want = 1
	case c == 0xE0:
		lo, want = 0xA0, 2
	case c == 0xED:
		hi, want = 0x9F, 2
	case c >= 0xE1 && c <= 0xEF:
		want = 2
	case c == 0xF0:
		lo, want = 0x90, 3
	case c == 0xF4:
		hi, want = 0x8F, 3
	case c >= 0xF1 && c <= 0xF3:
		want = 3
	}
	n := 1
	for n <= want && n < len(raw) && raw[n] >= lo && raw[n] <= hi {
		n, lo, hi = n+1, 0x80, 0xBF
	}
	return n
}

// decodeFallback joins tokens like <0xE4> into characters; bytes that make none become U+FFFD each.
func decodeFallback(tokens []string) []string {
	out := tokens[:0]
	var raw []byte
	flush := func() {
		if utf8.Valid(raw) && len(raw) > 0 {
			out = append(out, string(raw))
		} else {
			for range raw {
				out = append(out, "\uFFFD")
			}
		}
		raw = raw[:0]
	}
	for _, t := range tokens {
		if b, ok := fallbackByte(t); ok {
			raw = append(raw, b)
			continue
		}
		flush()
		out = append(out, t)
	}
	flush()
	return out
}

func fallbackByte(token string) (byte, bool) {
	if len(token) != 6 || !strings.HasPrefix(token, "<0x") || token[5] != '>' {
		return 0, false
	}
	digits := token[3:5]
	if digits[0] == '+' { // the library's parser takes a sign
		digits = digits[1:]
	}
	b, err := strconv.ParseUint(digits, 16, 8)
	return byte(b), err == nil
}

func newStripDecoder(data json.RawMessage) (decoder, error) {
	var o struct {
		Content string `json:"content"`
		Start   int    `json:"start"`
		Stop    int    `json:"stop"`
	}
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("decoder Strip: %w", err)
	}
	if utf8.RuneCountInString(o.Content) != 1 {
		return nil, fmt.Errorf("decoder Strip: content %q is not one character", o.Content)
	}
	return eachToken(func(t string) string {
		for i := 0; i < o.Start && strings.HasPrefix(t, o.Content); i++ {
			t = t[len(o.Content):]
		}
		for i := 0; i < o.Stop && strings.HasSuffix(t, o.Content); i++ {
			t = t[:len(t)-len(o.Content)]
		}
		return t
	}), nil
}

func newMetaspaceDecoder(data json.RawMessage) (decoder, error) {
	mark, scheme, err := readMetaspace(data)
	if err != nil {
		return nil, fmt.Errorf("decoder %w", err)
	}
	return decodeFunc(func(tokens []string) []string {
		for i, t := range tokens {
			blank := " "
			if i == 0 && scheme != "never" {
				blank = ""
			}
			tokens[i] = strings.ReplaceAll(t, mark, blank)
		}
		return tokens
	}), nil
}

func newSuffixDecoder(data json.RawMessage) (decoder, error) {
	o := struct {
		Suffix string `json:"suffix"`
	}{"</w>"}
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("decoder BPEDecoder: %w", err)
	}
	return decodeFunc(func(tokens []string) []string {
		for i, t := range tokens {
			blank := " "
			if i == len(tokens)-1 {
				blank = ""
			}
			tokens[i] = strings.ReplaceAll(t, o.Suffix, blank)
		}
		return tokens
	}), nil
}
