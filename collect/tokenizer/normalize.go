package tokenizer

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// normalizer rewrites text before it is cut. Text is valid UTF-8 before and after.
type normalizer interface {
	normalize(text string) string
}

type normalizers []normalizer

func (ns normalizers) normalize(text string) string {
	for _, n := range ns {
		text = n.normalize(text)
	}
	return text
}

// newNormalizer gives nil when there is nothing to do.
func newNormalizer(data json.RawMessage) (normalizer, error) {
	list, err := appendNormalizers(nil, data)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	if len(list) == 1 {
		return list[0], nil
	}
	return list, nil
}

func appendNormalizers(list normalizers, data json.RawMessage) (normalizers, error) {
	if isNull(data) {
		return list, nil
	}
	var st stage
	if err := json.Unmarshal(data, &st); err != nil {
		return nil, fmt.Errorf("normalizer: %w", err)
	}
	if st.Type != "Sequence" {
		n, err := newNormalizerOf(st.Type, data)
		return append(list, n), err
	}
	for _, part := range st.Normalizers {
		var err error
		if list, err = appendNormalizers(list, part); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func newNormalizerOf(name string, data json.RawMessage) (normalizer, error) {
	switch name {
	case "NFC":
		return unicodeForm{form: norm.NFC}, nil
	case "NFD":
		return unicodeForm{form: norm.NFD}, nil
	case "NFKC":
		return unicodeForm{form: norm.NFKC}, nil
	case "NFKD":
		return unicodeForm{form: norm.NFKD}, nil
	case "Lowercase":
		return rewrite(lowerCase), nil
	case "ByteLevel":
		return rewrite(byteChars), nil
	case "BertNormalizer":
		return newBert(data)
	case "StripAccents":
		return eachRune(dropIf(isMarkOf9)), nil
	case "Nmt":
		return eachRune(nmtRune), nil
	case "Precompiled":
		return newPrecompiled(data)
	case "Strip":
		return newStripNormalizer(data)
	case "Prepend":
		return newPrepend(data)
	case "Replace":
		r, err := newReplace(data)
		if err != nil {
			return nil, fmt.Errorf("normalizer %w", err)
		}
		return r, nil
	}
	return nil, unsupported("normalizer", name)
}

// rewrite is a normalizer that has nothing to configure.
type rewrite func(string) string

func (f rewrite) normalize(text string) string { return f(text) }

// lowerCase lowers every character by itself, with no regard to its neighbours (a final sigma is no exception).
func lowerCase(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range text {
		if r == 'İ' {
			b.WriteString("i\u0307")
			continue
		}
		l := unicode.ToLower(r)
		if l == r && r > unicode.MaxLatin1 {
			l = newerLower(r)
		}
		b.WriteRune(l)
	}
	return b.String()
}

func newerLower(r rune) rune {
	for _, m := range unicode17Lower {
		if m[0] <= r && r <= m[1] {
			return r + m[2]
		}
	}
	return r
}

func newStripNormalizer(data json.RawMessage) (normalizer, error) {
	var o struct {
		Left  bool `json:"strip_left"`
		Right bool `json:"strip_right"`
	}
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("normalizer Strip: %w", err)
	}
	return rewrite(func(text string) string {
		if o.Left {
			text = strings.TrimLeftFunc(text, isSpace)
		}
		if o.Right {
			text = strings.TrimRightFunc(text, isSpace)
		}
		return text
	}), nil
}

func newPrepend(data json.RawMessage) (normalizer, error) {
	var o struct {
		Prepend string `json:"prepend"`
	}
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("normalizer Prepend: %w", err)
	}
	return rewrite(func(text string) string {
		if text == "" {
			return text
		}
		return o.Prepend + text
	}), nil
}

// replace writes content for every match, as a normalizer of the text or a decoder of each token.
type replace struct {
	find    finder
	content string
}

func newReplace(data json.RawMessage) (*replace, error) {
	var o struct {
		Pattern pattern `json:"pattern"`
		Content string  `json:"content"`
	}
	err := json.Unmarshal(data, &o)
	if err != nil {
		return nil, fmt.Errorf("type Replace: %w", err)
	}
	r := &replace{content: o.Content}
	if r.find, err = o.Pattern.finder(); err != nil {
		return nil, fmt.Errorf("type Replace: %w", err)
	}
	return r, nil
}

func (r *replace) normalize(text string) string {
	if l, ok := r.find.(literal); ok {
		return strings.ReplaceAll(text, string(l), r.content)
	}
	found, err := r.find.spans(nil, text, &scratch{})
	if err != nil || len(found) == 0 {
		return text // an error is a timeout, and none is set
	}
	var b strings.Builder
	done := 0
	for _, m := range found {
		b.WriteString(text[done:m.start])
		b.WriteString(r.content)
		done = m.end
	}
	b.WriteString(text[done:])
	return b.String()
}
