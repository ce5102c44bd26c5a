package tokenizer

import (
	"slices"
	"strings"
)

// trie finds tokens that begin at a place in a text. Nodes are numbered level by level, so that the children of a node are
// neighbours, in order of their byte: nine bytes a node, where maps would take ten times as many.
type trie struct {
	first  []int32 // the children of node n are first[n] to first[n+1]-1
	labels []byte  // the byte that leads to a node
	ids    []int32 // of the token that ends at a node, -1 where none does
	root   [256]int32
}

// trieEntry is a token of a trie. Of equal texts the last one counts.
type trieEntry struct {
	text string
	id   int32
}

// newTrie reorders entries.
func newTrie(entries []trieEntry) *trie {
	slices.SortStableFunc(entries, func(a, b trieEntry) int { return strings.Compare(a.text, b.text) })
	t := &trie{labels: []byte{0}, ids: []int32{-1}}
	type share struct{ lo, hi, depth int32 } // the entries below a node
	shares := []share{{0, int32(len(entries)), 0}}
	for n := 0; n < len(shares); n++ {
		s := shares[n]
		shares[n] = share{}
		for s.lo < s.hi && len(entries[s.lo].text) == int(s.depth) {
			t.ids[n] = entries[s.lo].id
			s.lo++
		}
		t.first = append(t.first, int32(len(shares)))
		for lo := s.lo; lo < s.hi; {
			b, hi := entries[lo].text[s.depth], lo+1
			for hi < s.hi && entries[hi].text[s.depth] == b {
				hi++
			}
			shares = append(shares, share{lo, hi, s.depth + 1})
			t.labels, t.ids = append(t.labels, b), append(t.ids, -1)
			lo = hi
		}
	}
	t.first = append(t.first, int32(len(shares)))
	for b := range t.root {
		t.root[b] = t.search(0, byte(b))
	}
	t.first, t.labels, t.ids = slices.Clip(t.first), slices.Clip(t.labels), slices.Clip(t.ids)
	return t
}

// child gives the node that b leads to from node n, -1 when there is none.
func (t *trie) child(n int32, b byte) int32 {
	if n == 0 {
		return t.root[b]
	}
	return t.search(n, b)
}

func (t *trie) search(n int32, b byte) int32 {
	lo, hi := t.first[n], t.first[n+1]
	for hi-lo > 8 {
		if mid := (lo + hi) / 2; t.labels[mid] <= b {
			lo = mid
		} else {
			hi = mid
		}
	}
	for ; lo < hi; lo++ {
		if t.labels[lo] == b {
			return lo
		}
	}
	return -1
}

// walk follows text from node n; -1 when it leaves the trie.
func (t *trie) walk(n int32, text string) int32 {
	for i := 0; i < len(text) && n >= 0; i++ {
		n = t.child(n, text[i])
	}
	return n
}

// find gives the id of the token that text is.
func (t *trie) find(text string) (int32, bool) {
	n := t.walk(0, text)
	if n < 0 || t.ids[n] < 0 {
		return 0, false
	}
	return t.ids[n], true
}

// longest gives the longest token that text begins with, read on from node n; end is 0 when there is none.
func (t *trie) longest(n int32, text string) (end int, id int32) {
	for i := 0; i < len(text); i++ {
		if n = t.child(n, text[i]); n < 0 {
			break
		}
		if t.ids[n] >= 0 {
			end, id = i+1, t.ids[n]
		}
	}
	return end, id
}
