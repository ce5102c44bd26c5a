package calibrate

import (
	"strings"
	"testing"
	"time"

	"llmbench/collect"
	"llmbench/store"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	fast := Timing{TTFT: 10 * time.Millisecond, ITL: time.Millisecond, Tokens: 8}
	slow := Timing{TTFT: 100 * time.Millisecond, ITL: 20 * time.Millisecond, Tokens: 8}
	step := func(change func(*store.CalibrationStep)) store.CalibrationStep {
		s := store.CalibrationStep{Verdict: collect.VerdictOK}
		change(&s)
		return s
	}
	for _, c := range []struct {
		name    string
		timing  Timing
		step    store.CalibrationStep
		trusted bool
		reason  string
	}{
		{"no error", fast, step(func(*store.CalibrationStep) {}), true, ""},
		{"at the floors", fast, step(func(s *store.CalibrationStep) { s.TTFTError.P99NS, s.GapError.P99NS = 1e6, 5e5 }), true, ""},
		{"TTFT above the floor", fast, step(func(s *store.CalibrationStep) { s.TTFTError.P99NS = 1e6 + 1 }), false, "TTFT"},
		{"gap above the floor", fast, step(func(s *store.CalibrationStep) { s.GapError.P99NS = 5e5 + 1 }), false, "gap"},
		{"TTFT within its share", slow, step(func(s *store.CalibrationStep) { s.TTFTError.P99NS = 5e6 }), true, ""},
		{"gap within its share", slow, step(func(s *store.CalibrationStep) { s.GapError.P99NS = 1e6 }), true, ""},
		{"failed", slow, step(func(s *store.CalibrationStep) { s.Failed = 1 }), false, "failed"},
		{"unmatched", slow, step(func(s *store.CalibrationStep) { s.Unmatched = 1 }), false, "truth log"},
		{"flood", slow, step(func(s *store.CalibrationStep) { s.Flood = true }), false, "flood"},
		{"suspect", slow, store.CalibrationStep{Verdict: collect.VerdictSuspect, Reason: "lag"}, false, "lag"},
	} {
		judge(&c.step, c.timing)
		if c.step.Trusted != c.trusted || !strings.Contains(c.step.Reason, c.reason) || (c.reason == "") != (c.step.Reason == "") {
			t.Errorf("%s: trusted %v, reason %q", c.name, c.step.Trusted, c.step.Reason)
		}
	}
}

func TestTrustedStreams(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		steps []store.CalibrationStep
		want  int
	}{
		{nil, 0},
		{[]store.CalibrationStep{{Streams: 8}}, 0},
		{[]store.CalibrationStep{{Streams: 64, Trusted: true}, {Streams: 8, Trusted: true}, {Streams: 128}}, 64},
	} {
		if got := trustedStreams(c.steps); got != c.want {
			t.Errorf("%v gives %d, want %d", c.steps, got, c.want)
		}
	}
}

func TestLoads(t *testing.T) {
	t.Parallel()
	c := Config{Steps: []int{1, 64}, Flood: true, Timing: Timing{TTFT: 40 * time.Millisecond, ITL: 20 * time.Millisecond, Tokens: 4}}
	loads := c.loads()
	if len(loads) != 3 || loads[0].Requests != 4 || loads[1].Requests != 192 || loads[1].Rate != 640 || loads[1].limit() != 0 || loads[2].limit() != floodStreams {
		t.Errorf("got %+v", loads)
	}
	c.Burst = true
	if got := c.loads()[1].limit(); got != 64 {
		t.Errorf("a burst is limited to %d", got)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	if err := (Config{Steps: []int{0, -1}}).Validate(); err == nil || strings.Count(err.Error(), "--steps") != 2 {
		t.Errorf("got %v", err)
	}
	if err := (Config{}).Validate(); err == nil {
		t.Error("nothing to do is no error")
	}
	if err := (Config{Flood: true}).Validate(); err != nil {
		t.Error(err)
	}
}
