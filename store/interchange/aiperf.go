package interchange

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"time"

	"llmbench/store"
)

// aiperfFormat is AIPerf's profile_export.jsonl: a request a line, of one run. What the run was is in the file beside it,
// profile_export_aiperf.json, which is read where it is there.
var aiperfFormat = Format{
	Name:  "aiperf",
	About: "AIPerf's profile_export.jsonl, with profile_export_aiperf.json beside it",
	recognise: func(head []byte) bool {
		return hasKeys("metadata", "metrics")(head) && strings.Contains(string(head), `"benchmark_phase"`)
	},
	read: func(s Source) iter.Seq2[*Run, error] { return one(readAIPerf(s)) },
}

// one makes a sequence of a single run.
func one(run *Run, err error) iter.Seq2[*Run, error] {
	return func(yield func(*Run, error) bool) { yield(run, err) }
}

type aiperfLine struct {
	Metadata struct {
		SessionNum    int64   `json:"session_num"`
		CorrelationID *string `json:"x_correlation_id"`
		Turn          *int64  `json:"turn_index"`
		CreditNS      *int64  `json:"credit_issued_ns"`
		StartNS       *int64  `json:"request_start_ns"`
		AckNS         *int64  `json:"request_ack_ns"`
		EndNS         *int64  `json:"request_end_ns"`
		Phase         string  `json:"benchmark_phase"`
		Cancelled     bool    `json:"was_cancelled"`
	} `json:"metadata"`
	Metrics map[string]aiperfMetric `json:"metrics"`
	Error   *struct {
		Code    *int64 `json:"code"`
		Type    string `json:"type"`
		Message string `json:"message"`
	} `json:"error"`
}

// aiperfMetric is a number or a list of them, with its unit.
type aiperfMetric struct {
	Value json.RawMessage `json:"value"`
	Unit  string          `json:"unit"`
}

// readAIPerf makes one run of all lines. The origin is the first request's sending, on the wall clock.
func readAIPerf(s Source) (*Run, error) {
	run := &Run{}
	run.TimeBase = TimeEpoch
	sum := sha256.New()
	var lines []aiperfLine
	for text, err := range documents(s.Path) {
		if err != nil {
			return nil, err
		}
		sum.Write(text)
		var line aiperfLine
		if err := json.Unmarshal(text, &line); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(lines)+1, err)
		}
		if line.Metadata.StartNS == nil {
			return nil, fmt.Errorf("line %d: it has no request_start_ns", len(lines)+1)
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return nil, errors.New("it holds no request")
	}
	slices.SortStableFunc(lines, func(a, b aiperfLine) int { return cmp.Compare(*a.Metadata.StartNS, *b.Metadata.StartNS) })
	origin := *lines[0].Metadata.StartNS
	run.BeganAt = time.Unix(0, origin)
	run.Records = make([]*store.Record, len(lines))
	for i, line := range lines {
		rec, err := line.record(int64(i), origin)
		if err != nil {
			return nil, fmt.Errorf("request of %d ns: %w", *line.Metadata.StartNS, err)
		}
		run.Records[i] = rec
	}
	sum.Sum(run.sum[:0])
	if err := run.readAIPerfSummary(strings.TrimSuffix(s.Path, ".jsonl") + "_aiperf.json"); err != nil {
		return nil, err
	}
	return run, run.finish()
}

func (l aiperfLine) record(id, origin int64) (*store.Record, error) {
	m := l.Metadata
	offset := func(at *int64) store.NullInt {
		if at == nil {
			return store.NullInt{}
		}
		return store.Int(*at - origin)
	}
	rec := &store.Record{Request: store.Request{RequestID: id, Phase: store.PhaseMeasured, Status: store.StatusOK,
		IntendedNS: offset(m.CreditNS), SlotNS: offset(m.CreditNS), SentNS: offset(m.StartNS), FirstByteNS: offset(m.AckNS), DoneNS: offset(m.EndNS)}}
	if strings.HasPrefix(m.Phase, "warm") {
		rec.Phase = store.PhaseWarmup
	}
	if m.CorrelationID != nil {
		rec.SessionID = store.String(*m.CorrelationID)
	}
	if m.Turn != nil {
		rec.Turn = store.Int(*m.Turn)
	}
	l.count(rec)
	if err := l.arrivals(rec); err != nil {
		return nil, err
	}
	l.fail(rec)
	return rec, nil
}

// count prefers what the server counted to what the tool did.
func (l aiperfLine) count(rec *store.Record) {
	for _, c := range []struct {
		metric, source string
		count, by      any
	}{
		{"input_sequence_length", store.CountedByTokenizer, &rec.PromptTokens, &rec.PromptTokensSource},
		{"output_sequence_length", store.CountedByTokenizer, &rec.OutputTokens, &rec.OutputTokensSource},
		{"usage_prompt_tokens", store.CountedByUsage, &rec.PromptTokens, &rec.PromptTokensSource},
		{"usage_completion_tokens", store.CountedByUsage, &rec.OutputTokens, &rec.OutputTokensSource},
		{"usage_prompt_cache_read_tokens", "", &rec.CachedTokens, new(store.NullString)},
	} {
		var n float64
		if metric, there := l.Metrics[c.metric]; there && json.Unmarshal(metric.Value, &n) == nil {
			*c.count.(*store.NullInt), *c.by.(*store.NullString) = store.Int(int64(n)), store.String(c.source)
		}
	}
}

// arrivals sets the chunks: the time to the first and the gaps of inter_chunk_latency. What this tool calls inter-token
// latency is no list but vLLM's TPOT.
func (l aiperfLine) arrivals(rec *store.Record) error {
	ttft, err := l.nanoseconds("time_to_first_token")
	if err != nil || len(ttft) == 0 {
		return err
	}
	gaps, err := l.nanoseconds("inter_chunk_latency")
	if err != nil {
		return err
	}
	t := ttft[:1]
	for _, gap := range gaps {
		t = append(t, t[len(t)-1]+gap)
	}
	if len(gaps) > 0 {
		setArrivals(rec, t)
		return nil
	}
	// One chunk, or gaps that were not kept: only the first is known.
	rec.FirstTokenNS = shift(rec.SentNS, t[0])
	rec.LastTokenNS = rec.DoneNS
	return nil
}

// aiperfUnits are the units of time by their length in nanoseconds.
var aiperfUnits = map[string]float64{"ns": 1, "us": 1e3, "ms": 1e6, "sec": 1e9, "s": 1e9}

// nanoseconds reads a metric of one or several times in its own unit. One that is missing has none.
func (l aiperfLine) nanoseconds(name string) ([]int64, error) {
	metric, there := l.Metrics[name]
	if !there {
		return nil, nil
	}
	unit, known := aiperfUnits[metric.Unit]
	if !known {
		return nil, fmt.Errorf("%s has the unit %q", name, metric.Unit)
	}
	var values []float64
	if json.Unmarshal(metric.Value, &values) != nil {
		values = []float64{0}
		if err := json.Unmarshal(metric.Value, &values[0]); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	out := make([]int64, len(values))
	for i, v := range values {
		out[i] = nanoseconds(v * unit / 1e9)
	}
	return out, nil
}

func (l aiperfLine) fail(rec *store.Record) {
	switch {
	case l.Error != nil:
		fail(rec, l.Error.Type+": "+l.Error.Message)
		if l.Error.Code != nil && *l.Error.Code >= 400 && *l.Error.Code < 600 {
			rec.Status, rec.HTTPStatus = store.StatusHTTPError, store.Int(*l.Error.Code)
		}
	case l.Metadata.Cancelled:
		rec.Status = store.StatusCancelled
	}
}

// aiperfSummary is what profile_export_aiperf.json says of the run.
type aiperfSummary struct {
	InputConfig struct {
		Models struct {
			Items []struct {
				Name *string `json:"name"`
			} `json:"items"`
		} `json:"models"`
		Endpoint struct {
			URLs []string `json:"urls"`
			Type *string  `json:"type"`
		} `json:"endpoint"`
		Datasets []struct {
			Type *string `json:"type"`
			Seed *int64  `json:"random_seed"`
		} `json:"datasets"`
		Phases []struct {
			Kind        string    `json:"kind"`
			Requests    *int64    `json:"requests"`
			Concurrency *int64    `json:"concurrency"`
			Rate        looseRate `json:"rate"`
			RequestRate looseRate `json:"request_rate"`
		} `json:"phases"`
		Tokenizer struct {
			Name *string `json:"name"`
		} `json:"tokenizer"`
	} `json:"input_config"`
}

// readAIPerfSummary reads the file of the tool's own numbers. A run without it is as good.
func (r *Run) readAIPerfSummary(path string) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		r.note("without %s beside it: model and load are not known, nor the tool's own numbers", path[strings.LastIndexByte(path, '/')+1:])
		return nil
	}
	if err != nil {
		return err
	}
	fields, err := parseObject(plainJSON(text))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	var s aiperfSummary
	if err := into(fields, &s); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	r.takeAIPerfConfig(s)
	for _, f := range fields {
		r.reportAIPerf(f)
	}
	return nil
}

func (r *Run) takeAIPerfConfig(s aiperfSummary) {
	c := s.InputConfig
	if len(c.Models.Items) > 0 {
		r.Model = c.Models.Items[0].Name
	}
	if len(c.Endpoint.URLs) > 0 {
		r.BaseURL = &c.Endpoint.URLs[0]
	}
	r.Backend, r.Tokenizer = c.Endpoint.Type, c.Tokenizer.Name
	if len(c.Datasets) > 0 {
		r.Dataset, r.Seed = c.Datasets[0].Type, c.Datasets[0].Seed
	}
	for _, p := range c.Phases {
		if p.Kind != "warmup" {
			r.NumPrompts, r.MaxConcurrency, r.RequestRate = p.Requests, p.Concurrency, cmp.Or(p.Rate.rate, p.RequestRate.rate)
		}
	}
}

// aiperfNames are the tool's names for what reported_summary has, by formula: its inter-token latency is TPOT.
var aiperfNames = map[string]string{
	"time_to_first_token": "ttft", "inter_token_latency": "tpot", "inter_chunk_latency": "itl", "request_latency": "e2el",
}

var aiperfTotals = map[string]string{
	"request_throughput": "request_throughput", "output_token_throughput": "output_throughput", "total_token_throughput": "total_token_throughput",
	"request_count": "completed", "error_request_count": "failed", "goodput": "request_goodput",
	"total_isl": "total_input_tokens", "total_osl": "total_output_tokens", "total_output_tokens": "total_output_tokens",
}

// reportAIPerf takes one key of the summary: a metric's statistics, or what else is said of the run.
func (r *Run) reportAIPerf(f Field) {
	raw := f.Value.(json.RawMessage)
	var stats map[string]json.RawMessage
	isObject := json.Unmarshal(raw, &stats) == nil
	name, isLatency := aiperfNames[f.Key]
	total, isTotal := aiperfTotals[f.Key]
	switch {
	case isLatency && isObject && string(stats["unit"]) == `"ms"`:
		for _, s := range [][2]string{{"avg", "mean"}, {"p50", "median"}, {"std", "std"}, {"p50", "p50"}, {"p75", "p75"}, {"p90", "p90"}, {"p95", "p95"}, {"p99", "p99"}} {
			if v, there := stats[s[0]]; there {
				r.Reported = append(r.Reported, Field{s[1] + "_" + name + "_ms", v})
			}
		}
	case isTotal && isObject:
		if v, there := stats["avg"]; there {
			r.Reported = append(r.Reported, Field{total, v})
		}
	}
	if f.Key == "benchmark_duration" {
		var s float64
		if json.Unmarshal(stats["avg"], &s) == nil {
			r.DurationNS = new(nanoseconds(s))
		}
	}
	if slices.Contains(aiperfKept, f.Key) {
		r.File = append(r.File, f)
	}
}

// aiperfKept are the keys that say what was run. The statistics of some sixty metrics are not: they follow from the rows.
var aiperfKept = []string{
	"schema_version", "aiperf_version", "benchmark_id", "input_config", "run_info", "was_cancelled", "is_complete", "error_summary",
}
