package tokenizer

import (
	"strings"
	"unicode"
)

// runeSet is a set of characters, a bit each: 136 KB, of which a text touches a few lines.
type runeSet [(unicode.MaxRune + 1) / 64]uint64

func newRuneSet() *runeSet { return new(runeSet) }

func (s *runeSet) has(r rune) bool { return s[r>>6]>>(uint(r)&63)&1 != 0 }

func (s *runeSet) add(r rune) { s[r>>6] |= 1 << (uint(r) & 63) }

func (s *runeSet) addRange(low, high rune) {
	for r := low; r <= high; r++ {
		if r&63 == 0 && r+63 <= high {
			s[r>>6] = ^uint64(0)
			r += 63
			continue
		}
		s.add(r)
	}
}

func (s *runeSet) union(o *runeSet) {
	for i := range s {
		s[i] |= o[i]
	}
}

func (s *runeSet) intersect(o *runeSet) *runeSet {
	both := newRuneSet()
	for i := range s {
		both[i] = s[i] & o[i]
	}
	return both
}

func (s *runeSet) complement() *runeSet {
	rest := newRuneSet()
	for i := range s {
		rest[i] = ^s[i]
	}
	return rest
}

// escapeSet is \s, \d, \w or \h (a hexadecimal digit).
func escapeSet(c rune, f flavour) *runeSet {
	set := newRuneSet()
	switch c {
	case 's':
		eachOf(unicode.White_Space, set.add)
	case 'd':
		return categorySet("Nd")
	case 'h':
		eachOf(unicode.ASCII_Hex_Digit, set.add)
	case 'w':
		for _, name := range []string{"L", "M", "Nd", "Nl", "Pc"} {
			set.union(categorySet(name))
		}
		eachOf(unicode.Other_Alphabetic, set.add)
		if f == rust {
			eachOf(unicode.Join_Control, set.add)
		}
	}
	return set
}

// propertySet is \p{name}: a general category or a script.
func propertySet(name string) (*runeSet, error) {
	plain := strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(name))
	for prefix := range strings.SplitSeq("script= sc= generalcategory= gc=", " ") {
		plain = strings.TrimPrefix(plain, prefix)
	}
	if set, ok := longCategories[plain]; ok {
		plain = set
	}
	for category := range unicode.Categories {
		if strings.ToLower(category) == plain {
			return categorySet(category), nil
		}
	}
	for script, table := range unicode.Scripts {
		if strings.ToLower(strings.ReplaceAll(script, "_", "")) == plain {
			set := newRuneSet()
			eachOf(table, set.add)
			scripts16[script].each(set.add)
			return set, nil
		}
	}
	return nil, errSyntax
}

var longCategories = map[string]string{
	"letter": "l", "uppercaseletter": "lu", "lowercaseletter": "ll", "titlecaseletter": "lt", "modifierletter": "lm", "otherletter": "lo",
	"mark": "m", "nonspacingmark": "mn", "spacingmark": "mc", "enclosingmark": "me", "number": "n", "decimalnumber": "nd", "letternumber": "nl",
	"othernumber": "no", "punctuation": "p", "symbol": "s", "mathsymbol": "sm", "currencysymbol": "sc", "separator": "z", "spaceseparator": "zs",
}

// categorySet is a general category as of Unicode 16.
func categorySet(name string) *runeSet {
	if name == "C" || name == "Cn" {
		rest := newRuneSet()
		for _, assigned := range []string{"L", "M", "N", "P", "S", "Z"} {
			rest.union(categorySet(assigned))
		}
		if name == "Cn" {
			for _, table := range []*unicode.RangeTable{unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs} {
				eachOf(table, rest.add)
			}
		}
		return rest.complement()
	}
	set := newRuneSet()
	eachOfCategory(name, set.add)
	return set
}
