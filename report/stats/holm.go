package stats

import (
	"cmp"
	"slices"
)

// Holm adjusts the p-values of several tests, of which some may weigh more than others (Holm 1979): rejecting those at
// or below alpha makes one false claim or more with probability alpha at most, however the tests depend on each other.
// Weights are above 0; equal ones give the usual method.
//
// Level gives for each test the confidence at which its interval says the same as its adjusted p-value does at
// 1 - Level: it leaves out "no change" just when the test is rejected. Each p is held against its weight's share of
// alpha, the smallest p for its weight first. A test that is rejected leaves its share to the others; from the first
// that is not, the shares stay as they are.
func Holm(p, weights []float64) (adjusted, level []float64) {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(p[i]/weights[i], p[j]/weights[j]) })
	adjusted, level = make([]float64, len(p)), make([]float64, len(p))
	const alpha = 1 - Level
	largest, share, failed := 0.0, 0.0, false
	for rank, i := range order {
		left := 0.0
		for _, j := range order[rank:] {
			left += weights[j]
		}
		largest = max(largest, min(1, p[i]*left/weights[i]))
		adjusted[i] = largest
		if !failed {
			share = alpha / left
			failed = p[i] > share*weights[i]
		}
		level[i] = 1 - share*weights[i]
	}
	return adjusted, level
}
