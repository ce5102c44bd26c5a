package collect

import (
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llmbench/store"
)

// integral adds up the rate of stages over the first t seconds in small steps, knowing no formula but the rate's own.
func integral(stages []Stage, t float64) float64 {
	const step = 1e-3
	sum := 0.0
	for _, s := range stages {
		length := s.Length.Seconds()
		for at := step / 2; at < min(t, length); at += step {
			share := at / length
			rate := s.From + (s.To-s.From)*share
			if s.Exponential {
				rate = s.From * math.Pow(s.To/s.From, share)
			}
			sum += rate * step
		}
		t -= length
		if t <= 0 {
			break
		}
	}
	return sum
}

// With even gaps the number of requests sent until any moment is the integral of the rate up to it; with random ones it
// wanders around it.
func TestStagesKeepTheRateOverTime(t *testing.T) {
	t.Parallel()
	even := store.Rate(math.Inf(1))
	for name, stages := range map[string][]Stage{
		"linear":         {{From: 1, To: 21, Length: 20 * time.Second}},
		"linear from 0":  {{From: 0, To: 30, Length: 10 * time.Second}},
		"exponential":    {{From: 2, To: 64, Exponential: true, Length: 15 * time.Second}},
		"flat both ways": {{From: 7, To: 7, Exponential: true, Length: 10 * time.Second}},
		"down":           {{From: 20, To: 0, Length: 10 * time.Second}},
		"steps":          {{From: 10, To: 10, Length: 5 * time.Second}, {From: 40, To: 40, Length: 3 * time.Second}, {From: 5, To: 5, Length: 4 * time.Second}},
	} {
		a := Arrivals{Burstiness: even, Stages: stages}
		total := 0.0
		for _, s := range stages {
			total += s.Length.Seconds()
		}
		n, bounded := a.Most()
		if want := integral(stages, total); !bounded || math.Abs(float64(n)-want) > 1.01 {
			t.Errorf("%s: %d requests, want about %v", name, n, want)
		}
		for burstiness, tolerance := range map[store.Rate]float64{even: 1.1, 1: 4 * math.Sqrt(float64(n))} {
			a.Burstiness, a.Seed = burstiness, 3
			offsets := a.Offsets(n)
			if !slices.IsSorted(offsets) || offsets[n-1].Seconds() > total+1e-6 {
				t.Errorf("%s: not ascending, or the last at %v", name, offsets[n-1])
			}
			for at := 0.5; at < total; at += 0.5 {
				sent, _ := slices.BinarySearch(offsets, time.Duration(at*1e9))
				if want := integral(stages, at); math.Abs(float64(sent)-want) > tolerance {
					t.Errorf("%s, burstiness %v: %d sent after %vs, want about %v", name, burstiness, sent, at, want)
				}
			}
		}
	}
}

func TestRamp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		strategy string
		from, to float64
		length   time.Duration
		n        int
		want     time.Duration
		says     string
	}{
		{"linear", 0, 10, 0, 50, 10 * time.Second, ""},
		{"linear", 5, 5, 0, 50, 10 * time.Second, ""},
		{"linear", 1, 5, time.Minute, 50, time.Minute, ""},
		{"exponential", 1, math.E, 0, 100, 58197670687 * time.Nanosecond, ""},
		{"exponential", 0, 5, 0, 50, 0, "cannot begin"},
		{"linear", 6, 5, 0, 50, 0, "--ramp-up-start-rps"},
		{"linear", 0, 0, 0, 50, 0, "not both 0"},
		{"linear", -1, 5, 0, 50, 0, "below 0"},
	} {
		s, err := Ramp(c.strategy, c.from, c.to, c.length, c.n)
		if c.says != "" {
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%+v: %v, want %q", c, err, c.says)
			}
			continue
		}
		if d := s.Length - c.want; err != nil || d < -time.Microsecond || d > time.Microsecond {
			t.Errorf("%+v: length %v (%v), want %v", c, s.Length, err, c.want)
		}
	}
}

func FuzzParseStages(f *testing.F) {
	for _, seed := range []string{"10:30s,20:30s", "", ":", "1:", ":1s", "NaN:1s", "inf:1s", "1e300:1h", "-1:1s", "1:-1s", "0:1s", " 1:1s , 2:1s"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		stages, err := ParseStages(text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "--stages ") {
				t.Errorf("%q: %v does not name the flag", text, err)
			}
			return
		}
		if n, bounded := (Arrivals{Burstiness: 1, Stages: stages}).Most(); !bounded || n < 0 {
			t.Errorf("%q: %d requests", text, n)
		}
	})
}

// The duration ends the sending, also while a request waits for a slot, and such a run is complete.
func TestDuration(t *testing.T) {
	for _, c := range []struct {
		rate        store.Rate
		concurrency int
		want        int64
	}{{10, 0, 9}, {store.Rate(math.Inf(1)), 2, 20}} {
		synctest.Test(t, func(t *testing.T) {
			server := &scripted{ttft: 90 * time.Millisecond, itl: 10 * time.Millisecond, tokens: 2}
			e, sink := newTestEngine(t, server, 1000, func(config *Config) {
				config.Arrivals = Arrivals{Rate: c.rate, Burstiness: store.Rate(math.Inf(1)), Duration: 995 * time.Millisecond}
				config.MaxConcurrency = c.concurrency
			})
			o, err := e.Run(t.Context())
			if err != nil || o.Interrupted || o.Completed != c.want || int64(len(sink.records)) != c.want {
				t.Errorf("rate %v: outcome %+v, error %v; want %d complete", c.rate, o, err, c.want)
			}
		})
	}
}
