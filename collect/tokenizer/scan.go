package tokenizer

import "unicode/utf8"

// scanner finds the end of a match that begins exactly at i, or gives i when there is none there. The scanners follow their
// patterns as a backtracking engine would, by hand: ten times as fast, and linear in any text.
type scanner func(t *classTable, text string, i int) (end int)

func (scan scanner) spans(found []span, text string, _ *scratch) ([]span, error) {
	t := classes()
	for i := 0; i < len(text); {
		end := scan(t, text, i)
		if end > i {
			found = append(found, span{i, end})
			i = end
			continue
		}
		_, n := utf8.DecodeRuneInString(text[i:])
		i += n
	}
	return found, nil
}

// knownPatterns are the split patterns recognised by their exact text.
var knownPatterns = map[string]scanner{
	// GPT-2, when it is written out instead of ByteLevel's use_regex.
	`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`: scanGPT2,
	// cl100k: Llama 3, GLM-4 and others.
	`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`: scanCL100K(3),
	// Qwen 2 to 3.
	`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`: scanCL100K(1),
	// DeepSeek V3 and R1 split three times.
	`\p{N}{1,3}`:   scanNumber3,
	`[一-龥぀-ゟ゠-ヿ]+`: scanHanKana,
	"[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+": scanDeepSeek,
}

func scanGPT2(t *classTable, text string, i int) int {
	if text[i] == '\'' {
		if n := contraction(text[i:], false); n > 0 {
			return i + n
		}
	}
	j := i
	if text[i] == ' ' && i+1 < len(text) {
		j++
	}
	switch k, n := t.at(text, j); {
	case k&letter != 0:
		return t.run(text, j+n, letter)
	case k&number != 0:
		return t.run(text, j+n, number)
	case k&space == 0:
		return t.runWithout(text, j+n, letter|number|space)
	}
	return blanks(t, text, i)
}

// scanCL100K scans cl100k's pattern with so many digits to a number.
func scanCL100K(digits int) scanner {
	return func(t *classTable, text string, i int) int {
		c := text[i]
		if c == '\'' {
			if n := contraction(text[i:], true); n > 0 {
				return i + n
			}
		}
		k, n := t.at(text, i)
		if k&letter != 0 {
			return t.run(text, i+n, letter)
		}
		if k&number != 0 {
			return runOf(t, text, i, number, digits)
		}
		next, m := class(space), 0
		if i+n < len(text) {
			next, m = t.at(text, i+n)
		}
		switch {
		case next&letter != 0 && c != '\r' && c != '\n':
			return t.run(text, i+n+m, letter)
		case k&space == 0:
			return newlines(text, t.runWithout(text, i+n, letter|number|space))
		case c == ' ' && next&(letter|number|space) == 0:
			return newlines(text, t.runWithout(text, i+n+m, letter|number|space))
		}
		return blanksByLine(t, text, i)
	}
}

func scanNumber3(t *classTable, text string, i int) int { return runOf(t, text, i, number, 3) }

func scanHanKana(_ *classTable, text string, i int) int {
	for i < len(text) && text[i] >= 0xE3 { // U+3040 begins with E3
		r, n := utf8.DecodeRuneInString(text[i:])
		if !(r >= '一' && r <= '龥' || r >= '\u3040' && r <= '\u30FF') {
			break
		}
		i += n
	}
	return i
}

// scanDeepSeek scans the third of DeepSeek V3's patterns, which leaves numbers and control characters unmatched.
func scanDeepSeek(t *classTable, text string, i int) int {
	c := text[i]
	k, n := t.at(text, i)
	next, m := class(space), 0
	if i+n < len(text) {
		next, m = t.at(text, i+n)
	}
	if c < utf8.RuneSelf && k&(punctuation|symbol) != 0 && m == 1 && next&letter != 0 {
		return asciiLetters(text, i+n)
	}
	const word, sign = letter | mark, punctuation | symbol
	switch {
	case k&(letter|sign) == 0 && c != '\r' && c != '\n' && next&word != 0, k&word != 0:
		return t.run(text, i+n, word)
	case k&sign != 0:
		return newlines(text, t.run(text, i+n, sign))
	case c == ' ' && next&sign != 0:
		return newlines(text, t.run(text, i+n+m, sign))
	case k&space != 0:
		return blanksByLine(t, text, i)
	}
	return i
}

func asciiLetters(text string, i int) int {
	for i < len(text) && (text[i]|0x20) >= 'a' && (text[i]|0x20) <= 'z' {
		i++
	}
	return i
}

func runOf(t *classTable, text string, i int, want class, most int) int {
	for ; most > 0 && i < len(text); most-- {
		k, n := t.at(text, i)
		if k&want == 0 {
			break
		}
		i += n
	}
	return i
}

func newlines(text string, i int) int {
	for i < len(text) && (text[i] == '\r' || text[i] == '\n') {
		i++
	}
	return i
}

// blanks matches \s+(?!\S)|\s+ at white space: the run, less its last character when text follows a longer one.
func blanks(t *classTable, text string, i int) int {
	end, last := i, i
	for end < len(text) {
		k, n := t.at(text, end)
		if k&space == 0 {
			break
		}
		end, last = end+n, end
	}
	if end == len(text) || last == i {
		return end
	}
	return last
}

// blanksByLine matches \s*[\r\n]+|\s+(?!\S)|\s+ at white space: up to the last line end of the run if it has one.
func blanksByLine(t *classTable, text string, i int) int {
	line := i
	for end := i; end < len(text); {
		k, n := t.at(text, end)
		if k&space == 0 {
			break
		}
		if text[end] == '\r' || text[end] == '\n' {
			line = end + 1
		}
		end += n
	}
	if line > i {
		return line
	}
	return blanks(t, text, i)
}

// contraction gives the length of 's 't 're 've 'm 'll 'd at the beginning of text, 0 when there is none. Without regard to
// case the long s (U+017F) is an s too.
func contraction(text string, anyCase bool) int {
	fold := byte(0)
	if anyCase {
		fold = 0x20
	}
	if len(text) < 2 {
		return 0
	}
	switch text[1] | fold {
	case 's', 't', 'm', 'd':
		return 2
	}
	if len(text) < 3 {
		return 0
	}
	if anyCase && text[1:3] == "ſ" {
		return 3
	}
	switch a, b := text[1]|fold, text[2]|fold; {
	case a == 'r' && b == 'e', a == 'v' && b == 'e', a == 'l' && b == 'l':
		return 3
	}
	return 0
}
