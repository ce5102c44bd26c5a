package tokenizer

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestApproximateRule(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"a", []string{"a"}},
		{" a", []string{" a"}},
		{"  a", []string{" ", " a"}},
		{"the request came", []string{"the", " request", " came"}},
		{"internationalization", []string{"internati", "onalizati", "on"}},
		{"NewReader HTTPServer x", []string{"New", "Reader", " HTTP", "Server", " x"}},
		{" ABCDEfg", []string{" ABCD", "Efg"}},
		{"1234567 12", []string{"123", "456", "7", " ", "12"}},
		{"你好世界你好世", []string{"你好", "世界", "你", "好世"}},
		{"请求a请求", []string{"请求", "a", "请求"}},
		{"Привет мир", []string{"При", "вет", " мир"}},
		{"x := y()\n\n\n\tz", []string{"x", " :=", " y", "()\n\n", "\n", "\t", "z"}},
		{"--------", []string{"----", "----"}},
		{"🙂🙂", []string{"🙂", "🙂"}},
		{strings.Repeat(" ", 40) + "x", []string{strings.Repeat(" ", 32), strings.Repeat(" ", 7), " x"}},
		{"a \n", []string{"a", " ", "\n"}},
		{"\u3000\u3000。", []string{"\u3000\u3000", "。"}},
		{"a\xffb", []string{"a", "\ufffd", "b"}},
		{"\U00020000\U00020001", []string{"\U00020000", "\U00020001"}},
	} {
		var got []string
		eachRough(wellFormed(c.text), func(token string) { got = append(got, token) })
		if !slices.Equal(got, c.want) {
			t.Errorf("%q is cut into %q, want %q", c.text, got, c.want)
		}
		var a Approximate
		if n, err := a.Count(c.text); err != nil || n != len(c.want) {
			t.Errorf("Count(%q) = %d, %v, want %d", c.text, n, err, len(c.want))
		}
		ids, _ := a.Encode(c.text)
		if text, err := a.Decode(ids); err != nil || text != wellFormed(c.text) {
			t.Errorf("%q comes back as %q (%v)", c.text, text, err)
		}
	}
}

// TestApproximateAccuracy holds the rule against counts of real tokenizers (Qwen 2.5, DeepSeek V3).
func TestApproximateAccuracy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text           string
		qwen, deepseek int
	}{
		{"The server keeps a queue of requests, and every request waits for a slot before its first token is made. When the load grows,\n" +
			"the queue grows too, and the time to the first token says more about the queue than about the model.", 49, 49},
		{"func (q *queue) push(r *request) error {\n\tif q.closed {\n\t\treturn fmt.Errorf(\"push %s: the queue is closed\", r.id)\n\t}\n" +
			"\tq.waiting = append(q.waiting, r)\n\treturn nil\n}\n", 51, 52},
		{"服务器维护一个请求队列，每个请求在生成第一个词元之前都要等待空闲的槽位。负载增加时，队列也会变长，这时首个词元的时间更多地反映了队列而不是模型。", 46, 41},
	} {
		n, _ := Approximate{}.Count(c.text)
		for name, exact := range map[string]int{"Qwen 2.5": c.qwen, "DeepSeek V3": c.deepseek} {
			if off := float64(n)/float64(exact) - 1; math.Abs(off) > 0.25 {
				t.Errorf("%.20q...: %d tokens, %s has %d (%+.0f %%)", c.text, n, name, exact, 100*off)
			}
		}
	}
}

// randomPrompt draws ids as a random dataset would.
func randomPrompt(r *rand.Rand, tok Any, n int) []int {
	var allowed, ids []int
	for id := range tok.VocabSize() {
		if !tok.IsSpecial(id) {
			allowed = append(allowed, id)
		}
	}
	for range n {
		ids = append(ids, allowed[r.IntN(len(allowed))])
	}
	return ids
}

func TestApproximateRandomPromptsAreExact(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		ids := randomPrompt(r, Approximate{}, n)
		text, err := Approximate{}.Decode(ids)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := Approximate{}.Encode(text)
		if !slices.Equal(again, ids) {
			t.Fatalf("%d ids come back as %d: %q", n, len(again), text)
		}
	}
}

func TestApproximateIDs(t *testing.T) {
	t.Parallel()
	var a Approximate
	if a.VocabSize() < 1000 || a.IsSpecial(0) || a.IsSpecial(a.VocabSize()-1) || !a.IsSpecial(-1) || !a.IsSpecial(a.VocabSize()) {
		t.Errorf("VocabSize %d: its first and last id must be ordinary, their neighbours not", a.VocabSize())
	}
	for _, id := range []int{-1, a.VocabSize(), packedBytes, packedWord, packedRun, packedKinds, math.MaxInt, packedBytes | 2<<56 | 'a'<<48 | 1, packedWord | 10<<45} {
		if text, err := a.Decode([]int{id}); err == nil {
			t.Errorf("Decode(%#x) = %q, want an error", id, text)
		}
	}
	if !strings.HasPrefix(a.Name(), "approximate (") || a.Hash() == "" || a.NumSpecialToAdd() != 0 {
		t.Errorf("Name %q, Hash %q, NumSpecialToAdd %d", a.Name(), a.Hash(), a.NumSpecialToAdd())
	}
}

func TestCommonWords(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, w := range commonWords {
		if seen[w] || len(w) < 2 || len(w) > maxWordLetters || strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") != "" {
			t.Errorf("word %q is there twice or not of 2 to %d letters", w, maxWordLetters)
		}
		seen[w] = true
	}
	if len(seen) != 1024 {
		t.Errorf("%d words, want 1024", len(seen))
	}
}
