package simulate

import (
	"container/list"
	"sync"
)

// prefixBlock is vLLM's default block size: prefixes are cached in whole blocks of tokens.
const prefixBlock = 16

// prefixCache remembers the blocks of past prompts, least recently used first out. A block is named by a hash of itself
// and all before it, so that a block is found only behind the same prefix.
type prefixCache struct {
	capacity int // blocks

	mu     sync.Mutex
	blocks map[uint64]*list.Element // of uint64
	recent list.List                // most recent first
}

func newPrefixCache(tokens int) *prefixCache {
	return &prefixCache{capacity: tokens / prefixBlock, blocks: map[uint64]*list.Element{}}
}

// blockHashes gives one hash per whole block of ids (FNV-1a over the ids, chained).
func blockHashes(ids []int) []uint64 {
	hashes := make([]uint64, 0, len(ids)/prefixBlock)
	h := uint64(fnvOffset)
	for i, id := range ids {
		h = (h ^ uint64(id)) * fnvPrime
		if i%prefixBlock == prefixBlock-1 {
			hashes = append(hashes, h)
		}
	}
	return hashes
}

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// match counts the cached tokens at the head of a prompt. The last token of a prompt is always computed: something has
// to yield the first output token.
func (c *prefixCache) match(hashes []uint64, promptTokens int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for n < len(hashes) && (n+1)*prefixBlock < promptTokens && c.blocks[hashes[n]] != nil {
		n++
	}
	c.touch(hashes[:n])
	return n * prefixBlock
}

// store keeps a prompt's blocks.
func (c *prefixCache) store(hashes []uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.touch(hashes)
	for c.recent.Len() > c.capacity {
		delete(c.blocks, c.recent.Remove(c.recent.Back()).(uint64))
	}
}

// touch makes the blocks the most recent, the first of them last: a prefix must outlive what follows it, which is lost
// without it.
func (c *prefixCache) touch(hashes []uint64) {
	for i := len(hashes) - 1; i >= 0; i-- {
		h := hashes[i]
		if e := c.blocks[h]; e != nil {
			c.recent.MoveToFront(e)
		} else {
			c.blocks[h] = c.recent.PushFront(h)
		}
	}
}

func (c *prefixCache) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.blocks)
	c.recent.Init()
}
