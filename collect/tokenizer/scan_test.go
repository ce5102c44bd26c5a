package tokenizer

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/dlclark/regexp2/v2"
)

var scanSeeds = []string{
	"", " ", "Hello, world!", "don't WE'LL it's I'm 'ſ 'lL 'x '", "a  b   c\n\n d \r\n\t e  ", "1234567 1a2b 3.14", "你好，世界 テスト한국어", "naïve e\u0301 \u0301x",
	"==> x != y; // z\n\n", "\u00a0\u3000x\u2028 y\u0085", " !\n  !!\r\n", "\x00\x01a\x7f", "½²Ⅷ٣", "'re'RE're", "a'S", "  \n  x", "\t\tx", "中1文２", "!a?b.c", "漢字かなカナーABC",
}

// checkScanner compares a hand-written scanner with the pattern it stands for.
func checkScanner(t *testing.T, expression, text string) {
	t.Helper()
	if strings.ContainsFunc(text, knownNewer) {
		return // the engine does not know these characters yet
	}
	got, err := knownPatterns[expression].spans(nil, text, nil)
	if err != nil {
		t.Fatal(err)
	}
	re := regexp2.MustCompile(expression, regexp2.OptionMaxBacktrackingStackSize(-1))
	want, err := regexFinder{re}.spans(nil, text, &scratch{})
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%s\non %q:\n got %v\nwant %v (%v)", expression, text, got, want, err)
	}
}

func FuzzScanners(f *testing.F) {
	for _, text := range scanSeeds {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = wellFormed(text)
		for expression := range knownPatterns {
			checkScanner(t, expression, text)
		}
	})
}

// TestScannersOnEveryCharacter puts every character in a few places, of the large uniform ranges (Han, Hangul, private use,
// unassigned) every 64th.
func TestScannersOnEveryCharacter(t *testing.T) {
	t.Parallel()
	var text []rune
	for r := rune(0); r <= unicode.MaxRune; r++ {
		uniform := r >= 0x3400 && r < 0xA000 || r >= 0xAC00 && r < 0xF900 || r >= 0x12000 && r < 0x16000 || r >= 0x17000 && r < 0x1D000 || r >= 0x1FC00
		if uniform && r%64 != 0 || r >= 0xD800 && r <= 0xDFFF || knownNewer(r) {
			continue
		}
		text = append(text, r, 'a', ' ', r, '1', r, '\n')
	}
	for chunk := range slices.Chunk(text, 40_000) {
		for expression := range knownPatterns {
			checkScanner(t, expression, string(chunk))
		}
	}
}

func knownNewer(r rune) bool {
	for _, newer := range unicode16 {
		if newer.has(r) {
			return true
		}
	}
	return false
}

// TestClasses compares the table with the tables it is made of.
func TestClasses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		class class
		in    []*unicode.RangeTable
		newer []string
	}{
		{letter, []*unicode.RangeTable{unicode.L}, []string{"Lu", "Ll", "Lm", "Lo"}},
		{upper, []*unicode.RangeTable{unicode.Lu, unicode.Lt}, []string{"Lu"}},
		{lower, []*unicode.RangeTable{unicode.Ll}, []string{"Ll"}},
		{mark, []*unicode.RangeTable{unicode.M}, []string{"Mn", "Mc"}},
		{number, []*unicode.RangeTable{unicode.N}, []string{"Nd"}},
		{punctuation, []*unicode.RangeTable{unicode.P}, []string{"Pd", "Po"}},
		{symbol, []*unicode.RangeTable{unicode.S}, []string{"Sm", "So"}},
		{space, []*unicode.RangeTable{unicode.White_Space}, nil},
	} {
		for r := rune(0); r <= unicode.MaxRune; r++ {
			if r >= 0x20000 {
				r += 15 // ever the same from here on
			}
			want := unicode.In(r, c.in...) || slices.ContainsFunc(c.newer, func(name string) bool { return unicode16[name].has(r) })
			if got := classes().of(r)&c.class != 0; got != want {
				t.Fatalf("class %b of %U = %v, want %v", c.class, r, got, want)
			}
		}
	}
}

// TestYounger: the scripts that are passed over have none.
func TestYounger(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= 0x2FFFF; r++ {
		if isYounger(r) != normalizedSince9.has(r) {
			t.Fatalf("isYounger(%U) = %v", r, isYounger(r))
		}
	}
}

func TestRangesAreSorted(t *testing.T) {
	t.Parallel()
	lists := slices.AppendSeq([]runeRanges{unicode17Digit, punctuationOf8, punctuationSince8, normalizedSince9, assignedSince9, nonspacingSince8},
		maps.Values(unicode16))
	for _, rs := range slices.AppendSeq(lists, maps.Values(scripts16)) {
		if len(rs)%2 != 0 || !slices.IsSorted(rs) {
			t.Errorf("ranges %U are not sorted pairs", rs)
		}
		for i := 2; i < len(rs); i += 2 {
			if rs[i] <= rs[i-1] {
				t.Errorf("range from %U overlaps the one before", rs[i])
			}
		}
		for _, c := range []struct {
			r    rune
			want bool
		}{{rs[0] - 1, false}, {rs[0], true}, {rs[1], true}, {rs[len(rs)-1], true}, {rs[len(rs)-1] + 1, false}} {
			if got := rs.has(c.r); got != c.want {
				t.Errorf("%U in %U...: %v", c.r, rs[:2], got)
			}
		}
	}
}
