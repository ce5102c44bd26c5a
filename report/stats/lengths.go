package stats

import (
	"math"
	"slices"
)

// Lengths is how whole numbers, such as the lengths of prompts, are spread.
type Lengths struct {
	N        int
	Min, Max int
	Sum      int64
	Mean     float64
	// P5 to P99 are percentiles, linear between neighbours.
	P5, P25, P50, P75, P95, P99 float64
	// Bins cover all values, side by side and equally wide; none is left out because it is empty.
	Bins []Bin
}

// Bin counts the values from From to To, both counted in.
type Bin struct {
	From  int `json:"from"`
	To    int `json:"to"`
	Count int `json:"count"`
}

// LengthsOf describes values in at most bins bins. Without values it is the zero Lengths.
func LengthsOf(values []int, bins int) Lengths {
	if len(values) == 0 {
		return Lengths{}
	}
	sorted := slices.Sorted(slices.Values(values))
	l := Lengths{N: len(sorted), Min: sorted[0], Max: sorted[len(sorted)-1]}
	floats := make([]float64, len(sorted))
	for i, v := range sorted {
		floats[i] = float64(v)
		l.Sum += int64(v)
	}
	l.Mean = float64(l.Sum) / float64(l.N)
	for p, at := range map[float64]*float64{0.05: &l.P5, 0.25: &l.P25, 0.5: &l.P50, 0.75: &l.P75, 0.95: &l.P95, 0.99: &l.P99} {
		*at = quantile(floats, p)
	}
	l.Bins = binned(sorted, bins)
	return l
}

// binned has bins as wide as 1, 2 or 5 times a power of ten, which begin at multiples of their width, or at a value where
// they are one wide.
func binned(sorted []int, most int) []Bin {
	low, high := sorted[0], sorted[len(sorted)-1]
	width := 1
	for i := 0; high/width-low/width+1 > most; i++ {
		width = []int{1, 2, 5}[i%3] * int(math.Pow10(i/3))
	}
	first := low / width
	bins := make([]Bin, high/width-first+1)
	for i := range bins {
		bins[i] = Bin{From: (first + i) * width, To: (first+i+1)*width - 1}
	}
	for _, v := range sorted {
		bins[v/width-first].Count++
	}
	return bins
}
