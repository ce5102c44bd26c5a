package dataset

import (
	"fmt"
	"time"
)

// Timed is a dataset that knows when its requests arrived, such as a recorded trace. Offsets are from the first moment of
// the record and do not fall from one request to the next.
type Timed interface {
	Dataset
	Offset(i int) time.Duration
}

// AsTimed gives the timed dataset that ds is, or is made from.
func AsTimed(ds Dataset) (Timed, bool) {
	switch d := ds.(type) {
	case *models:
		return AsTimed(d.Dataset)
	case *aligned:
		return AsTimed(d.Dataset)
	}
	t, ok := ds.(Timed)
	return t, ok
}

// Offsets are those of the first n requests.
func Offsets(t Timed, n int) ([]time.Duration, error) {
	offsets := make([]time.Duration, n)
	last := time.Duration(0)
	for i := range offsets {
		offsets[i] = t.Offset(i)
		if offsets[i] < last {
			return nil, fmt.Errorf("replay the dataset: request %d arrives at %s, before %s of the one ahead of it", i, offsets[i], last)
		}
		last = offsets[i]
	}
	return offsets, nil
}
