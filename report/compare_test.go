package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"llmbench/query"
	"llmbench/store"
)

// measured is a run as its summary tells of it.
func measured(e store.Entry) query.Measured {
	m := query.Measured{Entry: e}
	if e.Summary != nil {
		m.Totals = query.SummaryTotals(e)
		m.Latency, _ = query.SummaryLatency(e, []float64{90, 95, 99})
	}
	return m
}

// candidate is candidateEntry with prompts and answers as long as those of plainEntry.
func candidate() store.Entry {
	e := candidateEntry()
	s := e.Summary
	s.TotalInputTokens, s.TotalOutputTokens = new(int64(1625)), new(int64(1168))
	s.RequestThroughput, s.OutputThroughput, s.TotalTokenThroughput = ms(38/2.8539), ms(1168/2.8539), ms(2793/2.8539)
	return e
}

func oneRun(e store.Entry) CompareSide {
	return CompareSide{Reference: *e.Run.Name, Runs: []query.Measured{measured(e)}}
}

// repeats are runs of one setting: latencies and the rate scatter by spread around level times those of the entry.
func repeats(e store.Entry, name string, n int, level, spread float64) CompareSide {
	rng := rand.New(rand.NewPCG(uint64(n), uint64(1000*level)))
	side := CompareSide{Reference: "tag:side=" + name}
	for i := range n {
		run := e
		run.Run.RunID, run.Run.Name = fmt.Sprintf("20261123T18%02d00Z-%s", i, name), new(fmt.Sprintf("%s-%d", name, i+1))
		run.Run.BeganAt = e.Run.BeganAt.Add(time.Duration(i) * 10 * time.Minute)
		run.Run.Seed, run.Run.WorkloadID, run.Run.ClientVerdict = new(int64(i)), new(fmt.Sprintf("w-%d", i)), new("ok")
		summary := *e.Summary
		stretch(&summary, level*math.Exp(spread*rng.NormFloat64()))
		run.Summary = &summary
		side.Runs = append(side.Runs, measured(run))
	}
	return side
}

// stretch multiplies every latency and divides every rate.
func stretch(s *store.Summary, factor float64) {
	v := reflect.ValueOf(s).Elem()
	for i := range v.NumField() {
		f, ok := v.Field(i).Interface().(*float64)
		name := v.Type().Field(i).Tag.Get("json")
		switch {
		case !ok || f == nil || name == "duration":
		case strings.HasSuffix(name, "_ms"):
			v.Field(i).Set(reflect.ValueOf(new(*f * factor)))
		default:
			v.Field(i).Set(reflect.ValueOf(new(*f / factor)))
		}
	}
	s.Duration = new(*s.Duration * factor)
}

// resampled gives a run events that are about what its summary says.
func resampled(side CompareSide, requests int) CompareSide {
	for i := range side.Runs {
		run := &side.Runs[i]
		rng := rand.New(rand.NewPCG(uint64(i), uint64(requests)))
		events := &query.Events{Latency: map[string][][]float64{}}
		for range requests {
			for _, l := range run.Latency {
				events.Latency[l.Metric] = append(events.Latency[l.Metric], []float64{drawn(l, rng.Float64())})
			}
			events.Succeeded = append(events.Succeeded, 1)
		}
		for k := range run.Totals.Failed * int64(requests) / (run.Totals.Completed + run.Totals.Failed) {
			events.Succeeded[17*k%int64(requests)] = 0
		}
		s := run.Entry.Summary
		for range 200 {
			noise := 0.01 * math.Exp(0.3*rng.NormFloat64())
			events.Slices = append(events.Slices, query.Slice{LengthS: 0.01, Completed: *s.RequestThroughput * noise,
				OutputTokens: *s.OutputThroughput * noise, InputTokens: (*s.TotalTokenThroughput - *s.OutputThroughput) * noise})
		}
		run.Events = events
	}
	return side
}

// drawn is a value of a distribution with the percentiles of l.
func drawn(l query.LatencyStats, u float64) float64 {
	at, values := []float64{0, 0.5, 0.9, 0.95, 0.99, 1}, []float64{0.8 * l.MedianMS, l.MedianMS, l.ValuesMS[0], l.ValuesMS[1], l.ValuesMS[2], 1.1 * l.ValuesMS[2]}
	for i := 1; ; i++ {
		if u <= at[i] {
			return values[i-1] + (values[i]-values[i-1])*(u-at[i-1])/(at[i]-at[i-1])
		}
	}
}

func compare(t *testing.T, o CompareOptions, sides ...CompareSide) *Comparison {
	t.Helper()
	c, err := Compare(sides, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func write(t *testing.T, c interface {
	Write(io.Writer, string, WriteOptions) error
}, format string, opts WriteOptions) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := c.Write(&out, format, opts); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCompareGoldens(t *testing.T) {
	t.Parallel()
	o := DefaultCompare()
	o.MinEffect = 0.02
	gate, err := ParseGate("p99_ttft_ms > +5%")
	if err != nil {
		t.Fatal(err)
	}
	o.FailOn = []Gate{gate}
	c := compare(t, o, repeats(plainEntry(), "base", 5, 1, 0.02), repeats(plainEntry(), "cand", 5, 1.1, 0.02))
	for format, file := range map[string]string{
		"table": "compare.txt", "json": "compare.json", "csv": "compare.csv", "markdown": "compare.md", "html": "compare.html",
	} {
		golden(t, file, write(t, c, format, WriteOptions{Width: 120}))
	}
	golden(t, "compare-80.txt", write(t, c, "table", WriteOptions{}))
	golden(t, "compare-color.txt", write(t, c, "table", WriteOptions{Color: true, Width: 120}))
}

// TestCompareShapes draws one table each of what a comparison can look like.
func TestCompareShapes(t *testing.T) {
	t.Parallel()
	b := plainEntry()
	b.Run.TP, b.Run.Env, b.Run.Seed, b.Run.WorkloadID = new(int64(8)), new(`{"NCCL_MIN_NCHANNELS":"32"}`), new(int64(1)), new("w-77aa")
	two := compare(t, DefaultCompare(), repeats(plainEntry(), "base", 2, 1, 0.02), repeats(b, "cand", 3, 1.2, 0.02))
	golden(t, "compare-few.txt", write(t, two, "table", WriteOptions{Width: 120}))

	one := compare(t, DefaultCompare(), resampled(oneRun(plainEntry()), 300), resampled(oneRun(candidate()), 300))
	golden(t, "compare-one-run.txt", write(t, one, "table", WriteOptions{Width: 120}))

	o := DefaultCompare()
	o.NoInterval = true
	golden(t, "compare-no-interval.txt", write(t, compare(t, o, oneRun(plainEntry()), oneRun(candidate())), "table", WriteOptions{Width: 120}))

	three := compare(t, DefaultCompare(), repeats(plainEntry(), "a", 5, 1, 0.02), repeats(plainEntry(), "b", 5, 1.1, 0.02), repeats(plainEntry(), "c", 4, 0.8, 0.02))
	golden(t, "compare-three.txt", write(t, three, "table", WriteOptions{Width: 120}))

	o = DefaultCompare()
	o.By = []string{"request_rate", "tags.size"}
	o.Metrics = []string{"p99_ttft_ms", "output_throughput", "median_itl_ms"}
	var sides [2]CompareSide
	for i, level := range []float64{1, 0.9} {
		for k, rate := range []float64{8, 20, 4} {
			e := plainEntry()
			e.Run.RequestRate, e.Run.Tags = new(store.Rate(rate)), map[string]string{"size": "small"}
			side := repeats(e, "s"+string(rune('a'+i)), 4, level*(1+0.1*float64(k)), 0.02)
			sides[i].Reference, sides[i].Runs = side.Reference, append(sides[i].Runs, side.Runs...)
		}
	}
	lone := plainEntry()
	lone.Run.RequestRate = new(store.Rate(64))
	sides[0].Runs = append(sides[0].Runs, measured(lone))
	points := compare(t, o, sides[0], sides[1])
	golden(t, "compare-points.txt", write(t, points, "table", WriteOptions{Width: 120}))
	golden(t, "compare-points.md", write(t, points, "markdown", WriteOptions{}))
}

func TestCompareUnlikeAllowed(t *testing.T) {
	t.Parallel()
	a, b := plainEntry(), candidate()
	b.Run.Dataset, b.Run.RequestRate = new("sharegpt"), new(store.Rate(40))
	o := DefaultCompare()
	o.AllowWorkload = true
	c := compare(t, o, oneRun(a), oneRun(b))
	golden(t, "compare-unlike.txt", write(t, c, "table", WriteOptions{}))
	if !c.UnlikeWorkload || !strings.Contains(c.Title, "UNLIKE WORKLOADS") {
		t.Errorf("the title %q does not say that the workloads are unlike", c.Title)
	}
}

func TestCompareNulls(t *testing.T) {
	t.Parallel()
	b := emptyEntry()
	b.Run.Source, b.Run.Name = "import:vllm", new("nothing")
	golden(t, "compare-nulls.txt", write(t, compare(t, DefaultCompare(), oneRun(plainEntry()), oneRun(b)), "table", WriteOptions{}))
	e := emptyEntry()
	e.Run.Name = new("failed")
	golden(t, "compare-all-failed.txt", write(t, compare(t, DefaultCompare(), oneRun(e), oneRun(e)), "table", WriteOptions{}))
}

func TestComparisonJSONIsStable(t *testing.T) {
	t.Parallel()
	c := compare(t, DefaultCompare(), repeats(plainEntry(), "base", 4, 1, 0.02), repeats(plainEntry(), "cand", 4, 1.1, 0.02))
	out := write(t, c, "json", WriteOptions{})
	var back map[string]any
	if err := json.Unmarshal(out, &back); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"schema", "title", "sides", "window", "definitions", "unlike_workload", "differences", "by", "points", "overall", "gates", "notes", "footnotes"} {
		if _, ok := back[key]; !ok {
			t.Errorf("no key %q", key)
		}
	}
	if !bytes.Equal(out, write(t, c, "json", WriteOptions{Width: 200, Color: true})) {
		t.Error("the JSON depends on the terminal")
	}
	if bytes.Contains(out, []byte("null, ")) || bytes.Contains(out, []byte(`: null,"`)) {
		t.Error("lists are null instead of empty")
	}
}

func TestCompareWritesItsErrors(t *testing.T) {
	t.Parallel()
	c := compare(t, DefaultCompare(), oneRun(plainEntry()), oneRun(candidate()))
	if err := c.Write(io.Discard, "yaml", WriteOptions{}); err == nil || !strings.Contains(err.Error(), "table, markdown, csv, json, html") {
		t.Errorf("an unknown format gives %v", err)
	}
	for _, format := range ComparisonFormats() {
		if err := c.Write(brokenWriter{}, format, WriteOptions{Notes: brokenWriter{}}); err == nil {
			t.Errorf("%s: a full disk is no error", format)
		}
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// A name from outside must not become markup or break a table.
func TestCompareQuotesNames(t *testing.T) {
	t.Parallel()
	a, b := plainEntry(), candidate()
	b.Run.Name, b.Run.Model = new("<script>alert(1)</script>|*x*"), new("a|b\n\x1b[31m")
	c := compare(t, DefaultCompare(), oneRun(a), oneRun(b))
	if page := string(write(t, c, "html", WriteOptions{})); strings.Contains(page, "<script>") || strings.Contains(page, "http://") && strings.Contains(page, "src=") {
		t.Error("the page runs a script or fetches something")
	}
	if text := string(write(t, c, "markdown", WriteOptions{})); strings.Contains(text, "<script>") || strings.Contains(text, "*x*") && !strings.Contains(text, `\*x\*`) {
		t.Error("the name is markup")
	}
	for _, format := range []string{"table", "markdown", "csv"} {
		if text := string(write(t, c, format, WriteOptions{})); strings.Contains(text, "\x1b") {
			t.Errorf("%s lets an escape sequence through", format)
		}
	}
}
