package dataset

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// LengthMix is a mix of workloads: pairs of input and output lengths, each with its share. The zero value is none.
type LengthMix struct {
	pairs  []lengthPair
	shares []float64 // running sums
	text   string
}

type lengthPair struct{ input, output Lengths }

// Given reports whether there is a mix at all.
func (m LengthMix) Given() bool { return len(m.pairs) > 0 }

// String is the mix as it was given.
func (m LengthMix) String() string { return m.text }

// Draw chooses a pair and gives its lengths.
func (m LengthMix) Draw(rng *rand.Rand) (input, output int) {
	i := sort.SearchFloat64s(m.shares, rng.Float64()*m.shares[len(m.shares)-1])
	p := m.pairs[min(i, len(m.pairs)-1)]
	return p.input.Draw(rng), p.output.Draw(rng)
}

// ParseLengthMix reads AIPerf's form INPUT,OUTPUT:SHARE;... where a length may have a standard deviation behind a bar:
// 64|10,32|8:70;1024,256:30.
func ParseLengthMix(text string) (LengthMix, error) {
	m := LengthMix{text: text}
	sum := 0.0
	for part := range strings.SplitSeq(strings.Trim(text, "; "), ";") {
		lengths, share, given := strings.Cut(strings.TrimSpace(part), ":")
		input, output, two := strings.Cut(lengths, ",")
		if !given || !two {
			return LengthMix{}, fmt.Errorf("%q: must be INPUT,OUTPUT:SHARE, such as 256,128:60", part)
		}
		w, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(share), "%"), 64)
		if err != nil || !(w > 0 && w < 1e300) {
			return LengthMix{}, fmt.Errorf("%q: the share %q must be a number above 0", part, share)
		}
		var p lengthPair
		if p.input, err = deviating(input); err == nil {
			p.output, err = deviating(output)
		}
		if err != nil {
			return LengthMix{}, fmt.Errorf("%q: %w", part, err)
		}
		sum += w
		m.pairs, m.shares = append(m.pairs, p), append(m.shares, sum)
	}
	m.pairs = slices.Clip(m.pairs)
	return m, nil
}

// deviating reads LENGTH or MEAN|DEVIATION.
func deviating(text string) (Lengths, error) {
	mean, deviation, deviates := strings.Cut(strings.TrimSpace(text), "|")
	if !deviates {
		deviation = "0"
	}
	if _, err := strconv.Atoi(mean); err != nil {
		return Lengths{}, fmt.Errorf("length %q: must be a whole number", mean)
	}
	return ParseLengths("normal:mean="+mean+",stddev="+deviation, 1)
}
