package sweep

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

var trials = flag.Int("trials", 60, "how many searches TestSearchConfidence makes at each noise")

var searching = SearchConfig{From: 1, To: 4096, Precision: 0.05, Confidence: 0.95, MostRuns: 200}

// find runs a search against a responder that has a limit and noise of its own.
func find(c SearchConfig, respond func(v float64) Outcome) SearchResult {
	s := NewSearch(c)
	for {
		v, ok := s.Next()
		if !ok {
			return s.Result()
		}
		s.Observe(v, respond(v))
	}
}

func steady(limit float64) func(float64) Outcome {
	return func(v float64) Outcome {
		if v <= limit {
			return Met
		}
		return Missed
	}
}

// noisy meets with a normal spread of the limit, which is not the model of the search.
func noisy(rng *rand.Rand, limit, spread float64) func(float64) Outcome {
	return func(v float64) Outcome { return steady(limit * math.Exp(spread*rng.NormFloat64()))(v) }
}

// A steady engine's limit is found within the precision, in at most half the runs of a climb by steps of one.
func TestSearchSteady(t *testing.T) {
	check := func(whole bool, limit float64) {
		t.Helper()
		c := searching
		c.Whole = whole
		r := find(c, steady(limit))
		if math.Abs(r.Best/limit-1) > 0.05 || r.Low > limit*1.001 || r.High < limit*0.999 || r.Confidence < 0.95 {
			t.Errorf("limit %g (whole %v): %+v", limit, whole, r)
		}
		if limit >= 48 && float64(r.Runs) > limit/2 {
			t.Errorf("limit %g: %d runs", limit, r.Runs)
		}
		t.Logf("limit %g: best %g, [%g, %g] %.3f, %d runs", limit, r.Best, r.Low, r.High, r.Confidence, r.Runs)
	}
	for _, limit := range []float64{3, 7, 12, 40, 48, 64, 100, 333, 1000, 3000} {
		check(true, limit)
		check(false, limit*1.013)
	}
}

// What is stated is held: over many searches for limits of all sizes on engines of all noises, the limit is in the bracket as
// often as the searches say on average, those that ran out of runs and say so included; and of all searches, five in a hundred
// at most say that they are sure and are wrong.
//
//	go test ./collect/sweep -run Confidence -v -trials 200
func TestSearchConfidence(t *testing.T) {
	c := searching
	c.MostRuns = 40
	for _, spread := range []float64{0, 0.01, 0.03, 0.06, 0.1} {
		rng := rand.New(rand.NewPCG(7, uint64(spread*1000)))
		var all, sure tally
		runs := 0
		for range *trials {
			limit := math.Exp(rng.Float64() * math.Log(1000))
			r := find(c, noisy(rng, limit, spread))
			runs += r.Runs
			inside := r.Low <= limit && limit < r.High
			all.add(inside, r.Confidence)
			if r.Confidence >= c.Confidence {
				sure.add(inside, r.Confidence)
			}
		}
		t.Logf("spread %.2f: %s; of the sure: %s; %.1f runs", spread, all, sure, float64(runs)/float64(*trials))
		all.check(t, spread)
		if wrong := sure.n - sure.held; float64(wrong) > 0.05*float64(*trials) {
			t.Errorf("spread %g: %d of %d searches are sure and wrong", spread, wrong, *trials)
		}
	}
}

// tally counts claims and how many of them were true.
type tally struct {
	n, held int
	stated  float64
}

func (c *tally) add(held bool, stated float64) {
	c.n++
	c.stated += stated
	if held {
		c.held++
	}
}

func (c tally) String() string {
	return fmt.Sprintf("%d of %d held (%.3f, stated %.3f)", c.held, c.n, float64(c.held)/float64(max(c.n, 1)), c.stated/float64(max(c.n, 1)))
}

// check fails when fewer claims held than stated, by three standard errors of what so many trials can tell.
func (c tally) check(t *testing.T, spread float64) {
	t.Helper()
	n, p := float64(c.n), c.stated/float64(max(c.n, 1))
	if n > 0 && float64(c.held)/n < p-3*math.Sqrt(p*(1-p)/n) {
		t.Errorf("spread %g: %s", spread, c)
	}
}

// A client that is saturated is not taken for the server's limit: the search tries once more, then ends and says so.
func TestSearchSaturatedClient(t *testing.T) {
	c := searching
	c.Whole = true
	r := find(c, func(v float64) Outcome {
		if v > 100 {
			return Untrusted
		}
		return Met
	})
	if r.Best != 64 || r.Capped != 128 || r.Low != 64 || !math.IsInf(r.High, 1) || r.Trials[len(r.Trials)-1].Void != 2 {
		t.Errorf("%+v, want at least 64 and nothing above", r)
	}
	busy := 0
	r = find(c, func(v float64) Outcome {
		if v == 16 && busy == 0 {
			busy++
			return Untrusted
		}
		return steady(48)(v)
	})
	if r.Capped != 0 || math.Abs(r.Best-48) > 2 {
		t.Errorf("%+v, want 48 in spite of one busy moment", r)
	}
}

func TestSearchAtTheEnds(t *testing.T) {
	c := searching
	c.Whole, c.To = true, 64
	r := find(c, steady(0.5))
	if r.Best != 0 || r.Low != 0 || r.High != 1 || r.Confidence < 0.95 {
		t.Errorf("%+v, want nothing from 1 up", r)
	}
	r = find(c, steady(1000))
	if r.Best != 64 || r.Low != 64 || !math.IsInf(r.High, 1) || r.Confidence < 0.95 {
		t.Errorf("%+v, want all that was searched", r)
	}
	c.MostRuns = 3
	if r = find(c, steady(1000)); r.Runs != 3 || r.Confidence > 0.9 {
		t.Errorf("%+v, want three runs and doubt", r)
	}
}

// The same outcomes lead to the same values: by this a search that was killed goes on.
func TestSearchReplays(t *testing.T) {
	outcomes := map[float64]Outcome{}
	rng := rand.New(rand.NewPCG(1, 2))
	s, again := NewSearch(searching), NewSearch(searching)
	for {
		v, ok := s.Next()
		w, okAgain := again.Next()
		if v != w || ok != okAgain {
			t.Fatalf("next is %v and %v", v, w)
		}
		if !ok {
			return
		}
		outcomes[v] = noisy(rng, 30, 0.05)(v)
		s.Observe(v, outcomes[v])
		again.Observe(v, outcomes[v])
	}
}

func TestSearchConfig(t *testing.T) {
	for _, c := range []SearchConfig{
		{From: 0, To: 5, Precision: 0.05, Confidence: 0.95, MostRuns: 5}, {From: 5, To: 5, Precision: 0.05, Confidence: 0.95, MostRuns: 5},
		{From: 1.5, To: 5, Whole: true, Precision: 0.05, Confidence: 0.95, MostRuns: 5}, {From: 1, To: 5, Confidence: 0.95, MostRuns: 5},
		{From: 1, To: 5, Precision: 0.05, Confidence: 1, MostRuns: 5}, {From: 1, To: 5, Precision: 0.05, Confidence: 0.95},
	} {
		if c.Validate() == nil {
			t.Errorf("%+v is taken", c)
		}
	}
	if err := searching.Validate(); err != nil {
		t.Error(err)
	}
}
