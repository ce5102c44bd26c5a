package tokenizer

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func randomText(r *rand.Rand, letters string, most int) string {
	runes := []rune(letters)
	var b strings.Builder
	for range r.IntN(most + 1) {
		b.WriteRune(runes[r.IntN(len(runes))])
	}
	return b.String()
}

// TestTrieAgreesWithMap: every text is found as in a map, and the longest token in it as by trying all.
func TestTrieAgreesWithMap(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		want := map[string]int32{}
		var entries []trieEntry
		for i := range r.IntN(60) {
			text := randomText(r, "abcdefghijklmé中", 4)
			want[text] = int32(i)
			entries = append(entries, trieEntry{text, int32(i)})
		}
		tr := newTrie(entries)
		for range 300 {
			text := randomText(r, "abcdefghijklmé中", 6)
			wantID, wantOK := want[text]
			if id, ok := tr.find(text); id != wantID || ok != wantOK {
				t.Fatalf("find(%q) = %d, %v, want %d, %v", text, id, ok, wantID, wantOK)
			}
			end := len(text)
			for end > 0 && !has(want, text[:end]) {
				end--
			}
			if n, id := tr.longest(0, text); n != end || n > 0 && id != want[text[:end]] {
				t.Fatalf("longest(%q) = %d, %d, want %d, %d", text, n, id, end, want[text[:end]])
			}
		}
	}
}

func has(m map[string]int32, text string) bool {
	_, ok := m[text]
	return ok
}

// TestUnigramAgreesWithDefinition compares with all ways to cut a text, on scores that are never equal.
func TestUnigramAgreesWithDefinition(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for range 40 {
		scores := map[string]float64{"<unk>": 0}
		list := []string{`["<unk>",0]`}
		for range 12 {
			text := randomText(r, "abc", 4)
			if _, ok := scores[text]; ok || text == "" {
				continue
			}
			scores[text] = -r.Float64() * 10
			list = append(list, fmt.Sprintf("[%q,%v]", text, scores[text]))
		}
		tok, err := parse(fmt.Appendf(nil, `{"model":{"type":"Unigram","unk_id":0,"vocab":[%s]}}`, strings.Join(list, ",")))
		if err != nil {
			t.Fatal(err)
		}
		worst := slices.Min(slices.Collect(maps.Values(scores)))
		for range 30 {
			text := randomText(r, "abcd", 8)
			ids, err := tok.Encode(text)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, id := range ids {
				token, _ := tok.model.token(id)
				got = append(got, token)
			}
			_, want := bestCut(text, scores, worst-unknownPenalty)
			if !slices.Equal(got, want) {
				t.Fatalf("%q with %v is cut into %q, want %q", text, list, got, want)
			}
		}
	}
}

// bestCut tries every way to begin; unknown letters in a row are one unknown token.
func bestCut(text string, scores map[string]float64, unknown float64) (score float64, cut []string) {
	if text == "" {
		return 0, nil
	}
	score = math.Inf(-1)
	for end := 1; end <= len(text); end++ {
		own, ok := scores[text[:end]]
		token := text[:end]
		if !ok {
			if end > 1 {
				continue
			}
			own, token = unknown, "<unk>"
		}
		rest, tail := bestCut(text[end:], scores, unknown)
		if own+rest <= score {
			continue
		}
		score = own + rest
		if token == "<unk>" && len(tail) > 0 && tail[0] == "<unk>" {
			tail = tail[1:]
		}
		cut = append([]string{token}, tail...)
	}
	return score, cut
}
