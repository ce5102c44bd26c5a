package stats

import "math"

// GridWidth is how wide a bin of the grid is, relative to its value: 0.1 %. A value read back from the grid is off by
// half of that at most, so the bounds of an interval of a ratio are within 0.1 %.
const GridWidth = 0.001

// gridFoot is the smallest value told from 0: a nanosecond, in milliseconds.
const gridFoot = 1e-6

var gridStep = math.Log1p(GridWidth)

// bin is the place of a value on the grid: 0 for all below gridFoot, then one further for each GridWidth.
func bin(v float64) int {
	if !(v >= gridFoot) {
		return 0
	}
	return 1 + int(math.Log(v/gridFoot)/gridStep)
}

// binValue is the geometric middle of a bin.
func binValue(bin int) float64 {
	if bin == 0 {
		return 0
	}
	return gridFoot * math.Exp((float64(bin)-0.5)*gridStep)
}
