package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"
)

// quantiles is a continuous distribution that can be cut: drawn by its quantile of a uniform number between those of its
// ends, so that what lies outside is neither piled up at them nor drawn again and again.
type quantiles interface {
	CDF(x float64) float64
	Quantile(p float64) float64
}

// cut makes whole numbers between least and most of a continuous distribution, by rounding. The mean and deviation that
// are asked for are those before the cut.
func cut(d quantiles, least, most int, text string) (Lengths, error) {
	from, to := d.CDF(float64(least)-0.5), d.CDF(float64(most)+0.5)
	if to-from < 1e-6 {
		return Lengths{}, fmt.Errorf("next to nothing of %s lies between min and max", text)
	}
	return Lengths{least: least, most: most, text: fmt.Sprintf("%s,min=%d,max=%d", text, least, most),
		draw: func(rng *rand.Rand) int {
			x := d.Quantile(from + rng.Float64()*(to-from))
			return int(math.Round(min(max(x, float64(least)), float64(most))))
		}}, nil
}

// Without a deviation, a quarter of the mean for what is symmetric and half of it for what is skewed: enough to see the
// spread, little enough that the cut at 1 is not felt.
const (
	symmetricShare = 0.25
	skewedShare    = 0.5
)

func normalForm(p *lengthParameters, typical float64) (Lengths, error) {
	mean := p.number("mean", typical, 1, mostTokens)
	stddev := p.number("stddev", mean*symmetricShare, 0, mostTokens)
	least, most := p.bounds(1, mostTokens)
	if p.err != nil || stddev == 0 {
		return Constant(int(math.Round(mean))), p.err
	}
	return cut(distuv.Normal{Mu: mean, Sigma: stddev}, least, most, fmt.Sprintf("normal:mean=%g,stddev=%g", mean, stddev))
}

// lognormalForm takes the mean and deviation of the lengths, or the median and the deviation of their logarithm:
//
//	sigma^2 = ln(1 + (stddev/mean)^2)    mu = ln(mean) - sigma^2/2 = ln(median)
func lognormalForm(p *lengthParameters, typical float64) (Lengths, error) {
	mean := p.number("mean", typical, 1, mostTokens)
	stddev := p.number("stddev", mean*skewedShare, 0, mostTokens*100)
	sigma := math.Sqrt(math.Log1p(stddev * stddev / (mean * mean)))
	sigma = p.number("sigma", sigma, 0, 10)
	mu := math.Log(p.number("median", math.Exp(math.Log(mean)-sigma*sigma/2), 1, mostTokens))
	least, most := p.bounds(1, mostTokens)
	_, median := p.given["median"]
	_, ofMean := p.given["mean"]
	_, ofSigma := p.given["sigma"]
	_, ofStddev := p.given["stddev"]
	switch {
	case p.err != nil:
		return Lengths{}, p.err
	case median && ofMean, ofSigma && ofStddev, median && ofStddev:
		return Lengths{}, fmt.Errorf("give mean and stddev, or median and sigma")
	case sigma == 0:
		return Constant(int(math.Round(math.Exp(mu)))), nil
	}
	return cut(distuv.LogNormal{Mu: mu, Sigma: sigma}, least, most, fmt.Sprintf("lognormal:median=%.6g,sigma=%.6g", math.Exp(mu), sigma))
}

func gammaForm(p *lengthParameters, typical float64) (Lengths, error) {
	mean := p.number("mean", typical, 1, mostTokens)
	stddev := p.number("stddev", mean*skewedShare, mean/1000, mean*10)
	least, most := p.bounds(1, mostTokens)
	if p.err != nil {
		return Lengths{}, p.err
	}
	shape := mean * mean / (stddev * stddev)
	return cut(distuv.Gamma{Alpha: shape, Beta: shape / mean}, least, most, fmt.Sprintf("gamma:mean=%g,stddev=%g", mean, stddev))
}

func exponentialForm(p *lengthParameters, typical float64) (Lengths, error) {
	mean := p.number("mean", typical, 1, mostTokens)
	least, most := p.bounds(1, mostTokens)
	if p.err != nil {
		return Lengths{}, p.err
	}
	return cut(distuv.Exponential{Rate: 1 / mean}, least, most, fmt.Sprintf("exponential:mean=%g", mean))
}

// poissonForm draws again what lies outside: it has no quantile function.
func poissonForm(p *lengthParameters, typical float64) (Lengths, error) {
	mean := p.number("mean", typical, 0.01, mostTokens)
	least, most := p.bounds(1, mostTokens)
	if p.err != nil {
		return Lengths{}, p.err
	}
	d := distuv.Poisson{Lambda: mean}
	if d.CDF(float64(most))-d.CDF(float64(least)-1) < 1e-3 {
		return Lengths{}, fmt.Errorf("next to nothing of mean=%g lies between min and max", mean)
	}
	return Lengths{least: least, most: most, text: fmt.Sprintf("poisson:mean=%g,min=%d,max=%d", mean, least, most),
		draw: func(rng *rand.Rand) int {
			d := distuv.Poisson{Lambda: mean, Src: rng}
			for {
				if n := int(d.Rand()); n >= least && n <= most {
					return n
				}
			}
		}}, nil
}

// zipfForm gives n with a weight of n^-alpha. Without bounds it reaches from a sixteenth of the typical length to sixteen
// times it, whose mean at alpha 1.5 is the typical length.
func zipfForm(p *lengthParameters, typical float64) (Lengths, error) {
	const reach = 16
	alpha := p.number("alpha", 1.5, 1.001, 100)
	least, most := p.bounds(max(1, int(math.Round(typical/reach))), int(min(max(1, typical)*reach, mostTokens)))
	if p.err != nil {
		return Lengths{}, p.err
	}
	return Lengths{least: least, most: most, text: fmt.Sprintf("zipf:alpha=%g,min=%d,max=%d", alpha, least, most),
		draw: func(rng *rand.Rand) int {
			return least + int(rand.NewZipf(rng, alpha, float64(least), uint64(most-least)).Uint64())
		}}, nil
}

// choiceForm reads LENGTH=WEIGHT,...; a length alone weighs 1.
func choiceForm(text string) (Lengths, error) {
	var (
		lengths []int
		weights []float64 // running sums
		sum     float64
	)
	for pair := range strings.SplitSeq(text, ",") {
		length, weight, given := strings.Cut(strings.TrimSpace(pair), "=")
		if !given {
			weight = "1"
		}
		n, err := strconv.Atoi(length)
		w, weightErr := strconv.ParseFloat(strings.TrimSuffix(weight, "%"), 64)
		if err != nil || weightErr != nil || n < 1 || n > mostTokens || !(w > 0) || math.IsInf(w, 0) {
			return Lengths{}, fmt.Errorf("choice %q: must be LENGTH=WEIGHT, such as 512=40", pair)
		}
		sum += w
		lengths, weights = append(lengths, n), append(weights, sum)
	}
	l := Lengths{least: lengths[0], most: lengths[0], text: "choice:" + text, draw: func(rng *rand.Rand) int {
		i := sort.SearchFloat64s(weights, rng.Float64()*sum)
		return lengths[min(i, len(lengths)-1)]
	}}
	for _, n := range lengths {
		l.least, l.most = min(l.least, n), max(l.most, n)
	}
	return l, nil
}
