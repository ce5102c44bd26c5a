package tokenizer

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// unicodeForm is one of the four normalization forms. Two things stand between x/text and the library's result: x/text knows
// younger characters (see normalizedSince9), and it breaks runs of more than 30 combining marks by a grapheme joiner, as
// the stream-safe format asks and the library does not.
type unicodeForm struct {
	form norm.Form
	// everyAge: younger characters are normalized too, as Python does.
	everyAge bool
}

func (f unicodeForm) normalize(text string) string {
	switch {
	case isASCII(text), f.form.IsNormalString(text) && (f.everyAge || !hasYounger(text)):
		return text
	case f.everyAge:
		return f.normalizeKnown(text)
	}
	var b strings.Builder
	b.Grow(len(text) + len(text)/8)
	for text != "" {
		end := strings.IndexFunc(text, isYounger)
		if end < 0 {
			end = len(text)
		}
		b.WriteString(f.normalizeKnown(text[:end]))
		young := end
		for young < len(text) {
			r, n := utf8.DecodeRuneInString(text[young:])
			if !isYounger(r) {
				break
			}
			young += n
		}
		b.WriteString(text[end:young])
		text = text[young:]
	}
	return b.String()
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isYounger is asked of every character: scripts without any, Latin to Hebrew and Han, are passed over first.
func isYounger(r rune) bool {
	return r >= normalizedSince9[0] && !(r > 0x32FF && r < 0xA7F2) && normalizedSince9.has(r)
}

func hasYounger(text string) bool { return strings.IndexFunc(text, isYounger) >= 0 }

// normalizeKnown normalizes text as x/text knows it. Nothing composes with or is ordered across a line end, so the
// slow way is taken for single lines only.
func (f unicodeForm) normalizeKnown(text string) string {
	if !f.hasLongRun(text) {
		return f.form.String(text)
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(f.normalizeLine(line))
	}
	return b.String()
}

func (f unicodeForm) normalizeLine(text string) string {
	if !f.hasLongRun(text) {
		return f.form.String(text)
	}
	chars := f.decompose(text)
	orderMarks(chars)
	if f.form == norm.NFC || f.form == norm.NFKC {
		chars = compose(chars)
	}
	var b strings.Builder
	for _, c := range chars {
		b.WriteRune(c.r)
	}
	return b.String()
}

// maxRun is safely below the 30 marks at which x/text breaks a run: one character may decompose into several marks.
const maxRun = 8

func (f unicodeForm) hasLongRun(text string) bool {
	run := 0
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i, run = i+1, 0
			continue
		}
		p := f.form.PropertiesString(text[i:])
		i += max(p.Size(), 1)
		if p.CCC() == 0 && p.LeadCCC() == 0 && p.TrailCCC() == 0 {
			run = 0
		} else if run++; run > maxRun {
			return true
		}
	}
	return false
}

// char is a character with its canonical combining class.
type char struct {
	r   rune
	ccc uint8
}

func classed(r rune) char {
	return char{r, norm.NFD.PropertiesString(string(r)).CCC()}
}

// decompose works rune by rune, which no limit on runs can reach.
func (f unicodeForm) decompose(text string) []char {
	form := norm.NFD
	if f.form == norm.NFKC || f.form == norm.NFKD {
		form = norm.NFKD
	}
	chars := make([]char, 0, len(text))
	for _, r := range text {
		for _, d := range form.String(string(r)) {
			chars = append(chars, classed(d))
		}
	}
	return chars
}

// orderMarks sorts every run of marks by class, equal ones as they came.
func orderMarks(chars []char) {
	for i := 0; i < len(chars); {
		j := i
		for j < len(chars) && chars[j].ccc != 0 {
			j++
		}
		slices.SortStableFunc(chars[i:j], func(a, b char) int { return int(a.ccc) - int(b.ccc) })
		i = j + 1
	}
}

// compose is the canonical composition of UAX #15: a character joins the last starter unless one between them has a class
// as high as its own.
func compose(chars []char) []char {
	out := chars[:0]
	starter := -1
	for _, c := range chars {
		if starter >= 0 {
			last := out[len(out)-1]
			blocked := len(out)-1 > starter && (last.ccc >= c.ccc || last.ccc == 0)
			if joined, ok := pair(out[starter].r, c.r); ok && !blocked {
				out[starter].r = joined
				continue
			}
		}
		if c.ccc == 0 {
			starter = len(out)
		}
		out = append(out, c)
	}
	return out
}

func pair(a, b rune) (rune, bool) {
	joined := []rune(norm.NFC.String(string([]rune{a, b})))
	if len(joined) != 1 {
		return 0, false
	}
	return joined[0], true
}
