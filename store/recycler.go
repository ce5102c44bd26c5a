package store

import "math/bits"

// recycler gives a builder its memory back from batch to batch, so that appending leaves the garbage collector
// little to do while a run is being measured. It implements arrow's memory.Allocator for one goroutine.
type recycler struct {
	free [64][][]byte // by the power of two a block holds
}

// Allocate gives a block that may hold old bytes; builders do not rely on zeros.
func (r *recycler) Allocate(size int) []byte {
	if size == 0 {
		return nil
	}
	class := bits.Len(uint(max(size, 64) - 1))
	if blocks := r.free[class]; len(blocks) > 0 {
		r.free[class] = blocks[:len(blocks)-1]
		return blocks[len(blocks)-1][:size]
	}
	return make([]byte, size, 1<<class)
}

// Reallocate gives a block of the size that begins as b does.
func (r *recycler) Reallocate(size int, b []byte) []byte {
	if size <= cap(b) {
		return b[:size]
	}
	larger := r.Allocate(size)
	copy(larger, b)
	r.Free(b)
	return larger
}

// Free keeps a block for the next Allocate.
func (r *recycler) Free(b []byte) {
	if cap(b) > 0 {
		class := bits.Len(uint(cap(b) - 1))
		r.free[class] = append(r.free[class], b)
	}
}
