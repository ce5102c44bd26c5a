package tokenizer

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// newBert gives the steps of BertNormalizer: control characters removed and white space made blanks, Chinese characters set
// apart by blanks, accents removed, letters lowered.
func newBert(data json.RawMessage) (normalizer, error) {
	o := struct {
		Clean   bool  `json:"clean_text"`
		Chinese bool  `json:"handle_chinese_chars"`
		Accents *bool `json:"strip_accents"`
		Lower   bool  `json:"lowercase"`
	}{true, true, nil, true}
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("normalizer BertNormalizer: %w", err)
	}
	steps := normalizers{}
	if o.Clean {
		steps = append(steps, eachRune(cleanRune))
	}
	if o.Chinese {
		steps = append(steps, rewrite(setChineseApart))
	}
	if o.Accents == nil && o.Lower || deref(o.Accents) {
		steps = append(steps, unicodeForm{form: norm.NFD}, eachRune(dropIf(isNonspacingOf8)))
	}
	if o.Lower {
		steps = append(steps, rewrite(lowerCase))
	}
	return steps, nil
}

// eachRune rewrites text character by character; a negative one is dropped.
type eachRune func(rune) rune

func (f eachRune) normalize(text string) string { return strings.Map(f, text) }

func dropIf(is func(rune) bool) eachRune {
	return func(r rune) rune {
		if is(r) {
			return -1
		}
		return r
	}
}

func cleanRune(r rune) rune {
	switch {
	case r == utf8.RuneError || isControlOf8(r):
		return -1
	case isSpace(r):
		return ' '
	}
	return r
}

func setChineseApart(text string) string {
	if isASCII(text) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + len(text)/2)
	for _, r := range text {
		if isChinese(r) {
			b.WriteByte(' ')
			b.WriteRune(r)
			b.WriteByte(' ')
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isChinese is BERT's notion of it: blocks of ideographs, not all of them, and no kana or Hangul.
func isChinese(r rune) bool {
	return r >= 0x3400 && (r <= 0x4DBF || r >= 0x4E00 && r <= 0x9FFF || r >= 0xF900 && r <= 0xFAFF || r >= 0x20000 && r <= 0x2A6DF ||
		r >= 0x2A700 && r <= 0x2B81F || r >= 0x2B920 && r <= 0x2CEAF || r >= 0x2F800 && r <= 0x2FA1F)
}

// nmtRune is the normalizer Nmt: control characters go, what separates becomes a blank.
func nmtRune(r rune) rune {
	switch {
	case r >= 0x01 && r <= 0x08, r == 0x0B, r >= 0x0E && r <= 0x1F, r == 0x7F, r == 0x8F, r == 0x9F:
		return -1
	case r == '\t', r == '\n', r == '\f', r == '\r', r == 0x1680, r >= 0x200B && r <= 0x200F, r == 0x2028, r == 0x2029, r == 0x2581,
		r == 0xFEFF, r == 0xFFFD:
		return ' '
	}
	return r
}
