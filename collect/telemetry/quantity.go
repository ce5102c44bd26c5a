package telemetry

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

var numberForm = regexp.MustCompile(`^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`)

// leadingNumber reads the number that a text begins with, whatever unit follows: "67.0C", "600.0W", "(1350Mhz)", " 87 %".
// It is nil for a text without one, such as N/A.
func leadingNumber(text string) *float64 {
	v, err := strconv.ParseFloat(numberForm.FindString(strings.TrimLeft(text, " \t(\"")), 64)
	if err != nil {
		return nil
	}
	return &v
}

// Units of memory.
const (
	kiB = 1 << 10
	miB = 1 << 20
	giB = 1 << 30
)

// memory is a number of bytes given in a unit; nil for what cannot be one.
func memory(v *float64, unit float64) *int64 {
	if v == nil || *v < 0 || *v*unit >= math.MaxInt64 {
		return nil
	}
	bytes := int64(math.Round(*v * unit))
	return &bytes
}

// plausible is nil for a value that a sensor gives when it has none: below least, or above most.
func plausible(v *float64, least, most float64) *float64 {
	if v == nil || !(*v >= least && *v <= most) {
		return nil
	}
	return v
}

// scaled is v times factor.
func scaled(v *float64, factor float64) *float64 {
	if v == nil {
		return nil
	}
	x := *v * factor
	return &x
}

// hottest is the larger, of those that are known.
func hottest(a, b *float64) *float64 {
	if a == nil || b != nil && *b > *a {
		return b
	}
	return a
}
