package report

import (
	"fmt"
	"math"
)

// ShiftCurve is the change of one latency at every percentile, from the baseline to one side, at one load point.
type ShiftCurve struct {
	// Family is the latency: ttft, tpot, itl, e2el. Side is the letter of the side held against the baseline.
	Family string
	Side   string
	Point  []KeyValue
	Noise  Noise
	Points []ShiftPoint
}

// ShiftPoint is the ratio at a percentile with its 95 % interval; an unbounded one is 0 to infinity.
type ShiftPoint struct {
	Percentile    float64
	Ratio, Lo, Hi float64
}

// ShiftFamilies are the latencies of a shift chart.
var ShiftFamilies = []string{"ttft", "tpot", "itl", "e2el"}

// shiftPercentiles are where a curve has its points.
var shiftPercentiles = []float64{1, 5, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 97, 98, 99, 99.5, 99.9, 99.95, 99.99}

// ForShift are the options with which the same sides are measured and compared for their curves.
func (o CompareOptions) ForShift() CompareOptions {
	o.Metrics, o.Percentiles, o.FailOn = nil, nil, nil
	for _, family := range ShiftFamilies {
		for _, p := range shiftPercentiles {
			o.Metrics = append(o.Metrics, fmt.Sprintf("p%g_%s_ms", p, family))
		}
	}
	o.Primary = o.Metrics // each band stands for itself
	return o
}

// Shifts compares sides, measured with the options of ForShift, at every percentile that all of their runs have samples
// for: up to 1 - 1/n.
func Shifts(sides []CompareSide, o CompareOptions) ([]ShiftCurve, error) {
	c, err := Compare(sides, o.ForShift())
	if err != nil {
		return nil, err
	}
	var curves []ShiftCurve
	for _, point := range c.Points {
		for side := 1; side < len(c.Sides); side++ {
			for _, family := range ShiftFamilies {
				curves = append(curves, shiftCurve(point, c.Sides[side].Letter, side, family, lastPercentile(sides, family)))
			}
		}
	}
	return curves, nil
}

func shiftCurve(point Point, letter string, side int, family string, last float64) ShiftCurve {
	curve := ShiftCurve{Family: family, Side: letter, Point: point.Key}
	for _, row := range point.Rows {
		m, err := measureNamed("", row.Metric)
		ch := row.Changes[side-1]
		if err != nil || m.family != family || m.percentile > last || ch.Ratio == nil {
			continue
		}
		curve.Noise = ch.Noise
		curve.Points = append(curve.Points, ShiftPoint{m.percentile, *ch.Ratio, ch.interval95.Lo, ch.interval95.Hi})
	}
	return curve
}

// lastPercentile is how far the smallest sample reaches.
func lastPercentile(sides []CompareSide, family string) float64 {
	fewest := math.Inf(1)
	for _, side := range sides {
		for _, run := range side.Runs {
			if l := latencyOf(run, family); l != nil {
				fewest = min(fewest, float64(l.Samples))
			}
		}
	}
	return 100 * (1 - 1/fewest)
}
