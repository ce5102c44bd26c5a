package tokenizer

import (
	"sync"
	"unicode"
	"unicode/utf8"
)

// anyScript joins whatever is before and after: a blank, and what Unicode 9 did not know.
const anyScript = 0

// scripts numbers the scripts that the pre-tokenizer UnicodeScripts (and SentencePiece) tells apart; kana count as Han. It is
// built when first asked for (some milliseconds).
var scripts = sync.OnceValue(buildScripts)

func buildScripts() *runeTable[uint8] {
	flat := make([]uint8, utf8.MaxRune+1)
	number := map[*unicode.RangeTable]uint8{}
	for _, table := range unicode.Scripts {
		as := table
		if table == unicode.Hiragana || table == unicode.Katakana {
			as = unicode.Han
		}
		if number[as] == 0 {
			number[as] = uint8(len(number) + 1)
		}
		eachOf(table, func(r rune) { flat[r] = number[as] })
	}
	assignedSince9.each(func(r rune) { flat[r] = anyScript })
	// The scripts of these have changed since, but for the last two: a sound mark of both kana, and the blank.
	flat[0x0589], flat[0x061C] = number[unicode.Common], number[unicode.Common]
	flat[0x0953], flat[0x0954] = number[unicode.Devanagari], number[unicode.Devanagari]
	flat[0x30FC], flat[' '] = number[unicode.Han], anyScript
	return foldRunes(flat)
}

// scriptRuns finds runs of one script. What comes before the first character of a script is in none of them.
type scriptRuns struct{}

func (scriptRuns) spans(found []span, text string, _ *scratch) ([]span, error) {
	t := scripts()
	start, last := -1, uint8(anyScript)
	for i, r := range text {
		script := t.of(r)
		if script == anyScript || script == last {
			continue
		}
		if start >= 0 {
			found = append(found, span{start, i})
		}
		start, last = i, script
	}
	if start >= 0 {
		found = append(found, span{start, len(text)})
	}
	return found, nil
}
