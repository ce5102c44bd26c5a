package tokenizer

import (
	"fmt"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"
)

// newRegexFinder takes a hand-written scanner for the patterns that are known, the machine of regex_run.go for others that it
// can read, and a general engine for the rest. The general engine's classes are Go's Unicode tables, which may be older than
// those of the library.
func newRegexFinder(expression string, f flavour) (finder, error) {
	if scan, ok := knownPatterns[expression]; ok {
		return scan, nil
	}
	if p, err := compileRegex(expression, f); err == nil {
		return p, nil
	}
	re, err := regexp2.Compile(expression, regexp2.OptionMaxBacktrackingStackSize(-1))
	if err != nil {
		return nil, fmt.Errorf("regex %q: %w", expression, err)
	}
	return regexFinder{re}, nil
}

type regexFinder struct{ re *regexp2.Regexp }

func (f regexFinder) spans(found []span, text string, s *scratch) ([]span, error) {
	s.runes = s.runes[:0]
	for _, r := range text {
		s.runes = append(s.runes, r)
	}
	runes := s.runes
	at, offset := 0, 0 // a rune and the byte it begins at
	before := -1       // end of the match before
	err := f.re.FindRunesMatches(runes, -1, func(m regexp2.MatchView) bool {
		index, length, _ := m.GroupRange(0)
		offset += byteLen(runes[at:index])
		start := offset
		offset += byteLen(runes[index : index+length])
		at = index + length
		if length > 0 || start != before { // no empty match right after another
			found = append(found, span{start, offset})
		}
		before = offset
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("regex %q: %w", f.re, err)
	}
	return found, nil
}

func byteLen(runes []rune) (n int) {
	for _, r := range runes {
		n += utf8.RuneLen(r)
	}
	return n
}
