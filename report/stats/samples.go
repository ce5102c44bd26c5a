package stats

// Samples are the values of one latency in one run, as the bootstrap needs them: item by item, where an item is a
// request in the order of arrival and holds one value (TTFT) or hundreds (ITL). Values are kept as counts on the
// grid, sums exactly.
type Samples struct {
	starts []int32 // item i has the cells starts[i] to starts[i+1]
	cells  []cell
	sums   []float64 // of each item's values
	sizes  []float64 // how many values each item has
	values []float64 // of each row, ascending
	total  int
}

// cell counts an item's values in one bin. Rows number the bins that occur, in ascending order.
type cell struct {
	row   int32
	count int32
}

// NewSamples takes the values of each item. Items without a value are there all the same: they keep the others' places.
func NewSamples(items [][]float64) *Samples {
	s := &Samples{starts: make([]int32, 1, len(items)+1)}
	var counts []int32 // of the item at hand, by bin
	var touched, present []int
	for _, values := range items {
		for _, v := range values {
			b := bin(v)
			if b >= len(counts) {
				counts = append(counts, make([]int32, b+1-len(counts))...)
			}
			if counts[b] == 0 {
				touched = append(touched, b)
			}
			counts[b]++
		}
		for _, b := range touched {
			s.cells = append(s.cells, cell{int32(b), counts[b]})
			counts[b] = 0
		}
		present = append(present, touched...)
		touched = touched[:0]
		s.starts = append(s.starts, int32(len(s.cells)))
		s.sums, s.sizes = append(s.sums, sum(values)), append(s.sizes, float64(len(values)))
		s.total += len(values)
	}
	s.number(present, len(counts))
	return s
}

// number gives the bins that occur their rows.
func (s *Samples) number(present []int, bins int) {
	rows := make([]int32, bins)
	for _, b := range present {
		rows[b] = 1
	}
	for b, occurs := range rows {
		if occurs == 1 {
			rows[b] = int32(len(s.values))
			s.values = append(s.values, binValue(b))
		}
	}
	for i := range s.cells {
		s.cells[i].row = rows[s.cells[i].row]
	}
}

// Items is how many items there are.
func (s *Samples) Items() int { return len(s.sizes) }

// Total is how many values there are.
func (s *Samples) Total() int { return s.total }

// histogram adds up the items' counts, each item as often as its weight says; nil weights are one each.
func (s *Samples) histogram(weights []int32, counts []int64) (total int64) {
	clear(counts)
	for i := range s.sizes {
		weight := int64(1)
		if weights != nil {
			weight = int64(weights[i])
		}
		if weight == 0 {
			continue
		}
		for _, c := range s.cells[s.starts[i]:s.starts[i+1]] {
			counts[c.row] += weight * int64(c.count)
		}
		total += weight * int64(s.sizes[i])
	}
	return total
}

// quantiles reads percentiles off the histogram of all items, each once.
func (s *Samples) quantiles(percentiles []float64) []float64 {
	counts := make([]int64, len(s.values))
	s.histogram(nil, counts)
	values := make([]float64, len(percentiles))
	for k, p := range percentiles {
		values[k] = quantileOf(counts, s.values, p/100*float64(s.total-1))
	}
	return values
}

// quantileOf reads the value at a place among the sorted values of a histogram, from 0, linear between neighbours.
func quantileOf(counts []int64, values []float64, place float64) float64 {
	rank := int64(place)
	row, below := -1, int64(0) // below counts the values up to and including the row
	for below <= rank && row < len(counts)-1 {
		row++
		below += counts[row]
	}
	low, share := values[row], place-float64(rank)
	if share == 0 || rank+1 < below {
		return low
	}
	for row++; row < len(counts)-1 && counts[row] == 0; row++ {
	}
	return low + share*(values[min(row, len(values)-1)]-low)
}

// exceeding counts each item's values above a row.
func (s *Samples) exceeding(row int32) []float64 {
	x := make([]float64, len(s.sizes))
	for i := range x {
		for _, c := range s.cells[s.starts[i]:s.starts[i+1]] {
			if c.row > row {
				x[i] += float64(c.count)
			}
		}
	}
	return x
}
