package tokenizer

import (
	"bytes"
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// mergeTable says which neighbours merge into what, and how early: an open-addressed hash table, because this lookup is what
// encoding spends its time on. A value is rank<<32 | id, so that comparing values compares ranks.
type mergeTable struct {
	slots []mergeSlot
	shift int
	// spaceJoins marks the bytes in which a token may end that some merge joins to one beginning with a space mark.
	spaceJoins [256]bool
	// neverCut: such a merge has a token like <0x20> or <unk> on its left, which stands for some other byte.
	neverCut bool
}

type mergeSlot struct{ key, value uint64 }

// noMerge is the value of a pair that does not merge: it comes after every rank.
const noMerge = math.MaxUint64

func pairKey(left, right int32) uint64 { return uint64(uint32(left))<<32 | uint64(uint32(right)) }

// newMergeTable reads the merges, earliest first, from valid JSON. Of two equal pairs the last counts.
func newMergeTable(data []byte, v *vocabulary, prefix int) (mergeTable, error) {
	count := 0
	if err := eachElement(data, func([]byte) error { count++; return nil }); err != nil {
		return mergeTable{}, err
	}
	t := newMergeSlots(count)
	var left, right, whole, buf []byte
	var rank uint64
	err := eachElement(data, func(value []byte) (err error) {
		if isVersionLine(value) {
			return nil
		}
		if left, right, err = mergePair(value, left, right); err != nil {
			return err
		}
		whole = append(append(whole[:0], left...), right[min(prefix, len(right)):]...)
		ids := [3]int32{}
		for i, token := range [][]byte{left, right, whole} {
			var ok bool
			if ids[i], ok, buf = v.lookup(token, buf); !ok {
				return fmt.Errorf("%s needs the token %q, which is not in the vocabulary", value, token)
			}
		}
		t.noteSpace(left, right)
		t.put(pairKey(ids[0], ids[1]), rank<<32|uint64(ids[2]))
		rank++
		return nil
	})
	return t, err
}

func (t *mergeTable) noteSpace(left, right []byte) {
	if len(left) == 0 || !bytes.HasPrefix(right, []byte(spaceMark)) || bytes.HasSuffix(left, []byte(spaceMark)) {
		return
	}
	end := left[len(left)-1]
	t.spaceJoins[end] = true
	t.neverCut = t.neverCut || len(left) > 1 && left[0] == '<' && end == '>'
}

// isVersionLine reports the first line of an old merges.txt, taken over into some files.
func isVersionLine(value []byte) bool {
	const head = `"#version`
	return len(value) >= len(head) && string(value[:len(head)]) == head
}

func newMergeSlots(count int) mergeTable {
	size := 1 << bits.Len(uint(count+count/2)|7)
	t := mergeTable{slots: make([]mergeSlot, size), shift: 64 - bits.TrailingZeros(uint(size))}
	for i := range t.slots {
		t.slots[i].key = noMerge
	}
	return t
}

func (t *mergeTable) home(key uint64) int { return int(key * 0x9E3779B97F4A7C15 >> t.shift) }

func (t *mergeTable) put(key, value uint64) {
	i := t.home(key)
	for t.slots[i].key != noMerge && t.slots[i].key != key {
		i = (i + 1) & (len(t.slots) - 1)
	}
	t.slots[i] = mergeSlot{key, value}
}

func (t *mergeTable) get(left, right int32) uint64 {
	key := pairKey(left, right)
	for i := t.home(key); ; i = (i + 1) & (len(t.slots) - 1) {
		if s := &t.slots[i]; s.key == key {
			return s.value
		} else if s.key == noMerge {
			return noMerge
		}
	}
}

// longWord is the number of symbols from which the queue beats looking through all pairs; measured.
const longWord = 32

// mergeAll merges symbols in place, lowest rank first and leftmost first among equals.
func (t *mergeTable) mergeAll(symbols []int32, s *scratch) []int32 {
	switch {
	case len(symbols) < 2 || len(t.slots) == 0:
		return symbols
	case len(symbols) < longWord:
		return t.mergeShort(symbols, s)
	}
	return t.mergeLong(symbols, s)
}

// mergeShort looks through all pairs for every merge: quadratic, and the fastest for words.
func (t *mergeTable) mergeShort(symbols []int32, s *scratch) []int32 {
	n := len(symbols)
	pairs := slices.Grow(s.pairs[:0], n)[:n-1]
	s.pairs = pairs
	for i := range pairs {
		pairs[i] = t.get(symbols[i], symbols[i+1])
	}
	for {
		best, at := uint64(noMerge), -1
		for i, p := range pairs {
			if p < best {
				best, at = p, i
			}
		}
		if at < 0 {
			return symbols
		}
		symbols[at] = int32(uint32(best))
		symbols = append(symbols[:at+1], symbols[at+2:]...)
		pairs = append(pairs[:at], pairs[at+1:]...)
		if at > 0 {
			pairs[at-1] = t.get(symbols[at-1], symbols[at])
		}
		if at < len(pairs) {
			pairs[at] = t.get(symbols[at], symbols[at+1])
		}
	}
}

// mergeLong keeps the symbols in a linked list and the pairs in a queue, for words of any length in n log n. A queue entry
// is rank<<32 | position; it is stale when the pair at that position has another rank by now. (Stale entries of equal rank
// are not possible: a symbol only ever grows.)
func (t *mergeTable) mergeLong(symbols []int32, s *scratch) []int32 {
	n := len(symbols)
	next, prev := slices.Grow(s.next[:0], n)[:n], slices.Grow(s.prev[:0], n)[:n]
	q := pairQueue(s.queue[:0])
	for i := range n {
		next[i], prev[i] = int32(i+1), int32(i-1)
		if i+1 < n {
			q = q.add(t.get(symbols[i], symbols[i+1]), i)
		}
	}
	q.heapify()
	const gone = -1
	for len(q) > 0 {
		var top uint64
		top, q = q.pop()
		at := int32(uint32(top))
		if symbols[at] == gone || int(next[at]) >= n {
			continue
		}
		right := next[at]
		value := t.get(symbols[at], symbols[right])
		if value == noMerge || value>>32 != top>>32 {
			continue
		}
		symbols[at], symbols[right] = int32(uint32(value)), gone
		next[at] = next[right]
		if int(next[at]) < n {
			prev[next[at]] = at
			q = q.push(t.get(symbols[at], symbols[next[at]]), int(at))
		}
		if prev[at] >= 0 {
			q = q.push(t.get(symbols[prev[at]], symbols[at]), int(prev[at]))
		}
	}
	s.next, s.prev, s.queue = next, prev, q
	return slices.DeleteFunc(symbols, func(id int32) bool { return id == gone })
}
