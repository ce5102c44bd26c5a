package chart

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// nines is the place of a percentile (0 to 100) on the nines axis: every further nine is as wide as the last.
func nines(percentile float64) float64 { return -math.Log10(1 - percentile/100) }

// ninesTicks label the percentiles people speak of.
type ninesTicks struct{}

var _ plot.Ticker = ninesTicks{}

func (ninesTicks) Ticks(_, high float64) []plot.Tick {
	ticks := []plot.Tick{{Value: 0, Label: "0"}, {Value: nines(50), Label: "50%"}, {Value: nines(75)}}
	for n, label := 1, "90%"; ; n++ {
		at := float64(n)
		if at > high+1e-9 || n > 9 {
			return ticks
		}
		ticks = append(ticks, plot.Tick{Value: at, Label: label})
		if n == 1 {
			ticks = append(ticks, plot.Tick{Value: nines(95), Label: "95%"})
			label = "99%"
			continue
		}
		// 99% -> 99.9% -> 99.99%
		if n == 2 {
			label = "99.9%"
		} else {
			label = label[:len(label)-1] + "9%"
		}
	}
}

// bareNines are ninesTicks without percent signs, for an axis that says what it is; with many nines in little room the ends
// of the crowd go.
type bareNines struct{ perNine float64 }

var _ plot.Ticker = bareNines{}

func (b bareNines) Ticks(low, high float64) []plot.Tick {
	ticks := ninesTicks{}.Ticks(low, high)
	for i := range ticks {
		t := &ticks[i]
		t.Label = strings.TrimSuffix(t.Label, "%")
		if b.perNine < 110 && (t.Value == 0 || t.Label == "95") {
			t.Label = ""
		}
	}
	return ticks
}

// logTicks label a logarithmic axis at 1, 2 and 5 of every decade, a wide one at decades alone; a range too narrow for three
// of those is labelled at even steps.
type logTicks struct {
	label func(float64) string
	count int
}

var _ plot.Ticker = logTicks{}

func (t logTicks) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	labelled := 0
	decades := math.Log10(high / low)
	wide := 3*decades > 2*float64(t.count) // labels at decades alone, or they crowd
	every := math.Ceil(decades / float64(2*t.count))
	for decade := math.Pow(10, math.Floor(math.Log10(low))); decade <= high; decade *= 10 {
		for digit := 1.0; digit < 10; digit++ {
			v := digit * decade
			if v < low*(1-1e-9) || v > high*(1+1e-9) {
				continue
			}
			tick := plot.Tick{Value: v}
			if digit == 1 && math.Mod(math.Round(math.Log10(decade)), every) == 0 || !wide && (digit == 2 || digit == 5) {
				tick.Label = t.label(v)
				labelled++
			}
			ticks = append(ticks, tick)
		}
	}
	if labelled >= 3 {
		return ticks
	}
	return linearTicks{count: t.count, label: t.label}.Ticks(low, high)
}

// linearTicks label an axis at steps of 1, 2 or 5 times a power of ten, or that times per.
type linearTicks struct {
	count int
	label func(float64) string
	per   float64
}

var _ plot.Ticker = linearTicks{}

func (t linearTicks) Ticks(low, high float64) []plot.Tick {
	step := niceStep((high - low) / float64(t.count))
	if t.per > 0 {
		step = niceStep((high-low)/t.per/float64(t.count)) * t.per
	}
	var ticks []plot.Tick
	for i := math.Ceil(low/step - 1e-9); i*step <= high+step*1e-9; i++ {
		v := i*step + 0 // + 0 makes -0 a 0
		ticks = append(ticks, plot.Tick{Value: v, Label: t.label(v)})
	}
	return ticks
}

// niceStep is the smallest of 1, 2, 5 times a power of ten that is at least v.
func niceStep(v float64) float64 {
	if v <= 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= v*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// milliseconds prints a latency with the unit people read it in.
func milliseconds(ms float64) string {
	if ms >= 1000 {
		return number(ms/1000) + " s"
	}
	return number(ms) + " ms"
}

func seconds(s float64) string {
	if s >= 100 {
		return fmt.Sprintf("%.0f s", s)
	}
	return number(s) + " s"
}

// trimmed prints a number in full, without trailing zeros.
func trimmed(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// number prints four significant digits at most, without trailing zeros.
func number(v float64) string {
	if a := math.Abs(v); a >= 10000 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 4, 64), 64)
	if err != nil {
		r = v
	}
	return strconv.FormatFloat(r, 'f', -1, 64)
}
