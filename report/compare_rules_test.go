package report

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"llmbench/query"
	"llmbench/store"
)

// refusedBy compares two runs of which the second is changed, and gives the keys that refuse it.
func refusedBy(t *testing.T, change func(*store.Run)) []string {
	t.Helper()
	b := plainEntry()
	change(&b.Run)
	return refusals(t, DefaultCompare(), query.Side{Reference: "a", Entries: []store.Entry{plainEntry()}}, query.Side{Reference: "b", Entries: []store.Entry{b}})
}

func refusals(t *testing.T, o CompareOptions, sides ...query.Side) []string {
	t.Helper()
	err := CheckSides(sides, o)
	var unlike *UnlikeError
	if !errors.As(err, &unlike) {
		if err != nil {
			t.Error(err)
		}
		return nil
	}
	var keys []string
	for _, d := range unlike.Differences {
		keys = append(keys, d.Key)
		if !strings.Contains(err.Error(), d.Key) {
			t.Errorf("%q does not name %s", err, d.Key)
		}
	}
	return keys
}

func TestCompareRefuses(t *testing.T) {
	t.Parallel()
	check := func(name string, change func(*store.Run), want ...string) {
		t.Helper()
		if got := refusedBy(t, change); !slices.Equal(got, want) {
			t.Errorf("%s: refused by %v, want %v", name, got, want)
		}
	}
	check("nothing", func(*store.Run) {})
	check("dataset", func(r *store.Run) { r.Dataset = new("sharegpt") }, "dataset")
	check("content", func(r *store.Run) {
		r.Workload = new(`{"random_input_len":512,"random_output_len":128,"content_hash":"sha256:1234"}`)
	}, "workload.content_hash")
	check("asked length", func(r *store.Run) {
		r.Workload = new(`{"random_input_len":1024,"random_output_len":128,"content_hash":"sha256:00ff"}`)
	}, "workload.random_input_len")
	check("prefix", func(r *store.Run) {
		r.Workload = new(`{"random_input_len":512,"random_output_len":128,"content_hash":"sha256:00ff","prefix_len":64}`)
	}, "workload.prefix_len")
	check("recipe in another order and spelling", func(r *store.Run) {
		r.Workload = new(`{"content_hash":"sha256:00ff","random_output_len":128.0,"random_input_len":5.12e2,"seed":7,"num_prompts":3,"warmups":4}`)
	})
	check("rate", func(r *store.Run) { r.RequestRate = new(store.Rate(40)) }, "request_rate")
	check("rate unset", func(r *store.Run) { r.RequestRate = nil }, "request_rate")
	check("burstiness", func(r *store.Run) { r.Burstiness = new(store.Rate(0.5)) }, "burstiness")
	check("concurrency", func(r *store.Run) { r.MaxConcurrency = new(int64(8)) }, "max_concurrency")
	check("sampling", func(r *store.Run) { r.Sampling = new(`{"temperature":0.7,"top_p":0.9}`) }, "sampling.temperature", "sampling.top_p")
	check("sampling gone", func(r *store.Run) { r.Sampling = nil }, "sampling.temperature")
	check("broken sampling", func(r *store.Run) { r.Sampling = new(`{`) }, "sampling", "sampling.temperature")
	check("ignore eos", func(r *store.Run) { r.IgnoreEOS = new(false) }, "ignore_eos")
	check("path of known content", func(r *store.Run) { r.DatasetPath = new("b.json") })
	check("path of unknown content", func(r *store.Run) { r.DatasetPath, r.Workload = new("b.json"), nil },
		"dataset_path", "workload.content_hash", "workload.random_input_len", "workload.random_output_len")
	check("two at once", func(r *store.Run) { r.Dataset, r.IgnoreEOS = new("x"), nil }, "dataset", "ignore_eos")
	check("an import that does not tell", func(r *store.Run) {
		r.Source, r.Dataset, r.Sampling, r.Workload, r.Burstiness = "import:vllm", nil, nil, nil, nil
	})
	check("an import that tells another", func(r *store.Run) { r.Source, r.Dataset = "import:vllm", new("sonnet") }, "dataset")
	check("system, seed, tokenizer, prompts", func(r *store.Run) {
		r.TP, r.DCU, r.Model, r.Seed = new(int64(8)), new("BW"), new("other"), new(int64(9))
		r.NumPrompts, r.WorkloadID, r.Tokenizer = new(int64(80)), new("w"), new("t")
	})
}

func TestLengthsThatCameOutApart(t *testing.T) {
	t.Parallel()
	b := plainEntry()
	b.Summary.TotalOutputTokens = new(int64(1229 * 106 / 100))
	sides := []query.Side{{Reference: "a", Entries: []store.Entry{plainEntry()}}, {Reference: "b", Entries: []store.Entry{b}}}
	o := DefaultCompare()
	if got := refusals(t, o, sides...); !slices.Equal(got, []string{"mean output tokens"}) {
		t.Errorf("6%% apart: refused by %v", got)
	}
	o.LengthTolerance = 0.1
	if got := refusals(t, o, sides...); got != nil {
		t.Errorf("within 10%%: refused by %v", got)
	}
}

// What varies within a side is no repeat, even where both sides vary alike; pairing by it makes points of it.
func TestCompareRefusesMixedSides(t *testing.T) {
	t.Parallel()
	mixed := func(name string) query.Side {
		side := query.Side{Reference: name}
		for _, rate := range []float64{4, 8} {
			e := plainEntry()
			e.Run.RequestRate = new(store.Rate(rate))
			side.Entries = append(side.Entries, e)
		}
		return side
	}
	o := DefaultCompare()
	err := CheckSides([]query.Side{mixed("a"), mixed("b")}, o)
	if err == nil || !strings.Contains(err.Error(), "request_rate (4, 8; 4, 8), which varies within a side: --by may pair its values") {
		t.Errorf("two rates on each side: %v", err)
	}
	o.By = []string{"request_rate"}
	if got := refusals(t, o, mixed("a"), mixed("b")); got != nil {
		t.Errorf("paired by rate: refused by %v", got)
	}
	lone := query.Side{Reference: "c", Entries: []store.Entry{plainEntry()}} // at 20
	if err := CheckSides([]query.Side{mixed("a"), lone}, o); !errors.Is(err, ErrNoPoint) {
		t.Errorf("no rate in common: %v", err)
	}
}

func TestBurstinessWithoutGaps(t *testing.T) {
	t.Parallel()
	a, b := plainEntry(), plainEntry()
	a.Run.RequestRate, b.Run.RequestRate = new(store.Rate(math.Inf(1))), new(store.Rate(math.Inf(1)))
	b.Run.Burstiness = new(store.Rate(0.5))
	c := compare(t, DefaultCompare(), oneRun(a), oneRun(b))
	if len(c.Differences) != 1 || c.Differences[0].Key != "burstiness" || c.Differences[0].Refuses {
		t.Errorf("differences = %+v, want burstiness, noted", c.Differences)
	}
}

func TestFlagsThatOnlyRepeat(t *testing.T) {
	t.Parallel()
	a, b := plainEntry(), plainEntry()
	a.Run.Workload = new(`{"input_len":512}`)
	b.Run.Workload = a.Run.Workload
	a.Run.Flags = new(`{}`)
	b.Run.Flags = new(`{"--tp":4,"random-input-len":512,"random_input_len":512,"temperature":0,"name":"x","goodput":["ttft:9"]}`)
	if c := compare(t, DefaultCompare(), oneRun(a), oneRun(b)); len(c.Differences) != 0 {
		t.Errorf("differences = %+v, want none: all of these flags are told by columns", c.Differences)
	}
}

// row finds a metric's row in the first point.
func rowOf(t *testing.T, c *Comparison, metric string) Row {
	t.Helper()
	for _, r := range c.Points[0].Rows {
		if r.Metric == metric {
			return r
		}
	}
	t.Fatalf("no row %s", metric)
	return Row{}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	check := func(name string, n int, level, minEffect float64, metric string, want Verdict) {
		t.Helper()
		o := DefaultCompare()
		o.MinEffect = minEffect
		c := compare(t, o, repeats(plainEntry(), "a", n, 1, 0.01), repeats(plainEntry(), "b", n, level, 0.01))
		if got := rowOf(t, c, metric).Changes[0].Verdict; got != want {
			t.Errorf("%s: %s is %q, want %q", name, metric, got, want)
		}
	}
	check("slower", 5, 1.2, 0, "p99_ttft_ms", Worse)
	check("slower", 5, 1.2, 0, "output_throughput", Worse)
	check("faster", 5, 0.8, 0, "p99_ttft_ms", Better)
	check("faster", 5, 0.8, 0, "output_throughput", Better)
	check("the same, of which one cannot be sure", 5, 1, 0, "p99_ttft_ms", Undecided)
	check("the same, within 10%", 5, 1, 0.1, "p99_ttft_ms", Same)
	check("slower by less than matters, perhaps", 5, 1.2, 0.19, "p99_ttft_ms", Undecided)
	check("too few", 3, 2, 0, "p99_ttft_ms", NoWords)
}

func TestSaturatedClientsGetNoVerdict(t *testing.T) {
	t.Parallel()
	a, b := repeats(plainEntry(), "a", 5, 1, 0.01), repeats(plainEntry(), "b", 5, 1.5, 0.01)
	b.Runs[3].Entry.Run.ClientVerdict = new("saturated")
	o := DefaultCompare()
	o.FailOn = []Gate{{Metric: "p99_ttft_ms", Above: true, Percent: 5}}
	c := compare(t, o, a, b)
	for _, r := range c.Points[0].Rows {
		if r.Changes[0].Verdict != NoWords {
			t.Errorf("%s is %q", r.Metric, r.Changes[0].Verdict)
		}
	}
	if outcome, reasons := c.Worst(); outcome != GateInvalid || !strings.Contains(reasons[0], "saturated") {
		t.Errorf("the gate: %s, %v", outcome, reasons)
	}
}

func TestPairing(t *testing.T) {
	t.Parallel()
	side := func(ids ...string) []query.Measured {
		var runs []query.Measured
		for _, id := range ids {
			run := query.Measured{}
			if id != "" {
				run.Entry.Run.WorkloadID = &id
			}
			runs = append(runs, run)
		}
		return runs
	}
	check := func(a, b []query.Measured, want []int) {
		t.Helper()
		if got := pairRuns(a, b); !slices.Equal(got, want) {
			t.Errorf("pairs %v, want %v", got, want)
		}
	}
	check(side("x", "y", "z"), side("z", "x", "y"), []int{1, 2, 0})
	check(side("x", "x", "x"), side("x", "x", "x"), []int{0, 1, 2}) // by their order
	check(side("x", "y", "x"), side("x", "x", "y"), []int{0, 2, 1})
	check(side("x", "y"), side("x", "w"), nil)
	check(side("x", "y"), side("x", "y", "z"), nil)
	check(side("x", ""), side("x", "y"), nil)
	check(side("x"), side("x"), nil)
}

// Paired and unpaired analysis of the same values differ, and each is used where it belongs.
func TestPairingIsUsed(t *testing.T) {
	t.Parallel()
	a, b := repeats(plainEntry(), "a", 5, 1, 0.1), repeats(plainEntry(), "a", 5, 1, 0.1)
	for i := range b.Runs { // the same levels, 3 % slower
		summary := *a.Runs[i].Entry.Summary
		stretch(&summary, 1.03+0.001*float64(i))
		b.Runs[i].Entry.Summary = &summary
		b.Runs[i] = measured(b.Runs[i].Entry)
	}
	c := compare(t, DefaultCompare(), a, b)
	if got := rowOf(t, c, "p99_ttft_ms").Changes[0]; got.Verdict != Worse || c.Points[0].Pairing["B"] != "paired by workload and order" {
		t.Errorf("paired: %s, %v", got.words(0), c.Points[0].Pairing)
	}
	for i := range b.Runs {
		b.Runs[i].Entry.Run.WorkloadID = new(fmt.Sprintf("other-%d", i))
	}
	c = compare(t, DefaultCompare(), a, b)
	if got := rowOf(t, c, "p99_ttft_ms").Changes[0]; got.Verdict != Undecided || c.Points[0].Pairing["B"] != "unpaired" {
		t.Errorf("unpaired: %s, %v", got.words(0), c.Points[0].Pairing)
	}
}

// The intervals shown say the same as the adjusted p-values: one leaves out no change where the other is at most 0.05.
func TestShownIntervalsAgreeWithHolm(t *testing.T) {
	t.Parallel()
	for _, level := range []float64{1, 1.02, 1.04} {
		c := compare(t, DefaultCompare(), repeats(plainEntry(), "a", 5, 1, 0.02), repeats(plainEntry(), "b", 4, level, 0.02))
		for _, r := range c.Points[0].Rows {
			ch := r.Changes[0]
			if r.Primary != (ch.PHolm == nil) {
				t.Errorf("%s: primary %v, adjusted p %v", r.Metric, r.Primary, ch.PHolm)
			}
			if ch.PHolm != nil && (*ch.PHolm <= 0.05) == ch.interval.Holds(1) {
				t.Errorf("%s: adjusted p %v, interval %v", r.Metric, *ch.PHolm, ch.interval)
			}
		}
	}
}

func TestCompareNotes(t *testing.T) {
	t.Parallel()
	check := func(name string, change func(*query.Measured), want string) {
		t.Helper()
		b := measured(plainEntry())
		change(&b)
		c := compare(t, DefaultCompare(), oneRun(plainEntry()), CompareSide{Reference: "b", Runs: []query.Measured{b}})
		if table := string(write(t, c, "table", WriteOptions{Width: 1000})); !strings.Contains(table, want) {
			t.Errorf("%s: no %q in\n%s", name, want, table)
		}
	}
	check("saturated", func(m *query.Measured) { m.Entry.Run.ClientVerdict = new("saturated") }, "[1] the client of B was saturated")
	check("a reason", func(m *query.Measured) {
		m.Entry.Run.ClientVerdict, m.Entry.Run.Findings = new("suspect"), new(`{"client":"the clock jumped"}`)
	}, "not the server's (the clock jumped)")
	check("failures", func(m *query.Measured) { m.Totals.Failed = 10 }, "[1] 20.0% of the requests of B failed")
	check("a failure in a hundred", func(m *query.Measured) { m.Totals.Completed, m.Totals.Failed = 99, 1 }, "1 of 100")
	check("interrupted", func(m *query.Measured) { m.Entry.Run.Status = store.RunInterrupted }, "B has the status interrupted")
	check("slo", func(m *query.Measured) { m.Entry.Run.SLO = new(`{"ttft":100}`) }, "goodput is left out: the runs were given different SLOs")
	check("seed", func(m *query.Measured) { m.Entry.Run.Seed = new(int64(9)) }, "[1] the sides did not send the same prompts")
	check("tokenizer", func(m *query.Measured) { m.Entry.Run.Tokenizer = new("x") }, "[1] prompts were made and counted by different tokenizers")
	check("caches", func(m *query.Measured) { m.Totals.CachedRatio = new(0.8) }, "cached prompt tokens [1]")
	check("claims", func(m *query.Measured) { m.Entry.Run.TimeBase = "none" }, "[1] B was imported without its requests")
	check("a queue that grows", func(m *query.Measured) {
		for i := range 10 {
			m.Drift = append(m.Drift, query.DriftPart{Metric: "ttft", Tenth: int64(i + 1), Requests: 20, MedianMS: 50 * math.Pow(1.2, float64(i))})
		}
	}, "[1] TTFT of B drifted inside the run, by +416.0% from its first to its last tenth")
}

func TestWindowNotes(t *testing.T) {
	t.Parallel()
	check := func(name string, window query.Window, change func(*query.Measured), want string) {
		t.Helper()
		o := DefaultCompare()
		o.Lens.Window = window
		a, b := measured(plainEntry()), measured(plainEntry())
		change(&a)
		change(&b)
		c := compare(t, o, CompareSide{Reference: "a", Runs: []query.Measured{a}}, CompareSide{Reference: "b", Runs: []query.Measured{b}})
		table := string(write(t, c, "table", WriteOptions{Width: 1000}))
		if !strings.Contains(table, want) || !strings.Contains(table, "window "+window.String()) {
			t.Errorf("%s: no %q in\n%s", name, want, table)
		}
	}
	steady := query.Window{Kind: query.WindowSteady}
	check("short", steady, func(m *query.Measured) { m.Totals.LengthS = ms(1.5) }, "the plateau of run tp4 of B is short: 1.5 s of 2.9 s")
	check("never reached", steady, func(m *query.Measured) {
		m.Totals.LengthS, m.Entry.Run.MaxConcurrency, m.Entry.Run.RequestRate = nil, new(int64(64)), new(store.Rate(math.Inf(1)))
	}, "run tp4 of B has no such window: it never had 61 requests in flight")
	check("cut away", query.Window{Kind: query.WindowTrim, Head: 9e9}, func(m *query.Measured) { m.Totals.LengthS = nil }, "run tp4 of B has no such window: it is too short")
}

// Imported runs are compared as far as their formulas are ours, or those that were asked for.
func TestUnlikeFormulasAreLeftOut(t *testing.T) {
	t.Parallel()
	check := func(name, source, backend, timeBase, definitions string, leftOut ...string) {
		t.Helper()
		o := DefaultCompare()
		o.Lens.Definitions = definitions
		b := plainEntry()
		b.Run.Source, b.Run.TimeBase, b.Run.Backend = source, timeBase, nil
		if backend != "" {
			b.Run.Backend = &backend
		}
		c := compare(t, o, oneRun(plainEntry()), oneRun(b))
		for _, f := range families[:4] {
			shown := slices.ContainsFunc(c.Points[0].Rows, func(r Row) bool { return strings.HasSuffix(r.Metric, "_"+f.name+"_ms") })
			if shown == slices.Contains(leftOut, f.name) {
				t.Errorf("%s: %s shown: %v", name, f.name, shown)
			}
		}
		if note := strings.Join(c.Notes, "\n"); strings.Contains(note, "left out") != (len(leftOut) > 0) {
			t.Errorf("%s: notes %s", name, note)
		}
	}
	check("a chat of vLLM's", "import:vllm", "openai-chat", "process", "", "ttft", "tpot", "itl")
	check("completions of vLLM's", "import:vllm", "vllm", "process", "")
	check("the same, as vLLM counts", "import:vllm", "openai-chat", "process", "vllm")
	check("vLLM's totals, as vLLM counts", "import:vllm", "openai-chat", "none", "vllm")
	check("vLLM's totals", "import:vllm", "openai-chat", "none", "", "ttft", "tpot", "itl")
	check("AIPerf's requests", "import:aiperf", "", "epoch", "")
	check("AIPerf's totals", "import:aiperf", "", "none", "", "ttft", "tpot", "itl")
	check("AIPerf's totals, as AIPerf counts", "import:aiperf", "", "none", "aiperf")
}

func TestGates(t *testing.T) {
	t.Parallel()
	check := func(name, gate string, n int, level float64, within bool, want Outcome, reason string) {
		t.Helper()
		o := DefaultCompare()
		g, err := ParseGate(gate)
		if err != nil {
			t.Fatal(err)
		}
		o.FailOn, o.WithinRun = []Gate{g}, within
		a, b := repeats(plainEntry(), "a", n, 1, 0.01), repeats(plainEntry(), "b", n, level, 0.01)
		if n == 1 {
			a, b = resampled(a, 2000), resampled(b, 2000)
		}
		c := compare(t, o, a, b)
		outcome, _ := c.Worst()
		if outcome != want || !strings.Contains(c.Gates[0].Reason, reason) {
			t.Errorf("%s: %s, %q, want %s, %q", name, outcome, c.Gates[0].Reason, want, reason)
		}
	}
	check("far beyond", "p99_ttft_ms > +5%", 5, 1.2, false, GateHolds, "[+")
	check("the other way", "p99_ttft_ms < -5%", 5, 1.2, false, GateClear, "[+")
	check("beyond, but not beyond noise", "p99_ttft_ms > +4.9%", 5, 1.05, false, GateClear, "not beyond noise")
	check("within", "p99_ttft_ms > +50%", 5, 1.2, false, GateClear, "[+")
	check("less throughput", "output_throughput < -2%", 5, 1.1, false, GateHolds, "[-")
	check("an alias of what is not known", "goodput < -2%", 5, 1.1, false, GateInvalid, "not known on both sides")
	check("three runs", "p99_ttft_ms > +5%", 3, 1.2, false, GateInvalid, "3+3 runs: need at least 4 a side")
	check("one run", "p99_ttft_ms > +5%", 1, 1.5, false, GateInvalid, "--fail-on-noise within-run")
	check("one run will do", "p99_ttft_ms > +5%", 1, 1.5, true, GateHolds, "noise within the run only")
	check("three runs will do", "p99_ttft_ms > +5%", 3, 1.2, true, GateHolds, "[+")
}

func TestParseGate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Gate{
		"p99_ttft_ms > +5%":   {"p99_ttft_ms", true, 5},
		"goodput<-2.5 %":      {"request_goodput", false, -2.5},
		" p99.9_itl_ms >0%":   {"p99.9_itl_ms", true, 0},
		"success_rate < -1 %": {"success_rate", false, -1},
	} {
		got, err := ParseGate(text)
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
		if again, err := ParseGate(got.String()); err != nil || again != got {
			t.Errorf("%q is written %q, which reads as %+v, %v", text, got, again, err)
		}
	}
	for _, text := range []string{"", "p99_ttft_ms", "p99_ttft_ms > 5", "p99_ttft > 5%", "p99_ttft_ms >= 5%", "x > 5%", "p99_ttft_ms < -100%", "p99_ttft_ms > 500 ms"} {
		if got, err := ParseGate(text); err == nil || !strings.Contains(err.Error(), "--fail-on") {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

func FuzzParseGate(f *testing.F) {
	f.Add("p99_ttft_ms > +5%")
	f.Fuzz(func(t *testing.T, text string) {
		gate, err := ParseGate(text)
		if err != nil {
			return
		}
		if again, err := ParseGate(gate.String()); err != nil || again != gate {
			t.Errorf("%q: %+v is written %q, which reads as %+v, %v", text, gate, gate.String(), again, err)
		}
	})
}

func TestCompareOptionsValidate(t *testing.T) {
	t.Parallel()
	o := DefaultCompare()
	o.Metrics, o.Primary, o.Percentiles, o.By = []string{"p42_ttft"}, []string{"nothing"}, []float64{101}, []string{"speed"}
	o.MinEffect, o.NoInterval, o.FailOn, o.Lens.Definitions = -1, true, []Gate{{}}, "mine"
	err := o.Validate()
	for _, want := range []string{"--metrics", "--primary", "--metric-percentiles", "--by", "--min-effect", "--fail-on", "--definitions"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %s in: %v", want, err)
		}
	}
	if err := DefaultCompare().Validate(); err != nil {
		t.Errorf("the default: %v", err)
	}
	if _, err := Compare(nil, o); err == nil {
		t.Error("impossible options are taken")
	}
}

func TestCompareFitsTerminal(t *testing.T) {
	t.Parallel()
	a, b := plainEntry(), candidate()
	b.Run.BaseURL = new("http://a-rather-long-host-name.example.com:8000/some/deep/path/behind/a/proxy")
	b.Run.Name = new(strings.Repeat("a long name ", 12))
	for _, sides := range [][]CompareSide{{oneRun(a), oneRun(b)}, {oneRun(a), oneRun(b), oneRun(b)}, {repeats(a, "a", 5, 1, 0.5), repeats(b, "b", 5, 1, 0.5)}} {
		for line := range strings.Lines(string(write(t, compare(t, DefaultCompare(), sides...), "table", WriteOptions{}))) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > 82 {
				t.Errorf("%d columns: %q", n, line)
			}
		}
	}
}

func TestCompareCSVNotes(t *testing.T) {
	t.Parallel()
	var notes bytes.Buffer
	c := compare(t, DefaultCompare(), resampled(oneRun(plainEntry()), 200), resampled(oneRun(candidate()), 200))
	rows := string(write(t, c, "csv", WriteOptions{Notes: &notes}))
	if strings.Contains(rows, "Note") || !strings.Contains(notes.String(), "noise") {
		t.Error("the notes of a CSV do not go where they should")
	}
	for line := range strings.Lines(rows) {
		if strings.Count(line, ",") != len(csvHeader)-1 {
			t.Errorf("%d columns: %s", strings.Count(line, ",")+1, line)
		}
	}
}

func TestNoiseGoldens(t *testing.T) {
	t.Parallel()
	noise, err := MeasureNoise(repeats(plainEntry(), "a", 6, 1, 0.03), DefaultCompare())
	if err != nil {
		t.Fatal(err)
	}
	for format, file := range map[string]string{"table": "noise.txt", "json": "noise.json", "csv": "noise.csv", "markdown": "noise.md", "html": "noise.html"} {
		golden(t, file, write(t, noise, format, WriteOptions{Width: 120}))
	}
	plan, err := PlanRepeats([]CompareSide{repeats(plainEntry(), "a", 4, 1, 0.03), repeats(plainEntry(), "b", 4, 1.5, 0.03)}, 0.03, DefaultCompare())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "plan.txt", write(t, plan, "table", WriteOptions{Width: 120}))
	few, err := MeasureNoise(repeats(plainEntry(), "a", 2, 1, 0.03), DefaultCompare())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "noise-few.txt", write(t, few, "table", WriteOptions{Width: 120}))
	if _, err := MeasureNoise(oneRun(plainEntry()), DefaultCompare()); err == nil {
		t.Error("one run has noise")
	}
	mixed := repeats(plainEntry(), "a", 4, 1, 0.03)
	mixed.Runs[2].Entry.Run.Dataset = new("sharegpt")
	if _, err := MeasureNoise(mixed, DefaultCompare()); err == nil || !strings.Contains(err.Error(), "dataset") {
		t.Errorf("runs of two datasets are repeats: %v", err)
	}
}

// A plan made from runs is kept by runs with their spread.
func TestNoiseFindsWhatDiffers(t *testing.T) {
	t.Parallel()
	side := repeats(plainEntry(), "a", 8, 1, 0.01)
	for i := range side.Runs {
		if i%2 == 1 {
			summary := *side.Runs[i].Entry.Summary
			stretch(&summary, 1.2)
			side.Runs[i].Entry.Summary = &summary
			side.Runs[i] = measured(side.Runs[i].Entry)
		}
	}
	r, err := MeasureNoise(side, DefaultCompare())
	if err != nil {
		t.Fatal(err)
	}
	if notes := strings.Join(r.Notes, "\n"); !strings.Contains(notes, "the halves differ in") {
		t.Errorf("two settings in turns pass for one: %s", notes)
	}
}
