package store

import (
	"fmt"
	"slices"
	"time"
)

// Apart tells which run of a merge had ended before another began, such as "a had ended 2m0s before b began", and "" when there
// is a moment at which all were being sent. Runs that do not say how long they took are apart from none.
func Apart(entries []Entry) string {
	began := func(e Entry) time.Time { return e.Run.BeganAt }
	ended := func(e Entry) time.Time { return e.Run.BeganAt.Add(time.Duration(*e.Run.DurationNS)) }
	timed := slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return e.Run.DurationNS == nil })
	if len(timed) == 0 {
		return ""
	}
	first := slices.MinFunc(timed, func(a, b Entry) int { return ended(a).Compare(ended(b)) })
	last := slices.MaxFunc(timed, func(a, b Entry) int { return began(a).Compare(began(b)) })
	gap := began(last).Sub(ended(first))
	if gap < 0 || first.Run.RunID == last.Run.RunID {
		return ""
	}
	return fmt.Sprintf("%s had ended %s before %s began", called(first.Run), gap.Round(time.Millisecond), called(last.Run))
}

// called is a run's name, else its id.
func called(r Run) string {
	if r.Name != nil && *r.Name != "" {
		return *r.Name
	}
	return r.RunID
}
