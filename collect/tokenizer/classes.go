package tokenizer

import (
	"sync"
	"unicode"
	"unicode/utf8"
)

// class is the set of Unicode classes of a character that split patterns ask for.
type class uint8

const (
	upper       class = 1 << iota // Lu, Lt
	lower                         // Ll
	otherLetter                   // Lm, Lo
	mark                          // M
	number                        // N
	punctuation                   // P
	symbol                        // S
	space                         // White_Space

	letter = upper | lower | otherLetter
)

// classTable gives the classes of a character in two steps, a page and a place in it: unicode.Is searches its ranges, which
// is too slow for every character of a prompt.
type classTable struct {
	ascii [utf8.RuneSelf]class
	page  [(utf8.MaxRune + 1) >> 8]uint8
	pages [][256]class
}

// classes is the one table, built when first asked for (a few milliseconds).
var classes = sync.OnceValue(buildClasses)

func (t *classTable) of(r rune) class { return t.pages[t.page[r>>8]][r&0xFF] }

// at gives the classes and the length of the character at i. text must be valid UTF-8.
func (t *classTable) at(text string, i int) (class, int) {
	if c := text[i]; c < utf8.RuneSelf {
		return t.ascii[c], 1
	}
	r, n := utf8.DecodeRuneInString(text[i:])
	return t.of(r), n
}

// run gives the end of the longest run from i on of characters in one of the wanted classes.
func (t *classTable) run(text string, i int, want class) int {
	for i < len(text) {
		k, n := t.at(text, i)
		if k&want == 0 {
			break
		}
		i += n
	}
	return i
}

// runWithout is run of characters in none of the classes.
func (t *classTable) runWithout(text string, i int, not class) int {
	for i < len(text) {
		k, n := t.at(text, i)
		if k&not != 0 {
			break
		}
		i += n
	}
	return i
}

func buildClasses() *classTable {
	flat := make([]class, utf8.MaxRune+1)
	for _, c := range []struct {
		class  class
		tables []*unicode.RangeTable
		newer  runeRanges
	}{
		{upper, []*unicode.RangeTable{unicode.Lu, unicode.Lt}, unicode16Upper},
		{lower, []*unicode.RangeTable{unicode.Ll}, unicode16Lower},
		{otherLetter, []*unicode.RangeTable{unicode.Lm, unicode.Lo}, unicode16OtherLetter},
		{mark, []*unicode.RangeTable{unicode.M}, unicode16Mark},
		{number, []*unicode.RangeTable{unicode.N}, unicode16Digit},
		{punctuation, []*unicode.RangeTable{unicode.P}, unicode16Punctuation},
		{symbol, []*unicode.RangeTable{unicode.S}, unicode16Symbol},
		{space, []*unicode.RangeTable{unicode.White_Space}, nil},
	} {
		for _, t := range c.tables {
			for _, r := range t.R16 {
				mark16(flat, r, c.class)
			}
			for _, r := range t.R32 {
				for i := r.Lo; i <= r.Hi; i += r.Stride {
					flat[i] |= c.class
				}
			}
		}
		for i := 0; i < len(c.newer); i += 2 {
			for r := c.newer[i]; r <= c.newer[i+1]; r++ {
				flat[r] |= c.class
			}
		}
	}
	return foldClasses(flat)
}

func mark16(flat []class, r unicode.Range16, c class) {
	for i := int(r.Lo); i <= int(r.Hi); i += int(r.Stride) {
		flat[i] |= c
	}
}

// foldClasses keeps equal pages once. There are about 130 different ones.
func foldClasses(flat []class) *classTable {
	t := &classTable{}
	copy(t.ascii[:], flat)
	seen := map[[256]class]uint8{}
	for i := range t.page {
		page := [256]class(flat[i<<8:])
		n, ok := seen[page]
		if !ok {
			n = uint8(len(t.pages))
			seen[page] = n
			t.pages = append(t.pages, page)
		}
		t.page[i] = n
	}
	return t
}
