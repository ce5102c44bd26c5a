package tokenizer

// pairQueue is a binary heap, least first, of rank<<32 | position. container/heap would box every entry.
type pairQueue []uint64

// add appends the pair at position without keeping the order; heapify restores it.
func (q pairQueue) add(value uint64, position int) pairQueue {
	if value == noMerge {
		return q
	}
	return append(q, value>>32<<32|uint64(uint32(position)))
}

func (q pairQueue) heapify() {
	for i := len(q)/2 - 1; i >= 0; i-- {
		q.sink(i)
	}
}

func (q pairQueue) push(value uint64, position int) pairQueue {
	before := len(q)
	if q = q.add(value, position); len(q) > before {
		q.rise(before)
	}
	return q
}

func (q pairQueue) pop() (uint64, pairQueue) {
	top, last := q[0], len(q)-1
	q[0] = q[last]
	q = q[:last]
	q.sink(0)
	return top, q
}

func (q pairQueue) rise(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if q[parent] <= q[i] {
			return
		}
		q[parent], q[i] = q[i], q[parent]
		i = parent
	}
}

func (q pairQueue) sink(i int) {
	for {
		child := 2*i + 1
		if child >= len(q) {
			return
		}
		if child+1 < len(q) && q[child+1] < q[child] {
			child++
		}
		if q[i] <= q[child] {
			return
		}
		q[i], q[child] = q[child], q[i]
		i = child
	}
}
