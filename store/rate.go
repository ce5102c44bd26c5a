package store

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Rate is a number that may be infinite, such as a request rate: JSON has no infinity, so it is written as the
// string "inf", as vLLM's result files do.
type Rate float64

// MarshalJSON writes "inf" for infinity and a plain number otherwise.
func (r Rate) MarshalJSON() ([]byte, error) {
	if math.IsInf(float64(r), 1) {
		return []byte(`"inf"`), nil
	}
	return json.Marshal(float64(r))
}

// UnmarshalJSON takes a number or the string "inf".
func (r *Rate) UnmarshalJSON(data []byte) error {
	return r.UnmarshalText([]byte(strings.Trim(string(data), `"`)))
}

// UnmarshalText takes what a person types: 4, 0.5, inf.
func (r *Rate) UnmarshalText(text []byte) error {
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil || math.IsNaN(v) {
		return fmt.Errorf("%q is neither a number nor inf", text)
	}
	*r = Rate(v)
	return nil
}

// String gives the shortest form that reads back the same: 4, 0.5, inf.
func (r Rate) String() string {
	if math.IsInf(float64(r), 1) {
		return "inf"
	}
	return strconv.FormatFloat(float64(r), 'g', -1, 64)
}
