package wire

import "time"

// Limits bound a request; 0 means none. A request that exceeds one ends with a *LimitError.
type Limits struct {
	FirstByte time.Duration // from sending to the first byte of the answer
	Idle      time.Duration // between two reads of the answer
	Total     time.Duration // from sending to the end
}

// LimitError says which limit a request exceeded.
type LimitError struct {
	Limit string // first byte, idle or total
	After time.Duration
}

// Error names the limit and its length.
func (e *LimitError) Error() string {
	return "the " + e.Limit + " limit of " + e.After.String() + " is over"
}

// Names of limits in a LimitError.
const (
	LimitFirstByte = "first byte"
	LimitIdle      = "idle"
	LimitTotal     = "total"
)

// exceeded gives the first limit a request is over, nil for none.
func (l Limits) exceeded(heard bool, lastNS, sentNS, nowNS int64) error {
	over := func(limit time.Duration, sinceNS int64) bool { return limit > 0 && nowNS-sinceNS >= int64(limit) }
	switch {
	case over(l.Total, sentNS):
		return &LimitError{LimitTotal, l.Total}
	case !heard && over(l.FirstByte, sentNS):
		return &LimitError{LimitFirstByte, l.FirstByte}
	case heard && over(l.Idle, lastNS):
		return &LimitError{LimitIdle, l.Idle}
	}
	return nil
}

// shortest is the shortest limit, 0 when there is none.
func (l Limits) shortest() time.Duration {
	var shortest time.Duration
	for _, d := range []time.Duration{l.FirstByte, l.Idle, l.Total} {
		if d > 0 && (shortest == 0 || d < shortest) {
			shortest = d
		}
	}
	return shortest
}
