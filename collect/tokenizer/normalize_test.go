package tokenizer

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// slowForm is the way taken for long runs of marks, taken always.
func slowForm(f norm.Form, text string) string {
	u := unicodeForm{form: f}
	chars := u.decompose(text)
	orderMarks(chars)
	if f == norm.NFC || f == norm.NFKC {
		chars = compose(chars)
	}
	var b strings.Builder
	for _, c := range chars {
		b.WriteRune(c.r)
	}
	return b.String()
}

// FuzzUnicodeForm checks the own composition against x/text wherever that does not break runs.
func FuzzUnicodeForm(f *testing.F) {
	for _, text := range []string{
		"", "naïve cafe\u0301", "a\u0323\u0301 a\u0301\u0323 s\u0307\u0323", "\u212b\u2126\ufb01", "\uac00\u1100\u1161\u11a8", "\u0344\u0f73\u0f71\u0f72", "\u0958\u2adc\U0001d15e",
		"\u1100\uac00\u11a7", "\u0301a", "a\u05b0\u094d\u0301", "\U00011935\U00011930", "\u09c7\u09be\u09d7",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = wellFormed(text)
		for _, form := range []norm.Form{norm.NFC, norm.NFD, norm.NFKC, norm.NFKD} {
			if (unicodeForm{form: form}).hasLongRun(text) {
				continue
			}
			if got, want := slowForm(form, text), form.String(text); got != want {
				t.Errorf("form %d of %+q = %+q, want %+q", form, text, got, want)
			}
		}
	})
}

func TestUnicodeForm(t *testing.T) {
	t.Parallel()
	zalgo := strings.Repeat("\u0301", 50)
	for _, c := range []struct {
		name       string
		form       norm.Form
		text, want string
	}{
		{"ascii", norm.NFC, "plain", "plain"},
		{"composed", norm.NFC, "e\u0301", "é"},
		{"decomposed", norm.NFD, "é", "e\u0301"},
		{"more marks than x/text takes", norm.NFC, "e" + zalgo, "é" + zalgo[2:]},
		{"no joiner is put in", norm.NFD, "x" + zalgo + "\u0323", "x\u0323" + zalgo},
		{"long run in one of two lines", norm.NFC, "e\u0301\nx" + zalgo + "\ne\u0301", "é\nx" + zalgo + "\né"},
		{"younger characters do not compose", norm.NFC, "\U00011935\U00011930", "\U00011935\U00011930"},
		{"younger characters part what is around", norm.NFC, "e\u1ac1\u0301e\u0301", "e\u1ac1\u0301é"},
		{"younger characters do not decompose", norm.NFKC, "\u32ff\ufb01", "\u32fffi"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := (unicodeForm{form: c.form}).normalize(c.text); got != c.want {
				t.Errorf("normalize(%+q) = %+q, want %+q", c.text, got, c.want)
			}
		})
	}
}

func TestLossy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ raw, want string }{
		{"", ""}, {"abc", "abc"}, {"é", "é"}, {"\xff", "\ufffd"}, {"\xff\xfe", "\ufffd\ufffd"},
		{"a\xe4\xbdb", "a\ufffdb"}, {"\xe4\xbd", "\ufffd"}, {"\xe4\xe4\xbd\xa0", "\ufffd你"}, {"\xf0\x9f\x99", "\ufffd"},
		{"\xf0\x9f\x99\xf0", "\ufffd\ufffd"}, {"\xc0\x80", "\ufffd\ufffd"}, {"\xe0\x80\x80", "\ufffd\ufffd\ufffd"},
		{"\xed\xa0\x80", "\ufffd\ufffd\ufffd"}, {"\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"}, {"\xf0\x80", "\ufffd\ufffd"}, {"\x80x", "\ufffdx"},
		{"\xef\xbf\xbd", "\ufffd"}, {"\xf1\x80\x80", "\ufffd"}, {"\xc3", "\ufffd"},
	} {
		if got := lossy([]byte(c.raw)); got != c.want {
			t.Errorf("lossy(%q) = %+q, want %+q", c.raw, got, c.want)
		}
	}
}
