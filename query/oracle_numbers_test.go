package query

import (
	"encoding/json"
	"slices"

	"llmbench/store"
)

// percentile is numpy's default: linear between neighbours.
func percentile(sorted []float64, p float64) float64 {
	k := p / 100 * float64(len(sorted)-1)
	low := int(k)
	if low == len(sorted)-1 {
		return sorted[low]
	}
	return sorted[low] + (sorted[low+1]-sorted[low])*(k-float64(low))
}

// tokenArrivals lists the chunks that are tokens: all but role and finish.
func tokenArrivals(r store.Record) []int {
	var arrivals []int
	for i := range r.TNS {
		kind := store.KindText
		if at := slices.Index(r.OddChunk, int32(i)); at >= 0 {
			kind = r.OddKind[at]
		}
		if kind != store.KindRole && kind != store.KindFinish {
			arrivals = append(arrivals, i)
		}
	}
	return arrivals
}

func runDuration(run store.Run, records []store.Record) (seconds float64, ok bool) {
	if run.DurationNS != nil {
		return float64(*run.DurationNS) / 1e9, *run.DurationNS != 0
	}
	var last int64
	for _, r := range records {
		if r.Phase == store.PhaseMeasured && r.DoneNS.Valid {
			last = max(last, r.DoneNS.V)
		}
	}
	return float64(last) / 1e9, last != 0
}

// parseSLO gives the limits; ok is false without any.
func parseSLO(text *string) (limits map[string]float64, ok bool) {
	if text != nil {
		_ = json.Unmarshal([]byte(*text), &limits)
	}
	return limits, len(limits) > 0
}

func allows(limits map[string]float64, ttft, tpot, e2el float64) bool {
	for metric, ms := range map[string]float64{"ttft": ttft, "tpot": tpot, "e2el": e2el} {
		if limit, ok := limits[metric]; ok && !(ms <= limit) {
			return false
		}
	}
	return true
}

func either(a, b store.NullInt) store.NullInt {
	if a.Valid {
		return a
	}
	return b
}

// total is a sum of counts of which some are unknown; it is unknown when all are.
type total struct {
	n     int64
	valid bool
}

func unknown() total         { return total{} }
func known(n int64) total    { return total{n, true} }
func sumOf(a, b total) total { return total{a.n + b.n, a.valid && b.valid} }

func (s *total) add(v store.NullInt) {
	if v.Valid {
		s.n, s.valid = s.n+v.V, true
	}
}

func (s total) pointer() *int64 {
	if !s.valid {
		return nil
	}
	return &s.n
}

func per(n total, seconds *float64) *float64 {
	if !n.valid || seconds == nil {
		return nil
	}
	return new(float64(n.n) / *seconds)
}

type change struct{ t, by int64 }

// mostAtOnce counts, at every beginning, the spans that hold it: quadratic, and plainly right.
func mostAtOnce(changes []change) int64 {
	var most int64
	for i := 0; i < len(changes); i += 2 {
		var now int64
		for j := 0; j < len(changes); j += 2 {
			if changes[j].t <= changes[i].t && changes[i].t < changes[j+1].t {
				now++
			}
		}
		most = max(most, now)
	}
	return most
}
