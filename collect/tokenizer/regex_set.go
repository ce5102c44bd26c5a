package tokenizer

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// runeSet is a set of characters, a bit each. The bits beyond ASCII take 136 KB, of which a text touches a few lines; most
// sets of an expression have none.
type runeSet struct {
	ascii  [utf8.RuneSelf / 64]uint64
	beyond *[(unicode.MaxRune + 1) / 64]uint64 // ASCII's place in it is empty
}

func newRuneSet() *runeSet { return new(runeSet) }

func (s *runeSet) has(r rune) bool {
	if r < utf8.RuneSelf {
		return s.ascii[r>>6]>>(uint(r)&63)&1 != 0
	}
	return s.beyond != nil && s.beyond[r>>6]>>(uint(r)&63)&1 != 0
}

func (s *runeSet) add(r rune) {
	if r < utf8.RuneSelf {
		s.ascii[r>>6] |= 1 << (uint(r) & 63)
		return
	}
	s.grow()
	s.beyond[r>>6] |= 1 << (uint(r) & 63)
}

func (s *runeSet) grow() {
	if s.beyond == nil {
		s.beyond = new([(unicode.MaxRune + 1) / 64]uint64)
	}
}

func (s *runeSet) addRange(low, high rune) {
	for r := low; r <= high; r++ {
		if r >= utf8.RuneSelf && r&63 == 0 && r+63 <= high {
			s.grow()
			s.beyond[r>>6] = ^uint64(0)
			r += 63
			continue
		}
		s.add(r)
	}
}

func (s *runeSet) union(o *runeSet) {
	for i := range s.ascii {
		s.ascii[i] |= o.ascii[i]
	}
	if o.beyond == nil {
		return
	}
	s.grow()
	for i := range s.beyond {
		s.beyond[i] |= o.beyond[i]
	}
}

func (s *runeSet) intersect(o *runeSet) *runeSet {
	both := newRuneSet()
	for i := range s.ascii {
		both.ascii[i] = s.ascii[i] & o.ascii[i]
	}
	if s.beyond == nil || o.beyond == nil {
		return both
	}
	both.grow()
	for i := range s.beyond {
		both.beyond[i] = s.beyond[i] & o.beyond[i]
	}
	return both
}

func (s *runeSet) complement() *runeSet {
	rest := newRuneSet()
	for i := range s.ascii {
		rest.ascii[i] = ^s.ascii[i]
	}
	rest.grow()
	for i := len(s.ascii); i < len(rest.beyond); i++ {
		rest.beyond[i] = ^uint64(0)
		if s.beyond != nil {
			rest.beyond[i] &^= s.beyond[i]
		}
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
