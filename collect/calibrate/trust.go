package calibrate

import (
	"fmt"
	"time"

	"llmbench/collect"
	"llmbench/store"
)

// The client's own verdict bounds lag by a share of the median TTFT and waiting by a share of the median ITL, neither
// below a floor. Held against the truth, its errors have the same bounds.
const (
	limitShare = 0.05
	ttftFloor  = time.Millisecond
	gapFloor   = 500 * time.Microsecond
)

// judge decides whether a step can be trusted, and says why not.
func judge(s *store.CalibrationStep, timing Timing) {
	ttftLimit := max(ttftFloor, time.Duration(limitShare*float64(timing.TTFT)))
	gapLimit := max(gapFloor, time.Duration(limitShare*float64(timing.ITL)))
	switch {
	case s.Failed > 0:
		s.Reason = fmt.Sprintf("%d requests failed", s.Failed)
	case s.Unmatched > 0:
		s.Reason = fmt.Sprintf("%d requests do not match the truth log", s.Unmatched)
	case s.Verdict != collect.VerdictOK: // its reason is there already
	case s.Flood:
		s.Reason = "a flood has no pace to be true to"
	case time.Duration(s.TTFTError.P99NS) > ttftLimit:
		s.Reason = above("p99 TTFT error", s.TTFTError.P99NS, ttftLimit)
	case time.Duration(s.GapError.P99NS) > gapLimit:
		s.Reason = above("p99 gap error", s.GapError.P99NS, gapLimit)
	default:
		s.Trusted = true
	}
}

func above(what string, ns int64, limit time.Duration) string {
	return fmt.Sprintf("%s %s is above %s", what, time.Duration(ns).Round(10*time.Microsecond), limit)
}

// trustedStreams is the largest load that passed, 0 when none did.
func trustedStreams(steps []store.CalibrationStep) int {
	most := 0
	for _, s := range steps {
		if s.Trusted {
			most = max(most, s.Streams)
		}
	}
	return most
}
