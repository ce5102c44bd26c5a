package chart

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
)

// Scale is how values are spread over an axis.
type Scale int

// Scales.
const (
	Linear Scale = iota
	Log
	Nines // of percentiles, 0 to 100: each further nine is as wide as the last
	Names // of whole numbers from 0, a name each
)

// Axis is one axis of a panel.
type Axis struct {
	// Title stands below an x axis. A y axis is named by its panel.
	Title string
	Scale Scale
	// Show writes a value, for ticks and on hover. Defaults to a number with four digits.
	Show func(float64) string
	// Unit is said behind the number on hover; where Show writes it, it is empty.
	Unit string
	// FromZero puts 0 on a linear axis.
	FromZero bool
	// Room leaves some beyond the first and the last value of an x axis, for points that stand there.
	Room bool
	// Names are the labels of Names.
	Names []string
	// Low and High, where they differ, bound the axis whatever the data are.
	Low, High float64
	// Per is what a linear axis' ticks are whole parts or multiples of. Defaults to 1.
	Per float64
}

func (a Axis) show(v float64) string {
	if a.Scale == Names {
		if i := int(math.Round(v)); i >= 0 && i < len(a.Names) {
			return a.Names[i]
		}
	}
	if a.Show == nil {
		return number(v)
	}
	return a.Show(v)
}

// told is a value with its unit.
func (a Axis) told(v float64) string {
	text := a.show(v)
	if a.Unit != "" {
		text += " " + a.Unit
	}
	return text
}

// place is a value on the axis; ok is false for one that has no place there.
func (a Axis) place(v float64) (at float64, ok bool) {
	switch a.Scale {
	case Log:
		return math.Log10(v), v > 0 && finite(v)
	case Nines:
		return nines(v), v >= 0 && v < 100
	}
	return v, finite(v)
}

// clamped is place, with values at or below 0 at the foot of a logarithmic axis.
func (a Axis) clamped(v, foot float64) (at float64, ok bool) {
	if a.Scale == Log && v <= 0 && finite(v) {
		return foot, true
	}
	at, ok = a.place(v)
	return max(at, min(foot, at)), ok
}

// span is a range of places.
type span struct {
	low, high float64
	// some says that there are values, though none may have a place: zeros on a logarithmic axis.
	some bool
}

func emptySpan() span { return span{low: math.Inf(1), high: math.Inf(-1)} }

func (s span) empty() bool { return s.low > s.high && !s.some }

func (s *span) take(a Axis, v float64) {
	if !finite(v) {
		return
	}
	s.some = true
	if at, ok := a.place(v); ok {
		s.low, s.high = min(s.low, at), max(s.high, at)
	}
}

func (s *span) join(o span) {
	s.low, s.high, s.some = min(s.low, o.low), max(s.high, o.high), s.some || o.some
}

// open is the range before any value.
func (a Axis) open() span { return emptySpan() }

// finish gives the ends of the axis: the range with some room, never of no width.
func (a Axis) finish(s span, room float64) (low, high float64) {
	if s.low > s.high {
		s.low, s.high = 0, 0
	}
	if a.Low != a.High {
		low, _ = a.place(a.Low)
		high, _ = a.place(a.High)
		return low, high
	}
	low, high = s.low, s.high
	switch a.Scale {
	case Names:
		return -0.5, float64(max(1, len(a.Names))) - 0.5
	case Nines:
		return 0, max(1, high) * 1.01
	case Log:
		const least = 0.3 // a factor of two
		if grow := least - (high - low); grow > 0 {
			low, high = low-grow/2, high+grow/2
		}
		room = max(room, 0.02)
		return low - room*(high-low), high + room*(high-low)
	}
	if a.FromZero {
		low, high = min(0, low), max(0, high)
	}
	if low == high {
		if low == 0 {
			return 0, 1
		}
		return low - math.Abs(low)/2, high + math.Abs(high)/2
	}
	width := high - low
	if low != 0 || !a.FromZero {
		low -= room * width
	}
	return low, high + room*width
}

// ticker labels about count ticks; nines is how many of those a Nines axis has.
func (a Axis) ticker(count int, nines float64) plot.Ticker {
	switch a.Scale {
	case Log:
		return powerTicks{a, count}
	case Nines:
		return bareNines{perNine: 75 * float64(count) / nines}
	case Names:
		return nameTicks{a.Names, count}
	}
	return linearTicks{count: count, label: a.show, per: a.Per}
}

// powerTicks are logTicks on an axis of logarithms to the base of 10.
type powerTicks struct {
	axis  Axis
	count int
}

func (t powerTicks) Ticks(low, high float64) []plot.Tick {
	ticks := logTicks{label: t.axis.show, count: t.count}.Ticks(math.Pow(10, low), math.Pow(10, high))
	for i := range ticks {
		ticks[i].Value = math.Log10(ticks[i].Value)
	}
	return ticks
}

// nameTicks label whole numbers; of very many names some.
type nameTicks struct {
	names []string
	count int
}

func (t nameTicks) Ticks(_, _ float64) []plot.Tick {
	const most = 24
	every := (len(t.names) + most - 1) / most
	ticks := make([]plot.Tick, 0, len(t.names))
	for i, name := range t.names {
		label := ""
		if i%every == 0 {
			label = cut(printable(name), tickStyle(), 110)
		}
		ticks = append(ticks, plot.Tick{Value: float64(i), Label: label})
	}
	return ticks
}

// Ways to write values on an axis.

// MS writes milliseconds, as seconds from a thousand on.
func MS(ms float64) string { return milliseconds(ms) }

// Seconds writes seconds.
func Seconds(s float64) string { return seconds(s) }

// Percent writes a percentage.
func Percent(p float64) string { return number(p) + "%" }

// Gibibytes writes bytes in GiB; an axis of them has its ticks Per GiB.
func Gibibytes(b float64) string { return number(b / GiB) }

// GiB is a gibibyte.
const GiB = 1 << 30

// Percentile writes p99.9 and the like.
func Percentile(p float64) string { return fmt.Sprintf("p%s", trimmed(p)) }

// Counted writes a whole number with its digits in threes.
func Counted(v float64) string {
	text := fmt.Sprintf("%.0f", v)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// Number writes four digits at most.
func Number(v float64) string { return number(v) }
