package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"llmbench/store"
)

// unknown is how NULL prints: never 0, and a word that scripts can look for.
const unknown = "n/a"

// scale is a unit and a number of decimals shared by the values of one row, so that they compare at a glance.
type scale struct {
	unit     string
	factor   float64
	decimals int
}

// commonScale gives the row's smallest value other than 0 four significant digits. Milliseconds become seconds once
// every value is above one second. Counts are printed whole.
func commonScale(unit string, values ...*float64) scale {
	low, high := bounds(values)
	s := scale{unit: unit, factor: 1}
	if unit == "" || low == 0 {
		return s
	}
	if unit == "ratio" {
		return scale{unit: "%", factor: 100, decimals: 1}
	}
	if unit == "ms" && low >= 1000 {
		s.unit, s.factor = "s", 1e-3
	}
	digits := func(v float64) int { return int(math.Floor(math.Log10(v*s.factor))) + 1 }
	// A tiny value beside a huge one must not stretch the column: seven digits at most.
	s.decimals = max(0, min(4-digits(low), 7-max(1, digits(high)), 6))
	return s
}

// bounds gives the smallest magnitude other than 0 and the largest; 0 when there is none.
func bounds(values []*float64) (low, high float64) {
	for _, v := range values {
		if v == nil || *v == 0 || math.IsNaN(*v) || math.IsInf(*v, 0) {
			continue
		}
		m := math.Abs(*v)
		if low == 0 || m < low {
			low = m
		}
		high = max(high, m)
	}
	return low, high
}

// format prints v with its unit. A value other than 0 never prints as 0.
func (s scale) format(v *float64) string {
	if v == nil || math.IsNaN(*v) || math.IsInf(*v, 0) {
		return unknown
	}
	scaled := *v * s.factor
	text := strconv.FormatFloat(scaled, 'f', s.decimals, 64)
	if scaled != 0 && strings.Trim(text, "-0.") == "" {
		text = strconv.FormatFloat(scaled, 'g', 2, 64)
	}
	if s.unit == "" {
		return text
	}
	return text + " " + s.unit
}

// percent prints a change: one decimal, none from 1000 % on.
func percent(v float64) string {
	if math.Abs(v) >= 1000 {
		return fmt.Sprintf("%+.0f%%", v)
	}
	return fmt.Sprintf("%+.1f%%", v)
}

func word(v *string) string {
	if v == nil || oneLine(*v) == "" {
		return unknown
	}
	return oneLine(*v)
}

func integer(v *int64) string {
	if v == nil {
		return unknown
	}
	return strconv.FormatInt(*v, 10)
}

func fixed(v *float64) string {
	if v == nil || math.IsNaN(*v) || math.IsInf(*v, 0) {
		return unknown
	}
	return strconv.FormatFloat(*v, 'f', 2, 64)
}

func rate(v *store.Rate) string {
	if v == nil {
		return unknown
	}
	return v.String()
}

func yesNo(v *bool) string {
	if v == nil {
		return unknown
	}
	if *v {
		return "yes"
	}
	return "no"
}

// lag prints nanoseconds as milliseconds with two decimals.
func lag(ns *int64) string {
	if ns == nil {
		return unknown
	}
	return fmt.Sprintf("%.2f ms", float64(*ns)/1e6)
}

func share(v *float64) string {
	if v == nil {
		return unknown
	}
	return fmt.Sprintf("%.0f%%", *v*100)
}

// oneLine makes text from outside fit for one line of a terminal: a server's error or a run's name may hold line
// breaks and escape sequences.
func oneLine(s string) string { return strings.Join(strings.Fields(visible(s)), " ") }

// visible puts blanks for what a terminal would act on.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
}

// moment prints a wall clock in UTC; the zero time is unknown.
func moment(t time.Time, layout string) string {
	if t.IsZero() {
		return unknown
	}
	return t.UTC().Format(layout)
}

// clientReason is why the client judged itself as it did: the key client of findings, "" when it had nothing to say.
func clientReason(r store.Run) string { return plain(object(r.Findings)["client"]) }

// hostFindings is what was wrong with host and accelerators before the load; "" when nothing was.
func hostFindings(r store.Run) string { return plain(object(r.Findings)["doctor"]) }

// promptTokens says how far the server's counts of prompt tokens are from the client's; "" when they agree.
func promptTokens(r store.Run) string { return plain(object(r.Findings)["prompt_tokens"]) }
