package sweep

import (
	"math"
	"slices"
)

// Knee climbs by doubling until throughput grows too little, and finds the last value from which it paid to go on. A step that
// seems to be the last is run once more, both its ends, so that one slow run is no knee.
type Knee struct {
	config SearchConfig // From, To, Whole and MostRuns count
	growth float64      // the least growth a doubling: 0.2
	steps  []KneeStep
	void   int // runs in a row whose client was saturated
	done   bool
	capped float64
}

// KneeStep is a value and the throughputs of its runs.
type KneeStep struct {
	Value       float64
	Throughputs []float64
}

// Mean is the mean throughput.
func (s KneeStep) Mean() float64 {
	sum := 0.0
	for _, t := range s.Throughputs {
		sum += t
	}
	return sum / float64(len(s.Throughputs))
}

// NewKnee begins a climb that ends below the growth per doubling.
func NewKnee(c SearchConfig, growth float64) *Knee { return &Knee{config: c, growth: growth} }

// confirmations are the runs of each end of the last step.
const confirmations = 2

// Next is the value to run at; ok is false when the climb is over.
func (k *Knee) Next() (value float64, ok bool) {
	n := len(k.steps)
	switch {
	case k.done || k.runs() >= k.config.MostRuns:
		return 0, false
	case n == 0:
		return k.config.From, true
	case k.flat():
		for _, s := range k.steps[n-2:] {
			if len(s.Throughputs) < confirmations {
				return s.Value, true
			}
		}
		return 0, false
	case k.steps[n-1].Value >= k.config.To:
		return 0, false
	}
	return min(2*k.steps[n-1].Value, k.config.To), true
}

// Observe takes the throughput of a run; one whose client was saturated is tried once more and ends the climb the second time.
func (k *Knee) Observe(value, throughput float64, trusted bool) {
	if !trusted {
		if k.void++; k.void == 2 {
			k.done, k.capped = true, value
		}
		return
	}
	k.void = 0
	i := slices.IndexFunc(k.steps, func(s KneeStep) bool { return s.Value == value })
	if i < 0 {
		i = len(k.steps)
		k.steps = append(k.steps, KneeStep{Value: value})
	}
	k.steps[i].Throughputs = append(k.steps[i].Throughputs, throughput)
}

func (k *Knee) runs() int {
	n := k.void
	for _, s := range k.steps {
		n += len(s.Throughputs)
	}
	return n
}

// flat reports whether the last step grew too little.
func (k *Knee) flat() bool {
	n := len(k.steps)
	return n >= 2 && growthPerDoubling(k.steps[n-2], k.steps[n-1]) < k.growth
}

// growthPerDoubling is (T2/T1)^(1/log2(v2/v1)) - 1.
func growthPerDoubling(a, b KneeStep) float64 {
	return math.Pow(b.Mean()/a.Mean(), 1/math.Log2(b.Value/a.Value)) - 1
}

// KneeResult is what the climb found.
type KneeResult struct {
	// Knee is the value above which throughput grows too little, 0 when the climb ended for another reason.
	Knee       float64
	Throughput float64 // there
	// Growth is that of the step after the knee, a doubling.
	Growth float64
	Last   float64 // value tried
	Capped float64 // where the client was saturated, 0 when it never was
	Runs   int
}

// Result gives what is known by now.
func (k *Knee) Result() KneeResult {
	r := KneeResult{Capped: k.capped, Runs: k.runs()}
	n := len(k.steps)
	if n > 0 {
		r.Last, r.Throughput = k.steps[n-1].Value, k.steps[n-1].Mean()
	}
	if k.capped == 0 && k.flat() {
		r.Knee, r.Throughput = k.steps[n-2].Value, k.steps[n-2].Mean()
		r.Growth = growthPerDoubling(k.steps[n-2], k.steps[n-1])
	}
	return r
}
