package query

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"llmbench/store"
)

// The oracle computes run_summary and run_summary_vllm from the records in plain Go, by the written definitions and
// with none of the views' shortcuts.

func TestRunSummaryEqualsTheOracle(t *testing.T) {
	t.Parallel()
	var entries []store.Entry
	var ours, vllms []store.Summary
	add := func(run store.Run, records []store.Record) {
		entries = append(entries, writeRun(t, run, records))
		ours = append(ours, oracle(run, records))
		vllms = append(vllms, oracleVLLM(run, records))
	}
	slos := []*string{nil, new(`{"ttft": 90}`), new(`{"ttft":200,"tpot":12.5,"e2el":400}`), new(`{"tpot": 0}`), new(`{}`), new("no JSON")}
	durations := []*int64{new(int64(5e9)), nil, new(int64(123456789012)), new(int64(0))}
	for seed := range 24 {
		run := newRun(fmt.Sprintf("random-%02d", seed))
		run.SLO, run.DurationNS = slos[seed%len(slos)], durations[seed%len(durations)]
		run.PrefixQueryTokens, run.PrefixHitTokens = new(int64(seed*100)), new(int64(seed*seed))
		add(run, randomRecords(uint64(seed), 1+seed*seed))
	}
	run := newRun("x0-no-requests")
	run.DurationNS = new(int64(1e9))
	add(run, nil)
	add(newRun("x1-no-requests-no-duration"), nil)
	run = newRun("x2-all-failed")
	run.SLO, run.DurationNS = slos[1], new(int64(2e9))
	failed := randomRecords(100, 20)
	for i := range failed {
		failed[i].Status = store.StatusHTTPError
	}
	add(run, failed)
	warmup := randomRecords(101, 20)
	for i := range warmup {
		warmup[i].Phase = store.PhaseWarmup
	}
	add(newRun("x3-warm-up-only"), warmup)
	add(newRun("x4-one-token"), []store.Record{okRecord(0, 0, 70, 0, 1), okRecord(1, 5, 80, 0, 1)})
	add(newRun("x5-no-token"), []store.Record{okRecord(0, 0, 70, 0, 0)})

	s := openSession(t, Source{Entries: entries}, Options{})
	compare(t, s, Summary, ours, entries, 1e-9)
	compare(t, s, SummaryVLLM, vllms, entries, 1e-9)
	held := openSession(t, Source{Entries: entries}, Options{Hold: []string{"requests", "token_lists"}})
	compareLens(t, held, Lens{}, ours, false)
	compareLens(t, held, Lens{Definitions: "vllm"}, vllms, true)
	for i, entry := range entries[:6] {
		alone, err := Summarise(t.Context(), entry.Run, entry.Files)
		if err != nil {
			t.Fatal(err)
		}
		compareSummary(t, "alone "+entry.Run.RunID, *alone, ours[i], 1e-9)
	}
}

func compare(t *testing.T, s *Session, view string, want []store.Summary, entries []store.Entry, tolerance float64) {
	t.Helper()
	got, err := s.Summaries(t.Context(), view)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("%s has %d rows, want %d", view, len(got), len(want))
	}
	for i := range got {
		if got[i].RunID != entries[i].Run.RunID {
			t.Fatalf("%s: row %d is %s, want %s", view, i, got[i].RunID, entries[i].Run.RunID)
		}
		compareSummary(t, view+" "+got[i].RunID, got[i].Summary, want[i], tolerance)
	}
}

// compareLens: the whole of a run through a lens is what the summary views say. vLLM gives 0 where there is nothing, and
// counts events in its peaks.
func compareLens(t *testing.T, s *Session, lens Lens, want []store.Summary, vllm bool) {
	t.Helper()
	got, err := s.WindowSummaries(t.Context(), lens)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		summary := got[i].Summary
		if vllm {
			summary.MaxConcurrent, summary.MaxOutputTokensPerS, summary.Retried, summary.PrefixCacheHitRate = want[i].MaxConcurrent, want[i].MaxOutputTokensPerS, nil, nil
			nothingAsZero(&summary, want[i])
		}
		compareSummary(t, fmt.Sprintf("through %v: %s", lens, got[i].RunID), summary, want[i], 1e-9)
	}
}

// nothingAsZero fills in 0 where the other has it.
func nothingAsZero(summary *store.Summary, other store.Summary) {
	a, b := reflect.ValueOf(summary).Elem(), reflect.ValueOf(other)
	for i := range a.NumField() {
		if x := number(b.Field(i)); x != nil && *x == 0 && number(a.Field(i)) == nil {
			a.Field(i).Set(b.Field(i))
		}
	}
}

func compareSummary(t *testing.T, name string, got, want store.Summary, tolerance float64) {
	t.Helper()
	a, b := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range a.NumField() {
		x, y := number(a.Field(i)), number(b.Field(i))
		if (x == nil) != (y == nil) || x != nil && math.Abs(*x-*y) > tolerance*math.Abs(*y) {
			t.Errorf("%s: %s = %s, want %s", name, a.Type().Field(i).Tag.Get("json"), show(x), show(y))
		}
	}
}

func show(v *float64) string {
	if v == nil {
		return "NULL"
	}
	return fmt.Sprint(*v)
}

// number is an integer or float field, or what it points to.
func number(v reflect.Value) *float64 {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if !v.IsValid() {
		return nil
	}
	return new(v.Convert(reflect.TypeFor[float64]()).Float())
}

// latencies are a run's samples in milliseconds, by metric.
type latencies map[string][]float64

func oracle(run store.Run, records []store.Record) store.Summary {
	var s store.Summary
	samples := latencies{}
	duration, knowsDuration := runDuration(run, records)
	var input, output, cached, tokensBySecond = unknown(), unknown(), unknown(), perSecond{}
	var changes []change
	slo, hasSLO := parseSLO(run.SLO)
	good, measured := 0, 0
	s.Retried = new(int64)
	for i, r := range records {
		if r.Phase != store.PhaseMeasured {
			continue
		}
		measured++
		if done := either(r.DoneNS, r.LastTokenNS); r.SentNS.Valid && done.Valid && r.SentNS.V < done.V {
			changes = append(changes, change{r.SentNS.V, 1}, change{done.V, -1})
		}
		if retried(records, i) {
			*s.Retried++
			continue
		}
		if r.Status != store.StatusOK {
			s.Failed++
			continue
		}
		s.Completed++
		input.add(r.PromptTokens)
		output.add(r.OutputTokens)
		cached.add(r.CachedTokens)
		ttft := samples.add("ttft", r.FirstTokenNS, r.SentNS, 1)
		e2el := samples.add("e2el", either(r.LastTokenNS, r.DoneNS), r.SentNS, 1)
		samples.add("queue", r.SentNS, r.IntendedNS, 1)
		tpot := math.NaN()
		if r.OutputTokens.Valid && r.OutputTokens.V > 1 {
			tpot = samples.add("tpot", r.LastTokenNS, r.FirstTokenNS, float64(r.OutputTokens.V-1))
		} else if r.OutputTokens.Valid {
			tpot = 0
		}
		if allows(slo, ttft, tpot, e2el) {
			good++
		}
		arrivals := tokenArrivals(r)
		for i := 1; i < len(arrivals); i++ {
			samples["itl"] = append(samples["itl"], float64(r.TNS[arrivals[i]]-r.TNS[arrivals[i-1]])/1e6)
		}
		tokensBySecond.add(r, arrivals)
	}
	if knowsDuration {
		s.Duration = &duration
	}
	if s.Completed == 0 {
		input, output = known(0), known(0)
	}
	s.TotalInputTokens, s.TotalOutputTokens = input.pointer(), output.pointer()
	s.RequestThroughput = per(known(s.Completed), s.Duration)
	s.OutputThroughput = per(output, s.Duration)
	s.TotalTokenThroughput = per(sumOf(input, output), s.Duration)
	if hasSLO {
		s.RequestGoodput = per(known(int64(good)), s.Duration)
	}
	s.PrefixCacheHitRate = hitRate(run, cached, input)
	if peak := tokensBySecond.peak(); peak > 0 || output.valid && output.n == 0 {
		s.MaxOutputTokensPerS = &peak
	}
	if n := mostAtOnce(changes); n > 0 || measured == 0 {
		s.MaxConcurrent = &n
	}
	samples.fill(&s, []string{"ttft", "tpot", "itl", "e2el", "queue"}, nil)
	return s
}

// perSecond are tokens by the second of the run in which they came.
type perSecond map[int64]float64

// add spreads a request's tokens over its arrivals where the chunks do not tell theirs.
func (p perSecond) add(r store.Record, arrivals []int) {
	for _, i := range arrivals {
		second := (r.SentNS.V + r.TNS[i]) / 1e9
		switch {
		case r.NTokens != nil:
			p[second] += float64(r.NTokens[i])
		case r.OutputTokens.Valid:
			p[second] += float64(r.OutputTokens.V) / float64(len(arrivals))
		}
	}
}

func (p perSecond) peak() float64 {
	peak := 0.0
	for _, n := range p {
		peak = max(peak, n)
	}
	return peak
}

// hitRate is that of the usage where any answer tells it, else that of the server's counters.
func hitRate(run store.Run, cached, input total) *float64 {
	switch {
	case cached.valid && (!input.valid || input.n == 0):
		return nil
	case cached.valid:
		return new(float64(cached.n) / float64(input.n))
	case run.PrefixQueryTokens == nil || *run.PrefixQueryTokens == 0:
		return nil
	}
	return new(float64(*run.PrefixHitTokens) / float64(*run.PrefixQueryTokens))
}

func oracleVLLM(run store.Run, records []store.Record) store.Summary {
	var s store.Summary
	samples := latencies{}
	duration, knowsDuration := runDuration(run, records)
	var input, output int64
	var changes []change
	slo, hasSLO := parseSLO(run.SLO)
	good := 0
	first := int64(math.MaxInt64)
	var answered []store.Record
	for i, r := range records {
		if r.Phase != store.PhaseMeasured || retried(records, i) {
			continue
		}
		if r.Status != store.StatusOK && r.Status != store.StatusTruncated || len(r.TNS) == 0 {
			s.Failed++
			continue
		}
		s.Completed++
		answered = append(answered, r)
		first = min(first, r.SentNS.V)
		input += r.PromptTokens.V
		output += r.OutputTokens.V
		last := r.TNS[len(r.TNS)-1]
		changes = append(changes, change{r.SentNS.V, 1}, change{r.SentNS.V + last, -1})
		ttft := samples.add("ttft", store.Int(r.TNS[0]), store.Int(0), 1)
		e2el := samples.add("e2el", store.Int(last), store.Int(0), 1)
		tpot := 0.0
		if r.OutputTokens.V > 1 {
			tpot = samples.add("tpot", store.Int(last), store.Int(r.TNS[0]), float64(r.OutputTokens.V-1))
		}
		if allows(slo, ttft, tpot, e2el) {
			good++
		}
		for i := 1; i < len(r.TNS); i++ {
			samples["itl"] = append(samples["itl"], float64(r.TNS[i]-r.TNS[i-1])/1e6)
		}
	}
	buckets := map[int64]float64{}
	peak := 0.0
	for _, r := range answered {
		for _, t := range r.TNS {
			second := (r.SentNS.V + t - first) / 1e9
			buckets[second]++
			peak = max(peak, buckets[second])
		}
	}
	if knowsDuration {
		s.Duration = &duration
	}
	s.TotalInputTokens, s.TotalOutputTokens = &input, &output
	s.RequestThroughput = per(known(s.Completed), s.Duration)
	s.OutputThroughput = per(known(output), s.Duration)
	s.TotalTokenThroughput = per(known(input+output), s.Duration)
	if hasSLO {
		s.RequestGoodput = per(known(int64(good)), s.Duration)
	}
	s.MaxOutputTokensPerS = &peak
	s.MaxConcurrent = new(mostAtOnce(changes))
	samples.fill(&s, []string{"ttft", "tpot", "itl", "e2el"}, new(float64))
	return s
}

// add appends (end - begin)/n in milliseconds, where both are known, and gives it; NaN otherwise.
func (l latencies) add(metric string, end, begin store.NullInt, n float64) float64 {
	if !end.Valid || !begin.Valid {
		return math.NaN()
	}
	ms := float64(end.V-begin.V) / n / 1e6
	l[metric] = append(l[metric], ms)
	return ms
}

// fill sets mean, median, std and percentiles of the metrics; none is the value of a metric without samples.
func (l latencies) fill(s *store.Summary, metrics []string, none *float64) {
	for _, metric := range metrics {
		samples := slices.Sorted(slices.Values(l[metric]))
		values := map[string]*float64{"mean": none, "median": none, "std": none, "p50": none, "p75": none, "p90": none, "p95": none, "p99": none}
		if len(samples) > 0 {
			mean, square := 0.0, 0.0
			for _, x := range samples {
				mean += x / float64(len(samples))
			}
			for _, x := range samples {
				square += (x - mean) * (x - mean) / float64(len(samples))
			}
			// Of equal samples the mean is off by a rounding error, and so would the deviation be.
			if samples[0] == samples[len(samples)-1] {
				square = 0
			}
			values["mean"], values["std"], values["median"] = &mean, new(math.Sqrt(square)), new(percentile(samples, 50))
			for _, p := range []float64{50, 75, 90, 95, 99} {
				values[fmt.Sprintf("p%v", p)] = new(percentile(samples, p))
			}
		}
		for i := range reflect.TypeFor[store.Summary]().NumField() {
			tag := reflect.TypeFor[store.Summary]().Field(i).Tag.Get("json")
			if statistic, ok := strings.CutSuffix(tag, "_"+metric+"_ms"); ok && values[statistic] != nil {
				reflect.ValueOf(s).Elem().Field(i).Set(reflect.ValueOf(values[statistic]))
			}
		}
	}
}
