package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"llmbench/store"
)

func compare(t *testing.T, a, b store.Entry, opts CompareOptions) *Comparison {
	t.Helper()
	c, err := Compare(a, b, opts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func write(t *testing.T, c *Comparison, format string, opts WriteOptions) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := c.Write(&out, format, opts); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCompareGoldens(t *testing.T) {
	t.Parallel()
	c := compare(t, plainEntry(), candidateEntry(), CompareOptions{})
	for format, file := range map[string]string{
		"table": "compare.txt", "json": "compare.json", "csv": "compare.csv", "markdown": "compare.md",
	} {
		golden(t, file, write(t, c, format, WriteOptions{}))
	}
	golden(t, "compare-color.txt", write(t, c, "table", WriteOptions{Color: true, Width: 120}))
}

func TestCompareUnlikeAllowed(t *testing.T) {
	t.Parallel()
	a, b := plainEntry(), candidateEntry()
	b.Run.Dataset, b.Run.RequestRate = new("sharegpt"), new(store.Rate(40))
	c := compare(t, a, b, CompareOptions{AllowWorkload: true})
	golden(t, "compare-unlike.txt", write(t, c, "table", WriteOptions{}))
	if !c.UnlikeWorkload || !strings.Contains(c.Title, "UNLIKE WORKLOADS") {
		t.Errorf("the title %q does not say that the workloads are unlike", c.Title)
	}
}

func TestCompareNulls(t *testing.T) {
	t.Parallel()
	a, b := plainEntry(), emptyEntry()
	b.Run.Source = "import:vllm"
	c := compare(t, a, b, CompareOptions{})
	golden(t, "compare-nulls.txt", write(t, c, "table", WriteOptions{}))
	c = compare(t, emptyEntry(), emptyEntry(), CompareOptions{})
	golden(t, "compare-all-failed.txt", write(t, c, "table", WriteOptions{}))
}

func TestCompareRefuses(t *testing.T) {
	t.Parallel()
	check := func(name string, change func(*store.Run), refusedBy ...string) {
		t.Helper()
		a, b := plainEntry(), plainEntry()
		change(&b.Run)
		_, err := Compare(a, b, CompareOptions{})
		var unlike *UnlikeError
		if !errors.As(err, &unlike) {
			if err != nil || len(refusedBy) > 0 {
				t.Errorf("%s: err = %v, want a refusal for %v", name, err, refusedBy)
			}
			return
		}
		var got []string
		for _, d := range unlike.Differences {
			got = append(got, d.Key)
			if !strings.Contains(err.Error(), d.Key) {
				t.Errorf("%s: %q does not name %s", name, err, d.Key)
			}
		}
		if strings.Join(got, " ") != strings.Join(refusedBy, " ") {
			t.Errorf("%s: refused by %v, want %v", name, got, refusedBy)
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
	check("recipe in another order and spelling", func(r *store.Run) {
		r.Workload = new(`{"content_hash":"sha256:00ff","random_output_len":128.0,"random_input_len":5.12e2,"seed":7,"num_prompts":3}`)
	})
	check("rate", func(r *store.Run) { r.RequestRate = new(store.Rate(40)) }, "request_rate")
	check("rate unset", func(r *store.Run) { r.RequestRate = nil }, "request_rate")
	check("burstiness", func(r *store.Run) { r.Burstiness = new(store.Rate(0.5)) }, "burstiness")
	check("concurrency", func(r *store.Run) { r.MaxConcurrency = new(int64(8)) }, "max_concurrency")
	check("sampling", func(r *store.Run) { r.Sampling = new(`{"temperature":0.7,"top_p":0.9}`) },
		"sampling.temperature", "sampling.top_p")
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

func TestBurstinessWithoutGaps(t *testing.T) {
	t.Parallel()
	a, b := plainEntry(), plainEntry()
	inf := new(store.Rate)
	if err := inf.UnmarshalText([]byte("inf")); err != nil {
		t.Fatal(err)
	}
	a.Run.RequestRate, b.Run.RequestRate = inf, inf
	b.Run.Burstiness = new(store.Rate(0.5))
	c := compare(t, a, b, CompareOptions{})
	if len(c.Differences) != 1 || c.Differences[0].Key != "burstiness" || c.Differences[0].Refuses {
		t.Errorf("differences = %+v, want burstiness, noted", c.Differences)
	}
}

func TestCompareVerdicts(t *testing.T) {
	t.Parallel()
	check := func(metric string, a, b *float64, change string, verdict Verdict) {
		t.Helper()
		ea, eb := plainEntry(), plainEntry()
		switch metric {
		case "output_throughput":
			ea.Summary.OutputThroughput, eb.Summary.OutputThroughput = a, b
		case "p99_ttft_ms":
			ea.Summary.P99TTFT, eb.Summary.P99TTFT = a, b
		case "duration":
			ea.Summary.Duration, eb.Summary.Duration = a, b
		}
		r := compare(t, ea, eb, CompareOptions{Metrics: []string{metric}}).Rows[0]
		if r.change() != change || r.Verdict != verdict {
			t.Errorf("%s %v -> %v: %s %q, want %s %q", metric, a, b, r.change(), r.Verdict, change, verdict)
		}
	}
	check("output_throughput", ms(100), ms(110), "+10.0%", Better)
	check("output_throughput", ms(110), ms(99), "-10.0%", Worse)
	check("p99_ttft_ms", ms(100), ms(110), "+10.0%", Worse)
	check("p99_ttft_ms", ms(100), ms(90), "-10.0%", Better)
	check("p99_ttft_ms", ms(100), ms(100), "~", Same)
	check("p99_ttft_ms", ms(0), ms(0), "~", Same)
	check("p99_ttft_ms", ms(0), ms(5), "?", Worse)
	check("output_throughput", ms(0), ms(5), "?", Better)
	check("p99_ttft_ms", ms(5), ms(0), "-100.0%", Better)
	check("p99_ttft_ms", ms(1), ms(500), "+49900%", Worse)
	check("p99_ttft_ms", nil, ms(5), "n/a", NoWords)
	check("p99_ttft_ms", ms(5), nil, "n/a", NoWords)
	check("duration", ms(100), ms(110), "+10.0%", NoWords)
}

func TestCompareNotes(t *testing.T) {
	t.Parallel()
	check := func(name string, change func(*store.Entry), want string) {
		t.Helper()
		a, b := plainEntry(), plainEntry()
		change(&b)
		table := string(write(t, compare(t, a, b, CompareOptions{}), "table", WriteOptions{Width: 1000}))
		if !strings.Contains(table, want) || !strings.Contains(table, "says nothing about run-to-run noise") {
			t.Errorf("%s: no %q in\n%s", name, want, table)
		}
	}
	check("plain", func(*store.Entry) {}, "Note: one run a side")
	check("saturated", func(e *store.Entry) { e.Run.ClientVerdict = new("saturated") }, "[1] the client of B was saturated")
	check("failures", func(e *store.Entry) { e.Summary.Failed = 10 }, "[1] 20.0% of the requests of B failed")
	check("interrupted", func(e *store.Entry) { e.Run.Status = store.RunInterrupted }, "run B has the status interrupted")
	check("slo", func(e *store.Entry) {
		e.Run.SLO, e.Summary.RequestGoodput = new(`{"ttft":100}`), ms(3)
	}, "[1] the runs were given different SLOs")
	check("lengths", func(e *store.Entry) { e.Summary.TotalOutputTokens = new(int64(900)) }, "mean output tokens")
	check("a reason", func(e *store.Entry) {
		e.Run.ClientVerdict, e.Run.Findings = new("suspect"), new(`{"client":"the clock jumped"}`)
	}, "not the server's (the clock jumped)")
	check("flags", func(e *store.Entry) { e.Run.Flags = new(`{"tp":4,"random-input-len":512,"num-warmups":3}`) }, "flags.num-warmups")
}

func TestFlagsThatOnlyRepeat(t *testing.T) {
	t.Parallel()
	a, b := plainEntry(), plainEntry()
	a.Run.Workload = new(`{"input_len":512}`)
	b.Run.Workload = a.Run.Workload
	a.Run.Flags = new(`{}`)
	b.Run.Flags = new(`{"--tp":4,"random-input-len":512,"random_input_len":512,"temperature":0,"name":"x","goodput":["ttft:9"]}`)
	if c := compare(t, a, b, CompareOptions{}); len(c.Differences) != 0 {
		t.Errorf("differences = %+v, want none: all of these flags are told by columns", c.Differences)
	}
}

func TestCompareErrors(t *testing.T) {
	t.Parallel()
	a, b := plainEntry(), plainEntry()
	b.Summary = nil
	if _, err := Compare(a, b, CompareOptions{}); err == nil || !strings.Contains(err.Error(), "no summary") {
		t.Errorf("err = %v, want one about the missing summary", err)
	}
	if _, err := Compare(a, a, CompareOptions{Metrics: []string{"p42_ttft_ms"}}); err == nil {
		t.Error("an unknown metric was taken")
	}
	if err := compare(t, a, a, CompareOptions{}).Write(io.Discard, "yaml", WriteOptions{}); err == nil {
		t.Error("an unknown format was taken")
	}
}

func TestCompareJSONHasNoNullLists(t *testing.T) {
	t.Parallel()
	c := compare(t, plainEntry(), plainEntry(), CompareOptions{})
	var doc map[string]any
	if err := json.Unmarshal(write(t, c, "json", WriteOptions{}), &doc); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"differences", "metrics", "notes", "footnotes"} {
		if _, ok := doc[key].([]any); !ok {
			t.Errorf("%s is %T, want a list", key, doc[key])
		}
	}
}

func TestCompareFitsTerminal(t *testing.T) {
	t.Parallel()
	a, b := plainEntry(), candidateEntry()
	b.Run.BaseURL = new("http://a-rather-long-host-name.example.com:8000/some/deep/path/behind/a/proxy")
	b.Run.Name = new(strings.Repeat("a long name ", 12))
	for line := range strings.Lines(string(write(t, compare(t, a, b, CompareOptions{}), "table", WriteOptions{}))) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > 80 {
			t.Errorf("%d columns: %q", n, line)
		}
	}
}

func TestCompareCSVNotes(t *testing.T) {
	t.Parallel()
	var notes bytes.Buffer
	c := compare(t, plainEntry(), candidateEntry(), CompareOptions{})
	rows := write(t, c, "csv", WriteOptions{Notes: &notes})
	if strings.Contains(string(rows), "noise") || !strings.Contains(notes.String(), "noise") {
		t.Error("the notes of a CSV do not go where they should")
	}
}
