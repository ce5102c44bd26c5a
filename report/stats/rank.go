package stats

import (
	"cmp"
	"math"
	"slices"

	"github.com/aclements/go-moremath/stats"
)

// MannWhitney is the two-sided p-value of Mann and Whitney's test: exact up to 50 runs a side, normal above. It asks
// nothing of the distribution, and with three runs a side cannot be below 0.1. It is 1 when all values are equal or a
// side is empty.
func MannWhitney(a, b []float64) float64 {
	ranks, tied := doubledRanks(a, b)
	if tied && max(len(a), len(b)) <= stats.MannWhitneyExactLimit {
		return rankSumP(ranks, len(a))
	}
	result, err := stats.MannWhitneyUTest(a, b, stats.LocationDiffers)
	if err != nil {
		return 1
	}
	return min(1, result.P)
}

// doubledRanks gives twice the rank of each value, a's first: whole numbers, for equal values share their mean rank.
func doubledRanks(a, b []float64) (ranks []int, tied bool) {
	all := slices.Concat(a, b)
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(all[i], all[j]) })
	ranks = make([]int, len(all))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && all[order[to]] == all[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			ranks[i] = from + 1 + to
		}
		tied = tied || to > from+1
		from = to
	}
	return ranks, tied
}

// rankSumP is the share of all ways to deal the ranks out whose sum on side A is as far from its middle as it was. The
// library doubles one tail instead; among ties the tails are not alike when the sides are not of one size, and its
// p may then be half of the true one.
func rankSumP(ranks []int, nA int) float64 {
	all, seen := 0, 0
	for i, rank := range ranks {
		all += rank
		if i < nA {
			seen += rank
		}
	}
	// ways[k][s] counts the sets of k ranks with the sum s.
	ways := make([][]float64, nA+1)
	for k := range ways {
		ways[k] = make([]float64, all+1)
	}
	ways[0][0] = 1
	for i, rank := range ranks {
		for k := min(i+1, nA); k > 0; k-- {
			for s := all; s >= rank; s-- {
				ways[k][s] += ways[k-1][s-rank]
			}
		}
	}
	middle := float64(all) * float64(nA) / float64(len(ranks))
	distance := math.Abs(float64(seen)-middle) - 1e-9
	extreme := 0.0
	for s, n := range ways[nA] {
		if math.Abs(float64(s)-middle) >= distance {
			extreme += n
		}
	}
	return min(1, extreme/sum(ways[nA]))
}
