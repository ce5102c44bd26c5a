package query

import (
	"math"
	"slices"
	"testing"
	"time"

	"llmbench/store"
)

// The events of a run are the samples of its latencies, and its slices add up to its totals, through every lens.
func TestEventsAreTheSamples(t *testing.T) {
	t.Parallel()
	var entries []store.Entry
	for i, limit := range []*int64{nil, new(int64(20))} {
		run := newRun([]string{"open", "closed"}[i])
		run.MaxConcurrency, run.SLO = limit, new(`{"ttft": 90}`)
		entries = append(entries, writeRun(t, run, randomRecords(uint64(40+i), 400)))
	}
	s := openSession(t, Source{Entries: entries}, Options{Hold: []string{"requests", "token_lists"}})
	windows := []Window{{}, {Kind: WindowTrim, Head: 500 * time.Millisecond, Tail: time.Second}, {Kind: WindowSteady}}
	for _, definitions := range AllDefinitions {
		for _, window := range windows {
			if definitions != DefinitionsOwn && window.Kind == WindowTrim {
				continue
			}
			lens := Lens{Window: window, Definitions: definitions}
			events, err := s.Events(t.Context(), lens, SLO{})
			if err != nil {
				t.Fatal(err)
			}
			stats, err := s.WindowLatency(t.Context(), lens, answerMetrics, []float64{99})
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range stats {
				checkSamples(t, lens, l, eventsOf(events, l.RunID).Latency[l.Metric])
			}
			totals, err := s.Totals(t.Context(), lens, SLO{})
			if err != nil {
				t.Fatal(err)
			}
			for _, total := range totals {
				checkSlices(t, lens, total, eventsOf(events, total.RunID))
			}
		}
	}
}

func eventsOf(all []Events, id string) Events {
	for _, e := range all {
		if e.RunID == id {
			return e
		}
	}
	return Events{}
}

func checkSamples(t *testing.T, lens Lens, l LatencyStats, items [][]float64) {
	t.Helper()
	all := slices.Concat(items...)
	slices.Sort(all)
	if int64(len(all)) != l.Samples || math.Abs(percentile(all, 99)-l.ValuesMS[0]) > 1e-9*l.ValuesMS[0] {
		t.Errorf("%v %s %s: %d samples with p99 %v, the view has %d with %v", lens, l.RunID, l.Metric, len(all), percentile(all, 99), l.Samples, l.ValuesMS[0])
	}
}

func checkSlices(t *testing.T, lens Lens, total Totals, e Events) {
	t.Helper()
	var sum Slice
	for _, s := range e.Slices {
		sum.LengthS += s.LengthS
		sum.Completed += s.Completed
		sum.Good += s.Good
		sum.InputTokens += s.InputTokens
	}
	same := func(name string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-6*max(1, want) {
			t.Errorf("%v %s: the slices' %s add up to %v, the total is %v", lens, total.RunID, name, got, want)
		}
	}
	same("requests", sum.Completed, float64(total.Completed))
	if total.Good != nil {
		same("good requests", sum.Good, float64(*total.Good))
	}
	if total.LengthS != nil && (lens.GapsAreITL() || !lens.Window.All()) { // the others' time is from first sending to last answer
		same("time", sum.LengthS, *total.LengthS)
	}
	if got := len(e.Succeeded); int64(got) != total.Completed+total.Failed {
		t.Errorf("%v %s: %d requests ended, the total is %d", lens, total.RunID, got, total.Completed+total.Failed)
	}
}

func TestMeasureTakesWhatIsStored(t *testing.T) {
	t.Parallel()
	entry := summarised(t, writeRun(t, newRun("r"), randomRecords(50, 60)))
	mark := 12345.0
	entry.Summary.P99TTFT = &mark
	check := func(asked Asked, stored bool) {
		t.Helper()
		s, runs, err := OpenMeasured(t.Context(), Source{Entries: []store.Entry{entry}}, Options{}, asked)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		at := slices.IndexFunc(runs[0].Latency, func(l LatencyStats) bool { return l.Metric == "ttft" })
		values := runs[0].Latency[at].ValuesMS
		if got := values[len(values)-1] == mark; got != stored {
			t.Errorf("%+v: taken from the summary: %v, want %v", asked, got, stored)
		}
		if runs[0].Totals.Completed == 0 || len(runs[0].Drift) == 0 || (runs[0].Events != nil) != asked.Events {
			t.Errorf("%+v: totals %+v, %d parts of drift, events %v", asked, runs[0].Totals, len(runs[0].Drift), runs[0].Events != nil)
		}
	}
	check(Asked{Percentiles: []float64{90, 99}}, true)
	check(Asked{Percentiles: []float64{99.9, 99}}, false)
	check(Asked{Percentiles: []float64{99}, Lens: Lens{Definitions: "vllm"}}, false)
	check(Asked{Percentiles: []float64{99}, Lens: Lens{Window: Window{Kind: WindowTrim}}, Events: true}, false)
}

func TestParseWindow(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Window{
		"all": {Kind: WindowAll}, "steady": {Kind: WindowSteady}, "trim=5s,500ms": {Kind: WindowTrim, Head: 5 * time.Second, Tail: 500 * time.Millisecond},
		"trim=1m": {Kind: WindowTrim, Head: time.Minute, Tail: time.Minute},
	} {
		got, err := ParseWindow(text)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
		if again, err := ParseWindow(got.String()); err != nil || again != got {
			t.Errorf("%s is written %q, which reads as %+v, %v", text, got, again, err)
		}
	}
	for _, text := range []string{"", "trim", "trim=", "trim=5", "trim=-1s,1s", "trim=1s,2s,3s", "steady=1s", "plateau"} {
		if got, err := ParseWindow(text); err == nil {
			t.Errorf("%q is %+v", text, got)
		}
	}
	if err := (Lens{Definitions: "mine"}).Validate(); err == nil {
		t.Error("unknown definitions pass")
	}
}
