package tokenizer

import (
	"hash/maphash"
	"slices"
	"strings"
	"sync/atomic"
)

// wordCache remembers the ids of words, one word per slot, the newest wins. It is bounded by its number of slots and the
// length of a word that is kept, a few megabytes in all, and needs no lock: a slot is one pointer.
type wordCache struct {
	seed  maphash.Seed
	slots []atomic.Pointer[cachedWord]
}

// cachedWord is never changed after it is stored.
type cachedWord struct {
	text string
	ids  []int32
}

const (
	cacheSlots   = 1 << 15
	cacheMaxWord = 64 // bytes; longer words hardly repeat
)

func newWordCache() *wordCache {
	return &wordCache{seed: maphash.MakeSeed(), slots: make([]atomic.Pointer[cachedWord], cacheSlots)}
}

// find gives the slot of a word, and the word when it is there. The slot is nil for words that are never kept.
func (c *wordCache) find(word string) (*atomic.Pointer[cachedWord], *cachedWord) {
	if len(word) > cacheMaxWord {
		return nil, nil
	}
	slot := &c.slots[maphash.String(c.seed, word)%cacheSlots]
	if w := slot.Load(); w != nil && w.text == word {
		return slot, w
	}
	return slot, nil
}

// keep stores a copy of a word and its ids.
func (c *wordCache) keep(slot *atomic.Pointer[cachedWord], word string, ids []int32) {
	if slot != nil {
		slot.Store(&cachedWord{strings.Clone(word), slices.Clone(ids)})
	}
}
