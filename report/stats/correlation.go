package stats

import "math"

// The rules of Politis and White (2004), corrected by Patton, Politis and White (2009): a lag counts as the last that
// matters when the next few are all within the band that white noise would keep.
const bandWidth = 2.0

// autocovariances gives those of the lags 0 to most.
func autocovariances(x []float64, most int) []float64 {
	mean := 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	cov := make([]float64, most+1)
	for lag := range cov {
		for i := lag; i < len(x); i++ {
			cov[lag] += (x[i] - mean) * (x[i-lag] - mean)
		}
		cov[lag] /= float64(len(x))
	}
	return cov
}

// correlated gives the autocovariances of x up to the lag that its flat-top window needs: all that are 0 beyond. It is
// nil for a series that has no spread.
func correlated(x []float64) []float64 {
	n := float64(len(x))
	run := max(5, int(math.Ceil(math.Sqrt(math.Log10(n)))))
	most := min(len(x)-1, int(math.Ceil(math.Sqrt(n)))+run)
	if most < 1 {
		return nil
	}
	cov := autocovariances(x, most)
	if !(cov[0] > 0) {
		return nil
	}
	band := bandWidth * math.Sqrt(math.Log10(n)/n) * cov[0]
	last := lastThatMatters(cov, run, band)
	return cov[:min(2*max(last, 1), most)+1]
}

// lastThatMatters is the smallest lag behind which run lags in a row are within the band; without any, the last
// lag outside it.
func lastThatMatters(cov []float64, run int, band float64) int {
	quiet, outside := 0, 0
	for lag := 1; lag < len(cov); lag++ {
		if math.Abs(cov[lag]) < band {
			quiet++
		} else {
			quiet, outside = 0, lag
		}
		if quiet == run {
			return lag - run
		}
	}
	return outside
}

// flatTop is 1 up to half of the window and falls to 0 at its end.
func flatTop(lag, window int) float64 {
	t := float64(lag) / float64(window)
	if t <= 0.5 {
		return 1
	}
	return 2 * (1 - t)
}

// longRun sums the autocovariances over all lags (the variance of a mean, times n), and the same weighted by the lag.
func longRun(cov []float64) (variance, byLag float64) {
	variance = cov[0]
	for lag := 1; lag < len(cov); lag++ {
		weighted := 2 * flatTop(lag, len(cov)-1) * cov[lag]
		variance += weighted
		byLag += weighted * float64(lag)
	}
	return variance, byLag
}

// memory is how long a series remembers: its long-run variance, and the same weighted by the lag.
type memory struct{ variance, byLag float64 }

func memoryOf(x []float64) memory {
	cov := correlated(x)
	if cov == nil {
		return memory{}
	}
	variance, byLag := longRun(cov)
	return memory{variance, byLag}
}

// mostLost bounds what is made up for: where blocks seem to lose nearly all, the estimates are not to be believed.
const mostLost = 2

// lost is how much larger the standard error of a mean is than blocks of that length show: they see the variance less
// byLag over their length.
func (m memory) lost(block int) float64 {
	if m.variance <= 0 {
		return 1
	}
	seen := m.variance - max(0, m.byLag)/float64(block)
	return math.Sqrt(m.variance / max(seen, m.variance/(mostLost*mostLost)))
}

// fewestBlocks is how many blocks a resample is made of at least. With fewer there is nothing to resample.
const fewestBlocks = 10

// BlockLength is how many items in a row a moving block needs to keep the correlation of the series: the length that
// makes the bootstrap variance of a mean most exact (Patton, Politis and White 2009), a tenth of the series at most.
func BlockLength(x []float64) int {
	cov := correlated(x)
	if cov == nil {
		return 1
	}
	variance, byLag := longRun(cov)
	if variance <= 0 {
		return 1
	}
	// b = (2 G^2 / D)^(1/3) n^(1/3) with D = 4/3 variance^2.
	length := math.Cbrt(1.5 * byLag * byLag / (variance * variance) * float64(len(x)))
	return max(1, min(int(math.Ceil(length)), len(x)/fewestBlocks))
}

// SamplesFor is how many independent samples bound a percentile (0 to 100) from both sides with confidence Level: 368
// for the 99th, 36 for the 90th. An order statistic beyond it exists with probability 1 - q^n.
func SamplesFor(percentile float64) float64 {
	q := percentile / 100
	q = max(q, 1-q)
	if q >= 1 {
		return math.Inf(1)
	}
	return math.Ceil(math.Log((1-Level)/2) / math.Log(q))
}
