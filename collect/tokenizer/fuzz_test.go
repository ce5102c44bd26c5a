package tokenizer

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// FuzzLoad: no file makes the loader or what it loads panic.
func FuzzLoad(f *testing.F) {
	stages := readStages(f)
	for _, v := range stages.variants {
		f.Add(stages.tokenizerJSON(f, v))
	}
	for _, text := range []string{
		"", "null", "{}", `{"model":{"type":"BPE","vocab":{},"merges":[]}}`, `{"model":{"vocab":{"":0," ":1},"merges":[" "]}}`,
		`{"model":{"type":"BPE","vocab":{"a":0},"merges":[[]]},"added_tokens":[{"content":""},{"content":"a","lstrip":true}]}`,
		`{"post_processor":{"type":"BertProcessing","cls":[],"sep":null},"model":{"type":"BPE","vocab":{"a":-0}}}`,
		`{"a":"\ud800","model" : { "merges" : [ "a b" ] , "vocab" : { "\u0061":0 , "b":1, "ab" : 2 } } }`,
		`{"decoder":{"type":"Strip","content":"a","start":-1,"stop":9},"model":{"vocab":{"a":0},"merges":[]}}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tok, err := parse(data)
		if err != nil {
			return
		}
		for _, text := range []string{"", "a b\u2581c <s> 123 é", "\xff"} {
			ids, err := tok.EncodeSpecial(text)
			if err != nil {
				continue
			}
			_, _ = tok.Decode(ids) // a template may name ids that are in no vocabulary
		}
		tok.IsSpecial(tok.VocabSize() - 1)
	})
}

// FuzzRoundTrip: decoding gives back what was encoded, as normalized, unless a token that strips or stands for other text
// is in it.
func FuzzRoundTrip(f *testing.F) {
	level, err := Load("testdata/bytelevel")
	if err != nil {
		f.Fatal(err)
	}
	piece, err := Load("testdata/sentencepiece")
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range scanSeeds {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, token := range level.added.tokens {
			if strings.Contains(text, token.Content) {
				return
			}
		}
		want := wellFormed(text)
		if !(unicodeForm{form: norm.NFC}).hasLongRun(want) && !hasYounger(want) {
			checkRoundTrip(t, level, text, norm.NFC.String(want))
		}
		if !strings.Contains(text, spaceMark) && !strings.Contains(text, "<s>") && !strings.Contains(text, "</s>") && !strings.Contains(text, "<unk>") {
			checkRoundTrip(t, piece, text, want)
		}
	})
}

func checkRoundTrip(t *testing.T, tok *Tokenizer, text, want string) {
	t.Helper()
	ids, err := tok.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := tok.Decode(ids); err != nil || got != want {
		t.Errorf("%q comes back as %q (%v), want %q", text, got, err, want)
	}
	again, err := tok.Encode(want)
	if err != nil || !slices.Equal(again, ids) {
		t.Errorf("%q encodes to %v, what it decodes to to %v (%v)", text, ids, again, err)
	}
	if n, err := tok.Count(text); err != nil || n != len(ids) || n > len(want)+1 || !utf8.ValidString(want) {
		t.Errorf("Count(%q) = %d, %v, want %d", text, n, err, len(ids))
	}
}

func FuzzLossy(f *testing.F) {
	for _, raw := range []string{"", "abc", "\xff", "\xe4\xbd", "\xf0\x9f\x99\xf0", "\xed\xa0\x80é"} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got := lossy(raw)
		if !utf8.ValidString(got) {
			t.Errorf("lossy(%q) = %q is not UTF-8", raw, got)
		}
		if utf8.Valid(raw) && got != string(raw) {
			t.Errorf("lossy(%q) = %q, want it unchanged", raw, got)
		}
		if n := strings.Count(got, "\ufffd"); n > len(raw) {
			t.Errorf("lossy(%q) has %d replacements", raw, n)
		}
	})
}

func FuzzApproximate(f *testing.F) {
	for _, text := range scanSeeds {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var a Approximate
		ids, _ := a.Encode(text)
		if got, err := a.Decode(ids); err != nil || got != wellFormed(text) {
			t.Errorf("%q comes back as %q (%v)", text, got, err)
		}
		if n, _ := a.Count(text); n != len(ids) || n > len(wellFormed(text)) {
			t.Errorf("Count(%q) = %d, want %d", text, n, len(ids))
		}
	})
}
