package tokenizer

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/dlclark/regexp2/v2"
)

// expressions are what the machine is compared with the general engine on: split patterns of models, and one for each thing
// it knows.
var expressions = []string{
	`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
	`'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`, `(?:a|ab)(?:c|bcd)(?:d*)`, `a*?b|a+?`, `(?>a+)b|a`, `(?<=a)b|(?<!a)c`, `x*`, `(ab){2,3}`, `(ab){0,2}?c`,
	`\s+$|^\s+`, `[a-c\-\]x]+`, `[^\S\n]+`, `\p{Lu}(?=\p{Ll})`, `(?i)héLLo|[k-t]+`, `\x41|\x{4e00}|\u00e9`, `a{2}|b{1,}|c{,2}d`, `\P{L}+`, `(a|b|)c`, `.+?,`, `(?!a)[a-z]{2}`, `\.|\\|\n`,
	`a\Z`, `\Aa|b\z`, `(?:a(?=b)|.)+`, `[\p{Han}\p{Hiragana}]+`, `[ab]{2,3}c`, `(?:a?b)+`, `{a}`,
}

var regexSeeds = append([]string{"aab abc abcd ababab", "AéKſ\u4e00 héllo HÉLLO", "x,y,,z\n a\\.b", "ccd cd d {a} abab", "ab\ncd\n", " \n \t\n", "aaaa", "bc ac cc"}, scanSeeds...)

// checkMachine compares the machine with the general engine.
func checkMachine(t *testing.T, m machinePair, text string) {
	t.Helper()
	if strings.ContainsFunc(text, knownNewer) {
		return
	}
	got, _ := m.p.spans(nil, text, &scratch{})
	want, err := m.re.spans(nil, text, &scratch{})
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%s\non %q:\n got %v\nwant %v (%v)", m.expression, text, got, want, err)
	}
}

type machinePair struct {
	expression string
	p          *program
	re         regexFinder
}

var machinePairs = sync.OnceValue(func() (pairs []machinePair) {
	for _, expression := range expressions {
		p, err := compileRegex(expression, rust)
		if err != nil {
			panic(expression + ": " + err.Error())
		}
		re := regexp2.MustCompile(strings.ReplaceAll(strings.ReplaceAll(expression, `{,2}`, `{0,2}`), `{4e00}`, `{4E00}`), regexp2.OptionMaxBacktrackingStackSize(-1))
		pairs = append(pairs, machinePair{expression, p, regexFinder{re}})
	}
	return pairs
})

func TestMachine(t *testing.T) {
	t.Parallel()
	for _, pair := range machinePairs() {
		for _, text := range regexSeeds {
			checkMachine(t, pair, text)
		}
	}
}

func FuzzMachine(f *testing.F) {
	for _, text := range regexSeeds {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = wellFormed(text)
		for _, pair := range machinePairs() {
			checkMachine(t, pair, text)
		}
	})
}

// FuzzRegexParse: no expression makes the parser or the machine panic.
func FuzzRegexParse(f *testing.F) {
	for _, expression := range expressions {
		f.Add(expression, "a\nb")
	}
	f.Add(`[a&&[^b]]{1,3}+`, "aab")
	f.Fuzz(func(t *testing.T, expression, text string) {
		if len(expression) > 60 || len(text) > 20 {
			return // nested repetitions take exponential time, as in any such engine
		}
		for _, flavour := range []flavour{ruby, rust} {
			if p, err := compileRegex(expression, flavour); err == nil {
				checkSpans(t, p, wellFormed(text))
			}
		}
	})
}

func checkSpans(t *testing.T, p *program, text string) {
	t.Helper()
	found, _ := p.spans(nil, text, &scratch{})
	last := 0
	for _, s := range found {
		if s.start < last || s.end < s.start || s.end > len(text) {
			t.Fatalf("matches %v of %q", found, text)
		}
		last = s.end
	}
}

func TestMachineOwnSyntax(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		expression string
		flavour    flavour
		text       string
		want       []string
	}{
		{`[\p{L}&&[^\p{Han}]]+`, rust, "ab中c", []string{"ab", "c"}},
		{`a{1,2}+a`, rust, "aaa", []string{"aaa"}},
		{`a{1,2}+a`, rust, "aa", nil},
		{`a{1,2}+a`, ruby, "aa", []string{"aa"}},
		{`a++b|a?+a`, rust, "aab", []string{"aab"}},
		{`a*+a`, rust, "aa", nil},
		{`(?:ab)++a`, rust, "ababa", []string{"ababa"}},
		{`b$`, rust, "ab\nb", []string{"b"}},
		{`b$`, ruby, "ab\nb", []string{"b", "b"}},
		{`^b`, ruby, "ab\nb", []string{"b"}},
		{`\h+`, ruby, "xfF0g", []string{"fF0"}},
		{`\d`, ruby, "٣½\U00010D40", []string{"٣", "\U00010D40"}},
		{`\p{^L}`, ruby, "a1", []string{"1"}},
		{`\p{Uppercase_Letter}\p{Script=Latin}`, ruby, "ABc", []string{"AB"}},
		{`\p{L}`, ruby, "\U000105C0", []string{"\U000105C0"}},
		{`\p{Cn}`, ruby, "a\u0378", []string{"\u0378"}},
		{`(?i:s)`, ruby, "sSſ", []string{"s", "S", "ſ"}},
	} {
		p, err := compileRegex(c.expression, c.flavour)
		if err != nil {
			t.Errorf("%s: %v", c.expression, err)
			continue
		}
		found, _ := p.spans(nil, c.text, &scratch{})
		var got []string
		for _, s := range found {
			got = append(got, c.text[s.start:s.end])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s on %q matches %q, want %q", c.expression, c.text, got, c.want)
		}
	}
}

// TestScannersOfAllAges compares the hand-written scanners with the machine, which knows the youngest characters too.
func TestScannersOfAllAges(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if knownNewer(r) {
			b.WriteString(string([]rune{r, 'a', ' ', r, '1', r, '\n', 'A', r, r}))
		}
	}
	for expression, scan := range knownPatterns {
		p, err := compileRegex(expression, ruby)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := scan.spans(nil, b.String(), nil)
		want, _ := p.spans(nil, b.String(), &scratch{})
		if !slices.Equal(got, want) {
			t.Errorf("%s differs", expression)
		}
	}
}

func TestSyntaxOfOthers(t *testing.T) {
	t.Parallel()
	for _, expression := range []string{`(a`, `a)`, `[a`, `*a`, `(?<n>a)`, `\1`, `\b`, `[[:alpha:]]`, `\p{Emoji}`, `(?i)\p{L}`, `(a*)*`, `(?<=ab)c`, `a{3,1}`, `\p{L`, `(a){1,900}`, `[z-a]`, `\x`, `(?#c)`} {
		if _, err := compileRegex(expression, ruby); err == nil {
			t.Errorf("%s is taken", expression)
		}
	}
}
