package tokenizer

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// randomMerges is a table over a few symbols, dense enough that merges compete.
func randomMerges(r *rand.Rand) *mergeTable {
	t := newMergeSlots(64)
	ids := int32(4)
	for rank := range uint64(40) {
		left, right := r.Int32N(ids), r.Int32N(ids)
		if t.get(left, right) == noMerge {
			t.put(pairKey(left, right), rank<<32|uint64(ids))
			ids++
		}
	}
	return &t
}

// mergeNaive is the definition: look for the lowest rank, leftmost first, merge it, begin again.
func mergeNaive(t *mergeTable, symbols []int32) []int32 {
	for {
		best, at := uint64(noMerge), -1
		for i := range len(symbols) - 1 {
			if v := t.get(symbols[i], symbols[i+1]); v>>32 < best>>32 {
				best, at = v, i
			}
		}
		if at < 0 {
			return symbols
		}
		symbols = slices.Replace(symbols, at, at+2, int32(uint32(best)))
	}
}

func TestMergeAgreesWithDefinition(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	s := &scratch{}
	for round := range 400 {
		table := randomMerges(r)
		word := make([]int32, r.IntN(120))
		for i := range word {
			word[i] = r.Int32N(4)
		}
		want := mergeNaive(table, slices.Clone(word))
		for name, merge := range map[string]func([]int32, *scratch) []int32{
			"all": table.mergeAll, "long": table.mergeLong,
		} {
			if got := merge(slices.Clone(word), s); !slices.Equal(got, want) {
				t.Fatalf("round %d: %s(%v) = %v, want %v", round, name, word, got, want)
			}
		}
		if len(word) < 2 {
			continue
		}
		if got := table.mergeShort(slices.Clone(word), s); !slices.Equal(got, want) {
			t.Fatalf("round %d: short(%v) = %v, want %v", round, word, got, want)
		}
	}
}

// TestMergeTableFull fills a table to its size and looks for what is not there.
func TestMergeTableFull(t *testing.T) {
	t.Parallel()
	const n = 5000
	table := newMergeSlots(n)
	for i := range int32(n) {
		table.put(pairKey(i, n-i), uint64(i))
	}
	for i := range int32(n) {
		if got := table.get(i, n-i); got != uint64(i) {
			t.Fatalf("pair %d = %d", i, got)
		}
		if got := table.get(i, n+1); got != noMerge {
			t.Fatalf("pair %d,%d = %d, want none", i, n+1, got)
		}
	}
}

func TestQueueSorts(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	var q pairQueue
	for i := range 100 {
		q = q.add(uint64(r.IntN(20))<<32|7, i)
	}
	q.heapify()
	for i := range 100 {
		q = q.push(uint64(r.IntN(20))<<32|7, 100+i)
	}
	q = q.push(noMerge, 5)
	var got []uint64
	for len(q) > 0 {
		var top uint64
		top, q = q.pop()
		got = append(got, top)
	}
	if len(got) != 200 || !slices.IsSorted(got) {
		t.Errorf("queue gave %d entries, sorted: %v", len(got), slices.IsSorted(got))
	}
}

// TestLongWord: a quarter of a megabyte without a break takes no time only if merging is not quadratic, and comes back whole.
func TestLongWord(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"testdata/bytelevel", "testdata/sentencepiece"} {
		tok, err := Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		word := strings.Repeat("thesaurus", 1<<18/9)
		ids, err := tok.Encode(word)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := tok.Decode(ids); err != nil || text != word {
			t.Errorf("%s: the word does not come back (%v)", dir, err)
		}
	}
}

// TestWordwise: cutting at space marks must not change the result, whatever merges there are.
func TestWordwise(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	joined, free := 0, 0 // models with and without merges across a space mark
	for range 300 {
		b := randomBPE(t, r)
		if slices.Contains(b.merges.spaceJoins[:], true) {
			joined++
		} else if b.wordwise {
			free++
		}
		for range 20 {
			var text strings.Builder
			for range 1 + r.IntN(30) {
				text.WriteString([]string{"a", "b", ">", spaceMark, spaceMark, "é"}[r.IntN(6)])
			}
			got, err := b.tokenize(nil, text.String(), &scratch{})
			if err != nil {
				t.Fatal(err)
			}
			want, err := b.tokenizeWord(nil, text.String(), &scratch{})
			if err != nil || !slices.Equal(got, want) {
				t.Fatalf("%q: wordwise %v, whole %v (%v)", text.String(), got, want, err)
			}
		}
	}
	if joined < 50 || free < 50 {
		t.Errorf("%d models join across space marks, %d do not: the test does not test both", joined, free)
	}
}

// randomBPE has a, b, > and the space mark, and random merges of them; é is unknown.
func randomBPE(t *testing.T, r *rand.Rand) *bpe {
	t.Helper()
	tokens := []string{"a", "b", ">", spaceMark}
	var merges [][2]string
	for range 4 + r.IntN(8) {
		left, right := tokens[r.IntN(len(tokens))], tokens[r.IntN(len(tokens))]
		if !slices.Contains(tokens, left+right) {
			tokens = append(tokens, left+right)
			merges = append(merges, [2]string{left, right})
		}
	}
	vocab := map[string]int{"<unk>": 0}
	for i, token := range tokens {
		vocab[token] = i + 1
	}
	raw := marshal(t, map[string]any{"type": "BPE", "vocab": vocab, "merges": merges, "unk_token": "<unk>", "fuse_unk": r.IntN(2) == 0})
	m, err := newModel(raw, modelContext{})
	if err != nil {
		t.Fatal(err)
	}
	return m.(*bpe)
}
