package collect

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestStallWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := watchStalls()
		time.Sleep(10 * time.Second)
		if got := w.end(); got != 0 {
			t.Errorf("%s without a stall", got)
		}
	})
}

func TestStallsBeat(t *testing.T) {
	began := time.Unix(0, 0)
	s := stalls{last: began}
	for _, c := range []struct{ atMS, longestMS int64 }{
		{100, 0}, {205, 5}, {300, 5}, {5400, 5000}, {5401, 5000}, {5500, 5000}, {6700, 5000},
	} {
		s.beat(began.Add(time.Duration(c.atMS) * time.Millisecond))
		if got := s.longest.Milliseconds(); got != c.longestMS {
			t.Errorf("at %d ms: %d ms, want %d", c.atMS, got, c.longestMS)
		}
	}
}
