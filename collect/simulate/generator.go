package simulate

import (
	"math"
	"math/rand/v2"
)

// generator makes one request's output: how long it is, how it ends, and its words. It depends on the server's seed, the
// prompt and the request's seed alone.
type generator struct {
	words vocabulary
	rng   rand.PCG
}

func newGenerator(v vocabulary, seed uint64, prompt []int, requestSeed int64) *generator {
	h := uint64(fnvOffset)
	for _, id := range prompt {
		h = (h ^ uint64(id)) * fnvPrime
	}
	g := &generator{words: v}
	g.rng.Seed(seed, (h^uint64(requestSeed))*fnvPrime+streamOutput)
	return g
}

// word draws the next one.
func (g *generator) word() *word {
	return &g.words[g.rng.Uint64()%uint64(len(g.words))]
}

// length plans the output: exactly most tokens under ignoreEOS or when the model never stops (mean == 0), else a
// geometric number of that mean, at least least, cut at most. An output that stops by itself ends in a token without
// text, the end-of-sequence token, which counts.
func (g *generator) length(mean float64, least, most int, ignoreEOS bool) (tokens int, reason string) {
	// Drawn in any case, so that the words are the same with and without. In (0, 1]; below, the inverse of the geometric
	// distribution function at it.
	u := (float64(g.rng.Uint64()>>11) + 1) / (1 << 53)
	if ignoreEOS || mean == 0 {
		return most, "length"
	}
	n := 1.0
	if mean > 1 {
		n += math.Floor(math.Log(u) / math.Log1p(-1/mean))
	}
	if least > 1 {
		n += float64(least - 1)
	}
	if n > float64(most) {
		return most, "length"
	}
	return int(n), "stop"
}
