package dataset

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"llmbench/near"
)

// Lengths is a distribution of whole numbers: tokens of a prompt, tokens to ask for, turns of a conversation. Every draw
// lies between Least and Most. The zero value is always 0.
type Lengths struct {
	least, most int
	draw        func(rng *rand.Rand) int
	text        string
	// rows identifies the file the lengths are drawn from row by row; "" for any other distribution. Two distributions of
	// the same rows draw the same row from generators in the same state.
	rows string
}

// Draw gives one number.
func (l Lengths) Draw(rng *rand.Rand) int {
	if l.draw == nil {
		return l.least
	}
	return l.draw(rng)
}

// Least is the smallest number that can be drawn.
func (l Lengths) Least() int { return l.least }

// Most is the largest number that can be drawn.
func (l Lengths) Most() int { return l.most }

// String names the distribution with all its parameters; equal texts are equal distributions.
func (l Lengths) String() string {
	if l.text == "" {
		return strconv.Itoa(l.least)
	}
	return l.text
}

// Given reports whether there is a distribution at all.
func (l Lengths) Given() bool { return l.text != "" || l.most > 0 }

// Constant always gives n.
func Constant(n int) Lengths { return Lengths{least: n, most: n} }

// Uniform gives all numbers between its ends, both included, equally often.
func Uniform(least, most int) Lengths {
	if least == most {
		return Constant(least)
	}
	return Lengths{least: least, most: most, text: fmt.Sprintf("uniform:min=%d,max=%d", least, most),
		draw: func(rng *rand.Rand) int { return least + rng.IntN(most-least+1) }}
}

// LengthForms says how ParseLengths wants to be written to, for the help.
const LengthForms = "uniform:min=A,max=B, normal:mean=M,stddev=S, lognormal:mean=M,stddev=S (or median=M,sigma=S), gamma:mean=M,stddev=S, " +
	"exponential:mean=M, poisson:mean=M, zipf:alpha=A, each also with min=A,max=B; choice:128=60,512=40 (length=weight); " +
	"file:PATH,column=NAME (drawn from a text, CSV or JSONL file)"

// lengthForm makes a distribution; typical stands for the mean where none is given.
type lengthForm struct {
	keys []string
	make func(p *lengthParameters, typical float64) (Lengths, error)
}

var lengthForms = map[string]lengthForm{
	"uniform":     {[]string{"min", "max"}, uniformForm},
	"normal":      {[]string{"mean", "stddev", "min", "max"}, normalForm},
	"lognormal":   {[]string{"mean", "stddev", "median", "sigma", "min", "max"}, lognormalForm},
	"gamma":       {[]string{"mean", "stddev", "min", "max"}, gammaForm},
	"exponential": {[]string{"mean", "min", "max"}, exponentialForm},
	"poisson":     {[]string{"mean", "min", "max"}, poissonForm},
	"zipf":        {[]string{"alpha", "min", "max"}, zipfForm},
}

// spellings are names that other tools have for the same.
var spellings = map[string]string{"stdev": "stddev", "std_dev": "stddev", "std": "stddev", "average": "mean", "avg": "mean", "low": "min", "high": "max"}

// ParseLengths reads NAME or NAME:KEY=VALUE,... (see LengthForms), or a number alone. Parameters not given follow from
// typical, which is the mean then. Nothing below 1 is drawn.
func ParseLengths(text string, typical int) (Lengths, error) {
	if n, err := strconv.Atoi(text); err == nil {
		return constantForm(n)
	}
	name, rest, _ := strings.Cut(text, ":")
	switch name {
	case "file":
		return fileLengths(rest)
	case "choice":
		return choiceForm(rest)
	}
	form, known := lengthForms[name]
	if !known {
		names := append(slices.Sorted(maps.Keys(lengthForms)), "choice", "file")
		return Lengths{}, fmt.Errorf("%q is no distribution; %s, or give a number", name, near.OneOf(name, names))
	}
	p, err := lengthParametersOf(rest, form.keys)
	if err != nil {
		return Lengths{}, err
	}
	l, err := form.make(p, float64(typical))
	if err != nil {
		return Lengths{}, fmt.Errorf("%s: %w", name, err)
	}
	return l, nil
}

func constantForm(n int) (Lengths, error) {
	if n < 1 || n > mostTokens {
		return Lengths{}, fmt.Errorf("%d: must be between 1 and %d", n, mostTokens)
	}
	return Constant(n), nil
}

// lengthParameters are those given. The first thing wrong with one is kept in err, so that forms can ask for them in a row.
type lengthParameters struct {
	given map[string]float64
	err   error
}

func lengthParametersOf(text string, keys []string) (*lengthParameters, error) {
	p := &lengthParameters{given: map[string]float64{}}
	if text == "" {
		return p, nil
	}
	for pair := range strings.SplitSeq(text, ",") {
		key, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if other, is := spellings[key]; is {
			key = other
		}
		v, err := strconv.ParseFloat(value, 64)
		switch {
		case !ok || err != nil:
			return nil, fmt.Errorf("%q: must be KEY=NUMBER", pair)
		case !slices.Contains(keys, key):
			return nil, fmt.Errorf("%q: it takes %s", pair, strings.Join(keys, ", "))
		}
		p.given[key] = v
	}
	return p, nil
}

// number is a parameter, or its default, within bounds.
func (p *lengthParameters) number(key string, otherwise, least, most float64) float64 {
	v, given := p.given[key]
	if !given {
		return otherwise
	}
	if !(v >= least && v <= most) && p.err == nil {
		p.err = fmt.Errorf("%s=%g: must be between %g and %g", key, v, least, most)
	}
	return v
}

// bounds are min and max.
func (p *lengthParameters) bounds(least, most int) (int, int) {
	a := int(p.number("min", float64(least), 1, mostTokens))
	b := int(p.number("max", float64(most), 1, mostTokens))
	if a > b && p.err == nil {
		p.err = fmt.Errorf("min=%d is above max=%d", a, b)
	}
	return a, b
}

func uniformForm(p *lengthParameters, typical float64) (Lengths, error) {
	least, most := p.bounds(1, max(1, int(2*typical)-1))
	if p.err != nil {
		return Lengths{}, p.err
	}
	return Uniform(least, most), nil
}
