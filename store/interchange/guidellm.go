package interchange

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"llmbench/store"
)

// guidellmFormat is guidellm's benchmarks.json: a run for each of its benchmarks, which a sweep has many of. Of a
// request's chunks the file has the first, the last and their number.
var guidellmFormat = Format{
	Name:      "guidellm",
	About:     "guidellm's benchmarks, JSON",
	recognise: func(head []byte) bool { return strings.Contains(string(head), `"guidellm_version"`) },
	read:      readGuidellm,
}

type guidellmFile struct {
	Metadata   json.RawMessage   `json:"metadata"`
	Config     json.RawMessage   `json:"config"`
	Benchmarks []json.RawMessage `json:"benchmarks"`
}

func readGuidellm(s Source) iter.Seq2[*Run, error] {
	return func(yield func(*Run, error) bool) {
		for text, err := range documents(s.Path) {
			var file guidellmFile
			if err == nil {
				err = json.Unmarshal(text, &file)
			}
			if err == nil && len(file.Benchmarks) == 0 {
				err = errors.New("it holds no benchmark")
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for i, b := range file.Benchmarks {
				run, err := file.run(b)
				if err != nil {
					err = fmt.Errorf("benchmark %d: %w", i+1, err)
				}
				if !yield(run, err) || err != nil {
					return
				}
			}
			return
		}
		yield(nil, errors.New("it holds no JSON"))
	}
}

type guidellmBenchmark struct {
	Config struct {
		Strategy struct {
			Type           *string   `json:"type_"`
			Rate           looseRate `json:"rate"`
			Streams        *int64    `json:"streams"`
			MaxConcurrency *int64    `json:"max_concurrency"`
		} `json:"strategy"`
		Backend struct {
			Target *string `json:"target"`
			Model  *string `json:"model"`
			Format *string `json:"request_format"`
		} `json:"backend"`
	} `json:"config"`
	State    json.RawMessage `json:"scheduler_state"`
	Duration *float64        `json:"duration"`
	Metrics  json.RawMessage `json:"metrics"`
	Requests struct {
		Successful []guidellmRequest `json:"successful"`
		Errored    []guidellmRequest `json:"errored"`
		Incomplete []guidellmRequest `json:"incomplete"`
	} `json:"requests"`
}

type guidellmRequest struct {
	ResponseID *string `json:"response_id"`
	Args       *string `json:"request_args"`
	Output     *string `json:"output"`
	Info       struct {
		ConversationID *string `json:"conversation_id"`
		Turn           *int64  `json:"turn_index"`
		Error          *string `json:"error"`
		Timings        struct {
			TargetedStart  *float64 `json:"targeted_start"`
			Dequeued       *float64 `json:"dequeued"`
			RequestStart   *float64 `json:"request_start"`
			FirstIteration *float64 `json:"first_request_iteration"`
			FirstToken     *float64 `json:"first_token_iteration"`
			LastToken      *float64 `json:"last_token_iteration"`
			Iterations     *int64   `json:"token_iterations"`
			RequestEnd     *float64 `json:"request_end"`
			ResolveEnd     *float64 `json:"resolve_end"`
		} `json:"timings"`
	} `json:"info"`
	PromptTokens *int64 `json:"prompt_tokens"`
	OutputTokens *int64 `json:"output_tokens"`
	CachedTokens *int64 `json:"cached_tokens"`
	Input        struct {
		Total *int64 `json:"total_tokens"`
	} `json:"input_metrics"`
	OutputMetrics struct {
		Total *int64 `json:"total_tokens"`
	} `json:"output_metrics"`
}

// run makes a run of one benchmark. Its origin is the earliest time of any request.
func (f guidellmFile) run(text json.RawMessage) (*Run, error) {
	var b guidellmBenchmark
	if err := json.Unmarshal(text, &b); err != nil {
		return nil, err
	}
	run := &Run{sum: sha256.Sum256(text)}
	run.TimeBase = TimeEpoch
	strategy, backend := b.Config.Strategy, b.Config.Backend
	run.Model, run.BaseURL, run.Backend = backend.Model, backend.Target, backend.Format
	run.RequestRate, run.MaxConcurrency = strategy.Rate.rate, strategy.MaxConcurrency
	if strategy.Type != nil {
		setTag(&run.Run, "strategy", *strategy.Type)
	}
	if b.Duration != nil {
		run.DurationNS = new(nanoseconds(*b.Duration))
	}
	run.File = []Field{{"metadata", f.Metadata}, {"config", f.Config}, {"scheduler_state", b.State}}
	run.File = slices.DeleteFunc(run.File, func(f Field) bool { return len(f.Value.(json.RawMessage)) == 0 })
	var err error
	if run.Records, err = b.records(run); err != nil {
		return nil, err
	}
	run.Reported = guidellmReported(b.Metrics)
	return run, run.finish()
}

func (b guidellmBenchmark) records(run *Run) ([]*store.Record, error) {
	all := slices.Concat(b.Requests.Successful, b.Requests.Errored, b.Requests.Incomplete)
	if len(all) == 0 {
		return nil, nil
	}
	origin := math.Inf(1)
	for _, r := range all {
		for _, t := range []*float64{r.Info.Timings.TargetedStart, r.Info.Timings.RequestStart} {
			if t != nil {
				origin = min(origin, *t)
			}
		}
	}
	if math.IsInf(origin, 1) {
		return nil, errors.New("its requests have no timings; files of version 2, of guidellm 0.4 and later, are known")
	}
	run.BeganAt = epoch(origin)
	var records []*store.Record
	for i, r := range all {
		rec := r.record(run, origin)
		switch {
		case i >= len(b.Requests.Successful)+len(b.Requests.Errored):
			rec.Status = store.StatusCancelled
		case i >= len(b.Requests.Successful):
			text := "errored"
			if r.Info.Error != nil {
				text = *r.Info.Error
			}
			fail(rec, text)
		}
		records = append(records, rec)
	}
	slices.SortStableFunc(records, func(a, b *store.Record) int { return int(sortTime(a) - sortTime(b)) })
	for i, rec := range records {
		rec.RequestID = int64(i)
	}
	return records, nil
}

func sortTime(r *store.Record) int64 {
	if r.IntendedNS.Valid {
		return r.IntendedNS.V
	}
	return r.SentNS.V
}

// epoch is a time of seconds since 1970. A double has but a quarter of a microsecond of it.
func epoch(seconds float64) time.Time {
	whole := math.Floor(seconds)
	return time.Unix(int64(whole), nanoseconds(seconds-whole)).Truncate(time.Microsecond)
}

func (r guidellmRequest) record(run *Run, origin float64) *store.Record {
	t := r.Info.Timings
	offset := func(at *float64) store.NullInt {
		if at == nil {
			return store.NullInt{}
		}
		return store.Int(nanoseconds(*at - origin))
	}
	rec := &store.Record{Request: store.Request{Phase: store.PhaseMeasured, Status: store.StatusOK,
		IntendedNS: offset(t.TargetedStart), SlotNS: offset(t.Dequeued), SentNS: offset(t.RequestStart), FirstByteNS: offset(t.FirstIteration),
		FirstTokenNS: offset(t.FirstToken), LastTokenNS: offset(t.LastToken), DoneNS: offset(t.RequestEnd),
		PromptTokens: firstKnown(r.PromptTokens, r.Input.Total), OutputTokens: firstKnown(r.OutputTokens, r.OutputMetrics.Total),
		CachedTokens: firstKnown(r.CachedTokens), Turn: firstKnown(r.Info.Turn)}}
	if !rec.DoneNS.Valid {
		rec.DoneNS = offset(t.ResolveEnd)
	}
	if t.Iterations != nil {
		rec.Request.Chunks = *t.Iterations
	}
	if r.ResponseID != nil {
		rec.ServerRequestID = store.String(*r.ResponseID)
	}
	if r.Info.ConversationID != nil {
		rec.SessionID = store.String(*r.Info.ConversationID)
	}
	if r.Output != nil {
		rec.OutputText = store.String(*r.Output)
	}
	if r.Args != nil {
		var args struct {
			Body json.RawMessage `json:"body"`
		}
		if json.Unmarshal([]byte(*r.Args), &args) == nil {
			asked(run, rec, string(args.Body))
		}
	}
	return rec
}

// firstKnown is the first of several values that is known.
func firstKnown(values ...*int64) store.NullInt {
	for _, v := range values {
		if v != nil {
			return store.Int(*v)
		}
	}
	return store.NullInt{}
}

// guidellmNames are the tool's metrics whose formulas are ours. Its TPOT counts the first token and its ITL is weighted by
// tokens: the views tpot_guidellm and itl_guidellm compute these from the rows.
var guidellmNames = map[string]string{"time_to_first_token_ms": "ttft", "request_latency": "e2el"}

var guidellmTotals = map[string]string{
	"requests_per_second": "request_throughput", "output_tokens_per_second": "output_throughput", "tokens_per_second": "total_token_throughput",
	"request_goodput": "request_goodput",
}

type guidellmStats struct {
	Mean        *float64            `json:"mean"`
	Median      *float64            `json:"median"`
	Std         *float64            `json:"std_dev"`
	Percentiles map[string]*float64 `json:"percentiles"`
}

// guidellmReported are the tool's counts, and its statistics over the successful requests.
func guidellmReported(text json.RawMessage) []Field {
	var metrics map[string]json.RawMessage
	if json.Unmarshal(text, &metrics) != nil {
		return nil
	}
	var out []Field
	var totals struct{ Successful, Errored, Incomplete *int64 }
	if json.Unmarshal(metrics["request_totals"], &totals) == nil && totals.Successful != nil && totals.Errored != nil && totals.Incomplete != nil {
		out = append(out, Field{"completed", *totals.Successful}, Field{"failed", *totals.Errored + *totals.Incomplete})
	}
	for _, key := range slices.Sorted(maps.Keys(metrics)) {
		var m struct{ Successful *guidellmStats }
		if json.Unmarshal(metrics[key], &m) == nil && m.Successful != nil {
			out = append(out, m.Successful.fields(key)...)
		}
	}
	return out
}

func (s guidellmStats) fields(key string) (out []Field) {
	if total, ok := guidellmTotals[key]; ok && s.Mean != nil {
		return []Field{{total, *s.Mean}}
	}
	name, ok := guidellmNames[key]
	if !ok {
		return nil
	}
	scale := 1.0
	if !strings.HasSuffix(key, "_ms") {
		scale = 1e3 // seconds
	}
	add := func(stat string, v *float64) {
		if v != nil {
			out = append(out, Field{stat + "_" + name + "_ms", *v * scale})
		}
	}
	add("mean", s.Mean)
	add("median", s.Median)
	add("std", s.Std)
	for _, p := range []string{"50", "75", "90", "95", "99"} {
		add("p"+p, s.Percentiles["p"+p])
	}
	return out
}
