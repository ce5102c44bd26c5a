package tokenizer

import (
	"strings"
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

// runeTable holds a value for every character in two steps, a page and a place in it: unicode.Is searches its ranges, which
// is too slow for every character of a prompt.
type runeTable[T comparable] struct {
	page  [(utf8.MaxRune + 1) >> 8]uint8
	pages [][256]T
}

func (t *runeTable[T]) of(r rune) T { return t.pages[t.page[r>>8]][r&0xFF] }

// foldRunes keeps equal pages once. There are fewer than 256 different ones in any table of Unicode's.
func foldRunes[T comparable](flat []T) *runeTable[T] {
	t := &runeTable[T]{}
	seen := map[[256]T]uint8{}
	for i := range t.page {
		page := [256]T(flat[i<<8:])
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

// eachOf calls f with every character of a table.
func eachOf(table *unicode.RangeTable, f func(rune)) {
	for _, r := range table.R16 {
		for c := int(r.Lo); c <= int(r.Hi); c += int(r.Stride) {
			f(rune(c))
		}
	}
	for _, r := range table.R32 {
		for c := r.Lo; c <= r.Hi; c += r.Stride {
			f(rune(c))
		}
	}
}

// eachOfCategory calls f with every character of a general category, or of those that begin with its letter, as of Unicode 16.
func eachOfCategory(name string, f func(rune)) {
	eachOf(unicode.Categories[name], f)
	for part, young := range unicode16 {
		if strings.HasPrefix(part, name) {
			young.each(f)
		}
	}
}

// classTable gives the classes of a character.
type classTable struct {
	ascii [utf8.RuneSelf]class
	runeTable[class]
}

// classes is the one table, built when first asked for (a few milliseconds).
var classes = sync.OnceValue(buildClasses)

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
	for class, categories := range map[class][]string{
		upper: {"Lu", "Lt"}, lower: {"Ll"}, otherLetter: {"Lm", "Lo"}, mark: {"M"}, number: {"N"}, punctuation: {"P"}, symbol: {"S"},
	} {
		for _, category := range categories {
			eachOfCategory(category, func(r rune) { flat[r] |= class })
		}
	}
	eachOf(unicode.White_Space, func(r rune) { flat[r] |= space })
	t := &classTable{runeTable: *foldRunes(flat)}
	copy(t.ascii[:], flat)
	return t
}
