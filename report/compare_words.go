package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"llmbench/report/stats"
)

// words prints a change with its interval: "-5.6% [-8.1, -3.0]"; ~ stands for a change that the interval does not tell
// from none, ? for one from 0, n/a where a side is unknown. With a level, the interval is that of the level 0.95 and the
// number is always said.
func (ch *Change) words(level float64) string {
	interval := ch.interval
	if level > 0 {
		interval = ch.interval95
	}
	switch {
	case ch.Ratio == nil && ch.N1 > 0 && ch.N2 > 0 || ch.Ratio == nil && ch.PT != nil:
		return "?"
	case ch.Ratio == nil:
		return unknown
	case ch.Noise == NoNoise:
		return percent(*ch.Percent)
	}
	shown := percent(*ch.Percent)
	if level == 0 && stats.Judge(interval, 0) == stats.Undecided {
		shown = "~"
	}
	return shown + " " + intervalText(interval)
}

func intervalText(i stats.Interval) string {
	if !i.Bounded() {
		return "[-∞, +∞]"
	}
	return fmt.Sprintf("[%s, %s]", signed(100*(i.Lo-1)), signed(100*(i.Hi-1)))
}

// farOff is beyond which a bound, in percent, is no number any more that tells somebody something: of two runs a side that
// lie far apart it may have hundreds of digits.
const farOff = 99_999

// signed prints a change without its percent sign, as percent does.
func signed(v float64) string {
	if v > farOff {
		return fmt.Sprintf(">+%d", farOff)
	}
	return strings.TrimSuffix(percent(v), "%")
}

func pText(p *float64) string {
	switch {
	case p == nil:
		return ""
	case *p < 0.0005:
		return "<0.001"
	}
	return strconv.FormatFloat(*p, 'f', 3, 64)
}

// judgement is the verdict with its footnotes. Colours are written here, not with a colour library: those look at the
// environment, and the caller has decided.
func (ch *Change) judgement(color bool) string {
	out := string(ch.Verdict)
	if color {
		switch ch.Verdict {
		case Better:
			out = "\x1b[32m" + out + "\x1b[0m"
		case Worse:
			out = "\x1b[31m" + out + "\x1b[0m"
		}
	}
	return strings.TrimLeft(out+marks(ch.Footnotes), " ")
}

// thousands prints a count with two significant digits: about how many, not how many.
func thousands(n float64) string {
	if n < 100 {
		return fmt.Sprintf("%.0f", n)
	}
	unit := math.Pow(10, math.Floor(math.Log10(n))-1)
	return fmt.Sprintf("%.0f", math.Ceil(n/unit)*unit)
}

// noteLines are the gates, the footnotes and the notes.
func (c *Comparison) noteLines(width int) string {
	var out strings.Builder
	if len(c.Footnotes) > 0 {
		out.WriteByte('\n')
	}
	for i, n := range c.Footnotes {
		out.WriteString(paragraph(fmt.Sprintf("[%d] %s", i+1, n), "    ", width))
	}
	if len(c.Notes) > 0 {
		out.WriteByte('\n')
	}
	for _, n := range c.Notes {
		out.WriteString(paragraph("Note: "+n, "      ", width))
	}
	if len(c.Gates) > 0 {
		out.WriteByte('\n')
	}
	for _, g := range c.Gates {
		out.WriteString(paragraph(g.line(), "  ", width))
	}
	return out.String()
}
