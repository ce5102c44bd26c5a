package simulate

import (
	"errors"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func TestWordTokenizerLayout(t *testing.T) {
	t.Parallel()
	w := NewWordTokenizer()
	if w.VocabSize() != 4096 || len(w.ids) != 4096 {
		t.Errorf("%d tokens, %d different", w.VocabSize(), len(w.ids))
	}
	for id, want := range map[int]string{0: "\x00", 'a': "a", 255: "\xff", 256: "aa", 931: "zz", 932: " the", 933: " of"} {
		if got, err := w.Decode([]int{id}); err != nil || got != want {
			t.Errorf("token %d is %q, %v, want %q", id, got, err, want)
		}
	}
	for id := range w.VocabSize() {
		if w.IsSpecial(id) != (id < 932) {
			t.Errorf("token %d: special %v", id, w.IsSpecial(id))
		}
		if !w.IsSpecial(id) && !isWord(w.texts[id]) {
			t.Errorf("token %d is no word: %q", id, w.texts[id])
		}
	}
	for _, id := range []int{-1, 4096} {
		if _, err := w.Decode([]int{id}); err == nil || !w.IsSpecial(id) {
			t.Errorf("token %d is in the vocabulary", id)
		}
	}
}

func TestWordTokenizerEncodes(t *testing.T) {
	t.Parallel()
	w := NewWordTokenizer()
	check := func(text string, want ...string) {
		t.Helper()
		ids, _ := w.Encode(text)
		var got []string
		for _, id := range ids {
			got = append(got, w.texts[id])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q encodes to %q, want %q", text, got, want)
		}
	}
	check("")
	check("the", "th", "e")
	check(" the of", " the", " of")
	check(" theory", " the", "or", "y")
	check("  the", " ", " the")
	check(" größe", " größe")
	check("ö", "\xc3", "\xb6")
	check(" Zx", " ", "Z", "x")
}

// Any output encodes to the tokens it was made of.
func TestOutputEncodesToItsTokens(t *testing.T) {
	t.Parallel()
	w := NewWordTokenizer()
	v, err := newVocabulary(w, 7)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 300 {
		g := newGenerator(v, 7, []int{n}, 0)
		var text strings.Builder
		for range n {
			text.WriteString(g.word().text)
		}
		if ids, _ := w.Encode(text.String()); len(ids) != n {
			t.Fatalf("%d tokens became %d: %q", n, len(ids), text.String())
		}
	}
}

func FuzzWordTokenizer(f *testing.F) {
	for _, text := range []string{"", " the of", "größe 東京", "\xff\x00 the", "  ", "aaa the"} {
		f.Add(text)
	}
	w := NewWordTokenizer()
	f.Fuzz(func(t *testing.T, text string) {
		ids, err := w.Encode(text)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := w.Decode(ids); err != nil || again != text {
			t.Errorf("%q became %q, %v", text, again, err)
		}
	})
}

// A vocabulary comes from any tokenizer that has text at all.
func TestVocabularyOfOtherTokenizers(t *testing.T) {
	t.Parallel()
	v, err := newVocabulary(letters{}, 1)
	if err != nil || len(v) != 26 {
		t.Errorf("letters: %d words, %v", len(v), err)
	}
	if _, err := newVocabulary(noText{}, 1); err == nil {
		t.Error("a tokenizer without text gave a vocabulary")
	}
	c := Default()
	c.Tokenizer = noText{}
	if _, err := New(c); err == nil {
		t.Error("New took a tokenizer without text")
	}
}

// letters has a to z, and ids that decode to half a rune or not at all.
type letters struct{}

func (letters) Encode(text string) ([]int, error) { return make([]int, len(text)), nil }
func (letters) VocabSize() int                    { return 100 }
func (letters) IsSpecial(id int) bool             { return id >= 26 && id < 50 }
func (letters) Decode(ids []int) (string, error) {
	switch {
	case ids[0] >= 75:
		return "", errors.New("unused")
	case ids[0] >= 50:
		return "\xc3", nil
	}
	return string(rune('a' + ids[0])), nil
}

type noText struct{ letters }

func (noText) IsSpecial(id int) bool { return id < 50 }

func TestWordsAreJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{` "a\`: ` \"a\\`, " <b>": " <b>", " größe": " größe", " \n": ` \n`} {
		if got := string(newWord(text).json); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// The output length: bounded, exact where it must be, and of the mean that was set.
func TestOutputLength(t *testing.T) {
	t.Parallel()
	v, err := newVocabulary(NewWordTokenizer(), 1)
	if err != nil {
		t.Fatal(err)
	}
	length := func(i int, mean float64, least, most int, ignore bool) (int, string) {
		return newGenerator(v, 1, []int{i}, 0).length(mean, least, most, ignore)
	}
	const n = 20000
	for _, mean := range []float64{1, 2, 100} {
		sum, squares := 0.0, 0.0
		for i := range n {
			tokens, reason := length(i, mean, 0, math.MaxInt, false)
			if tokens < 1 || reason != "stop" {
				t.Fatalf("%d tokens, %s", tokens, reason)
			}
			sum += float64(tokens)
			squares += float64(tokens) * float64(tokens)
		}
		// A geometric distribution of mean m has variance m*m-m.
		got, variance := sum/n, squares/n-sum/n*sum/n
		if math.Abs(got-mean) > 4*math.Sqrt((mean*mean-mean)/n) || math.Abs(variance-(mean*mean-mean)) > 0.1*mean*mean {
			t.Errorf("mean %v: got %v, variance %v", mean, got, variance)
		}
	}
	cut := 0
	for i := range n {
		tokens, reason := length(i, 20, 5, 30, false)
		if tokens < 5 || tokens > 30 || (reason == "length") && tokens != 30 {
			t.Fatalf("%d tokens between 5 and 30, %s", tokens, reason)
		}
		if reason == "length" {
			cut++
		}
	}
	// More than 30 with the first stop possible at the 5th: 26 times no stop at 1/20.
	if want := n * math.Pow(0.95, 26); math.Abs(float64(cut)-want) > 300 {
		t.Errorf("%d cut at max_tokens, want about %v", cut, want)
	}
	for i := range 100 {
		if tokens, reason := length(i, 20, 0, 30, true); tokens != 30 || reason != "length" {
			t.Errorf("ignore_eos: %d tokens, %s", tokens, reason)
		}
		if tokens, _ := length(i, 0, 0, 30, false); tokens != 30 {
			t.Errorf("a model that never stops: %d tokens", tokens)
		}
	}
}

func TestPrefixCacheKeepsTheRecent(t *testing.T) {
	t.Parallel()
	c := newPrefixCache(4 * prefixBlock)
	prompt := func(first, n int) []int {
		ids := make([]int, n)
		for i := range ids {
			ids[i] = first + i
		}
		return ids
	}
	check := func(ids []int, want int) {
		t.Helper()
		if got := c.match(blockHashes(ids), len(ids)); got != want {
			t.Errorf("%d tokens cached, want %d", got, want)
		}
	}
	a, b := prompt(0, 40), prompt(1000, 40)
	check(a, 0)
	c.store(blockHashes(a))
	check(a, 32)
	check(a[:32], 16) // The last token is always computed.
	check(a[:15], 0)
	check(append(slices.Clone(a[:16]), b...), 16) // A common prefix.
	check(append(slices.Clone(b[:16]), a...), 0)  // The same blocks behind another.
	c.store(blockHashes(b))
	check(a, 32)
	check(b, 32)
	c.store(blockHashes(prompt(2000, 16)))
	check(b, 32)
	check(a, 16) // The least recent block went; a prefix outlives what follows it.
	c.reset()
	check(b, 0)
	check(nil, 0)
}

// Whatever a client sends is either refused with a clear status or understood within the limits.
func FuzzReadRequest(f *testing.F) {
	for _, body := range []string{
		`{"prompt":" the","max_tokens":3}`, `{"prompt":[1,2]}`, `{"prompt":["a"]}`, `{"prompt":[[1]]}`, `{"prompt":[[[1]]]}`, `{"prompt":{}}`,
		`{"messages":[{"role":"user","content":[{"text":"a"}]}]}`, `{"messages":[{"content":null}],"max_completion_tokens":1}`,
		`{"prompt":null,"messages":null}`, `[]`, `1`, `{"prompt":"a","max_tokens":1e99}`, `{"prompt":"a","min_tokens":-1}`, `{"prompt":"\ud800"}`,
	} {
		f.Add(body, true)
		f.Add(body, false)
	}
	c := Default()
	c.MaxModelLen = 64
	s, err := New(c)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string, chat bool) {
		r, err := s.readRequest(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)), chat)
		if err != nil {
			if e := (*apiError)(nil); !errors.As(err, &e) || e.status < 400 || e.status > 499 || e.message == "" {
				t.Errorf("%q: %v", body, err)
			}
			return
		}
		if len(r.prompt) < 1 || r.output < 1 || len(r.prompt)+r.output > 64 || r.reason == "" {
			t.Errorf("%q: a prompt of %d and an output of %d, %q", body, len(r.prompt), r.output, r.reason)
		}
	})
}
