package interchange

import (
	"cmp"
	"math"
	"slices"
	"time"

	"llmbench/store"
)

var infinity = math.Inf(1)

// nanoseconds rounds seconds to whole nanoseconds. Clocks count those; a double of seconds only blurs them, so the
// rounding gives back what the clock said. A number that is no time counts as 0.
func nanoseconds(seconds float64) int64 {
	ns := math.Round(seconds * 1e9)
	if math.IsNaN(ns) || math.Abs(ns) >= 1<<62 {
		return 0
	}
	return int64(ns)
}

func seconds(ns int64) float64 { return float64(ns) / 1e9 }

// shift moves a known time.
func shift(t store.NullInt, by int64) store.NullInt {
	if t.Valid {
		t.V += by
	}
	return t
}

// arrivals are the chunks of a request from its time to the first and the gaps between them, in seconds. Every gap is
// rounded by itself, so that none takes over another's error.
func arrivals(first float64, gaps []float64) []int64 {
	out := make([]int64, 0, len(gaps)+1)
	at := nanoseconds(first)
	out = append(out, at)
	for _, gap := range gaps {
		at += nanoseconds(gap)
		out = append(out, at)
	}
	return out
}

// setArrivals gives a record its chunks. Where sent_ns is known the first and last follow from them.
func setArrivals(rec *store.Record, t []int64) {
	if len(t) == 0 {
		return
	}
	rec.TNS, rec.Request.Chunks = t, int64(len(t))
	rec.FirstTokenNS, rec.LastTokenNS = shift(rec.SentNS, t[0]), shift(rec.SentNS, t[len(t)-1])
}

// looseRate is a rate that a tool may have replaced by a word, such as sglang's "trace"; unknown then.
type looseRate struct{ rate *store.Rate }

func (l *looseRate) UnmarshalJSON(text []byte) error {
	var rate store.Rate
	if string(text) != "null" && rate.UnmarshalJSON(text) == nil {
		l.rate = &rate
	}
	return nil
}

// sortBySending numbers records in the order in which they were sent.
func sortBySending(records []*store.Record) {
	slices.SortStableFunc(records, func(a, b *store.Record) int { return cmp.Compare(a.SentNS.V, b.SentNS.V) })
	for i, rec := range records {
		rec.RequestID = int64(i)
	}
}

// unixNano is a time on the wall clock.
func unixNano(ns int64) time.Time { return time.Unix(0, ns) }
