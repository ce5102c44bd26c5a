package tokenizer

import (
	"os"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// TestEveryCharacter checks the stages that ask about single characters against what the library says of every one.
func TestEveryCharacter(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/characters.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]runeRanges
	unmarshal(t, data, &want)
	script := scripts()
	for name, is := range map[string]func(rune) bool{
		"removed":    func(r rune) bool { return cleanRune(r) < 0 },
		"blank":      func(r rune) bool { return r != ' ' && cleanRune(r) == ' ' },
		"chinese":    isChinese,
		"nonspacing": func(r rune) bool { return dropAccents(string(r)) == "" },
		"marks":      isMarkOf9,
		"any script": func(r rune) bool { return script.of(r) == anyScript },
	} {
		if len(want[name]) == 0 {
			t.Fatalf("characters.json has nothing on %q", name)
		}
		for r := rune(0); r <= unicode.MaxRune; r++ {
			if r == 0xD800 {
				r = 0xE000
			}
			if is(r) != want[name].has(r) {
				t.Fatalf("%s of %U is %v, want %v", name, r, is(r), want[name].has(r))
			}
		}
	}
}

func dropAccents(text string) string {
	return eachRune(dropIf(isNonspacingOf8)).normalize(unicodeForm{form: norm.NFD}.normalize(text))
}

// TestScriptsBegin checks where neighbours in the order of characters are of two scripts.
func TestScriptsBegin(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/characters.json")
	if err != nil {
		t.Fatal(err)
	}
	var lists map[string][]rune
	unmarshal(t, data, &lists)
	begins := map[rune]bool{}
	for _, r := range lists["script begins"] {
		begins[r] = true
	}
	table := scripts()
	for before, r := rune(0), rune(1); r <= unicode.MaxRune; before, r = r, r+1 {
		if r == 0xD800 {
			r = 0xE000
		}
		a, b := table.of(before), table.of(r)
		if got := a != b && a != anyScript && b != anyScript; got != begins[r] {
			t.Fatalf("a script begins at %U: %v, want %v", r, got, begins[r])
		}
	}
}
