package stats

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// Trend is how a latency moved in the course of a run.
type Trend struct {
	// Ratio is the end over the beginning by the line through the parts: 1.5 for half as long again.
	Ratio float64
	// P is the p-value of "no slope".
	P float64
}

// TrendOf fits a line through the logarithms of parts of a run, such as the means of its tenths, and tests its slope.
// The test takes the parts for independent: parts much longer than the correlation inside a run nearly are. It
// reports false for fewer than four parts or values not above 0.
func TrendOf(parts []float64) (Trend, bool) {
	logs, ok := logarithms(parts)
	if !ok || len(parts) < 4 {
		return Trend{}, false
	}
	places := make([]float64, len(parts))
	for i := range places {
		places[i] = float64(i)
	}
	intercept, slope := stat.LinearRegression(places, logs, nil, false)
	residuals := 0.0
	for i, y := range logs {
		residuals += math.Pow(y-intercept-slope*places[i], 2)
	}
	df := float64(len(parts) - 2)
	_, variance := stat.MeanVariance(places, nil)
	se := math.Sqrt(residuals / df / (variance * float64(len(parts)-1)))
	return Trend{Ratio: math.Exp(slope * float64(len(parts)-1)), P: exactP(slope, se, df)}, true
}

// Drifts reports a trend that is more than chance (at 1 %) and large enough to matter: a tenth either way.
func (t Trend) Drifts() bool {
	return t.P < 0.01 && (t.Ratio > 1.1 || t.Ratio < 1/1.1)
}
