package stats

import (
	"cmp"
	"slices"
)

// Holm adjusts the p-values of several tests (Holm 1979): rejecting those at or below alpha makes one false claim
// or more with probability alpha at most, however the tests depend on each other.
//
// Level gives for each test the confidence at which its interval says the same as its adjusted p-value does at
// 1 - Level: it leaves out "no change" just when the test is rejected. The k-th smallest p is held against
// alpha/(m-k+1), and all from the first that fails on against that one's.
func Holm(p []float64) (adjusted, level []float64) {
	m := len(p)
	order := make([]int, m)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(p[i], p[j]) })
	adjusted, level = make([]float64, m), make([]float64, m)
	const alpha = 1 - Level
	largest, share, failed := 0.0, 1.0, false
	for rank, i := range order {
		largest = max(largest, min(1, p[i]*float64(m-rank)))
		adjusted[i] = largest
		if !failed {
			share = alpha / float64(m-rank)
			failed = p[i] > share
		}
		level[i] = 1 - share
	}
	return adjusted, level
}
