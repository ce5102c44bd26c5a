package sweep

import "math"

// belief is what is believed of a limit: how likely each value is, and each amount of noise. A run at v meets its SLOs with
// probability
//
//	lapse + (1 - 2 lapse) / (1 + exp((ln v - ln limit) / noise))
//
// which is a half at the limit. Every outcome multiplies the belief by that (Bayes). It is how thresholds of perception are
// measured (Watson and Pelli 1983; Kontsevich and Tyler 1999, who let the slope be unknown too): the steps of a bisection where
// the engine is steady, repeats where it is not, and a probability at the end instead of a guess. The alternative, a fixed
// number of repeats at every value, spends most of its runs where nothing is in doubt.
type belief struct {
	limits []float64   // logarithms
	mass   [][]float64 // by noise, then by limit; sums to 1
}

// noises are the spreads of the limit from run to run that are thought possible, as shares of it. Large ones are thought the
// likelier, although most engines are steadier: that costs a steady engine two runs more, and keeps a noisy one from being
// taken for steady after a lucky streak.
var noises = []struct{ spread, weight float64 }{{0.005, 0.1}, {0.02, 0.2}, {0.06, 0.3}, {0.12, 0.4}}

const (
	// lapse is how often a run has an outcome for no reason.
	lapse = 0.01
	// gridStep is the distance of limits told apart, as a share.
	gridStep = 0.01
	// beyond is how far the grid goes beyond what is searched.
	beyond = 0.7
)

func newBelief(from, to float64) *belief {
	b := &belief{}
	begin, end := math.Log(from)-beyond, math.Log(to)+beyond
	n := int((end-begin)/gridStep) + 1
	for i := range n {
		b.limits = append(b.limits, begin+float64(i)*gridStep)
	}
	for _, noise := range noises {
		row := make([]float64, n)
		for i := range row {
			row[i] = noise.weight / float64(n)
		}
		b.mass = append(b.mass, row)
	}
	return b
}

// observe takes one outcome at a value.
func (b *belief) observe(value float64, met bool) {
	v, sum := math.Log(value), 0.0
	for k, noise := range noises {
		for i, limit := range b.limits {
			p := lapse + (1-2*lapse)/(1+math.Exp((v-limit)/noise.spread))
			if !met {
				p = 1 - p
			}
			b.mass[k][i] *= p
			sum += b.mass[k][i]
		}
	}
	for _, row := range b.mass {
		for i := range row {
			row[i] /= sum
		}
	}
}

// at is the belief in the i-th limit, whatever the noise.
func (b *belief) at(i int) float64 {
	sum := 0.0
	for _, row := range b.mass {
		sum += row[i]
	}
	return sum
}

// quantile is the limit below which so much of the belief lies.
func (b *belief) quantile(q float64) float64 {
	sum := 0.0
	for i, limit := range b.limits {
		m := b.at(i)
		if sum+m >= q {
			return math.Exp(limit + gridStep*((q-sum)/m-0.5))
		}
		sum += m
	}
	return math.Exp(b.limits[len(b.limits)-1])
}

// between is the belief in a limit from low to below high. Cells at the ends count by the part that lies inside.
func (b *belief) between(low, high float64) float64 {
	from, to := math.Log(low), math.Log(high) // of 0 and of infinity they are infinite
	sum := 0.0
	for i, limit := range b.limits {
		inside := min(limit+gridStep/2, to) - max(limit-gridStep/2, from)
		if inside > 0 {
			sum += b.at(i) * min(inside/gridStep, 1)
		}
	}
	return sum
}
