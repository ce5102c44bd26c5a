package wire

import (
	"errors"
	"testing"
	"time"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	const ms = int64(time.Millisecond)
	all := Limits{FirstByte: 10 * time.Millisecond, Idle: 20 * time.Millisecond, Total: 50 * time.Millisecond}
	for _, c := range []struct {
		name                  string
		limits                Limits
		heard                 bool
		lastNS, sentNS, nowNS int64
		want                  string
	}{
		{"no limit", Limits{}, false, 0, 0, 1 << 60, ""},
		{"in time", all, false, 100 * ms, 100 * ms, 110*ms - 1, ""},
		{"no answer", all, false, 100 * ms, 100 * ms, 110 * ms, LimitFirstByte},
		{"heard at last", all, true, 109 * ms, 100 * ms, 128 * ms, ""},
		{"silence", all, true, 109 * ms, 100 * ms, 129 * ms, LimitIdle},
		{"no end", all, true, 149 * ms, 100 * ms, 150 * ms, LimitTotal},
		{"no answer within the whole", Limits{FirstByte: time.Second, Total: 50 * time.Millisecond}, false, 100 * ms, 100 * ms, 150 * ms, LimitTotal},
		{"a long answer", Limits{FirstByte: time.Millisecond}, true, 100 * ms, 100 * ms, 900 * ms, ""},
	} {
		err := c.limits.exceeded(c.heard, c.lastNS, c.sentNS, c.nowNS)
		got := ""
		if limit, ok := errors.AsType[*LimitError](err); ok {
			got = limit.Limit
		}
		if got != c.want || (err != nil) != (c.want != "") {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	if all.shortest() != 10*time.Millisecond || (Limits{}).shortest() != 0 || (Limits{Total: time.Hour}).shortest() != time.Hour {
		t.Error("the shortest limit is another")
	}
}
