package report

import (
	"errors"
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

// Every repeat but the first finds the prompts of another run in the cache: that is no difference between them.
func TestWarmCaches(t *testing.T) {
	t.Parallel()
	run := func(finding string) store.Entry {
		e := plainEntry()
		e.Run.Findings = new(finding)
		return e
	}
	warm, warmer := run(`{"prefix_cache":"The prefix cache may be warm: run x"}`), run(`{"prefix_cache":"The prefix cache may be warm: run y"}`)
	if c := compare(t, DefaultCompare(), oneRun(warm), oneRun(warmer)); len(c.Differences) != 0 {
		t.Errorf("two warm caches differ: %+v", c.Differences)
	}
	c := compare(t, DefaultCompare(), oneRun(plainEntry()), oneRun(warm))
	if len(c.Differences) != 1 || c.Differences[0].Key != "prefix_cache" || c.Differences[0].Values[1] != "may be warm" {
		t.Errorf("a cold and a warm cache: %+v", c.Differences)
	}
}
