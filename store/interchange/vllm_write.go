package interchange

import (
	"fmt"
	"io"
	"iter"
	"maps"
	"path"
	"slices"
	"strconv"
	"time"

	"llmbench/store"
)

// The two writers of vLLM's result file: aggregates alone, or with the lists by request. Several runs are several lines.
// A run that was imported from such a file has its own keys and values back.
var (
	vllmWriter = Writer{
		Name: "vllm", About: "vLLM's result file, JSON", Metrics: "ttft,tpot,itl", Percentiles: "99",
		write: func(w io.Writer, e Exported, _ int) error { return writeVLLM(w, e, false) },
	}
	vllmDetailedWriter = Writer{
		Name: "vllm-detailed", About: "vLLM's result file with lists by request, JSON", Metrics: "ttft,tpot,itl", Percentiles: "99",
		write: func(w io.Writer, e Exported, _ int) error { return writeVLLM(w, e, true) },
	}
)

func writeVLLM(w io.Writer, e Exported, detailed bool) error {
	records := e.Records
	if !detailed {
		records = nil
	}
	if IsVLLM(e.Run) {
		return RewriteVLLM(w, e.Run, records)
	}
	if err := e.needsSummary(); err != nil {
		return err
	}
	return VLLM{Run: e.Run, Summary: *e.Summary, Metadata: e.metadata(), Metrics: e.Metrics, Records: records}.Write(w)
}

// metadata are the run's labels, as vLLM's users keep theirs in free keys.
func (e Exported) metadata() []Field {
	var out []Field
	for _, label := range []Field{{"dcu", e.Run.DCU}, {"tp", e.Run.TP}, {"pp", e.Run.PP}, {"dp", e.Run.DP}, {"dtype", e.Run.DType},
		{"engine", e.Run.Engine}, {"engine_version", e.Run.EngineVersion}} {
		switch v := label.Value.(type) {
		case *string:
			if v != nil {
				out = append(out, Field{label.Key, *v})
			}
		case *int64:
			if v != nil {
				out = append(out, Field{label.Key, strconv.FormatInt(*v, 10)})
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(e.Run.Tags)) {
		out = append(out, Field{key, e.Run.Tags[key]})
	}
	return out
}

// VLLM is a result file in the format of vLLM's serving benchmark: one JSON object whose keys stand in that tool's order.
type VLLM struct {
	// Label is the key label; null when nil.
	Label   *string
	Run     store.Run
	Summary store.Summary
	// Metadata are the pairs of --metadata, top-level keys of their own.
	Metadata []Field
	// Metrics are mean_ttft_ms and the like, those the user asked for, in their order.
	Metrics []Field
	// Records, when set, adds the lists with one element per request, in the order of the schedule.
	Records iter.Seq2[*store.Record, error]
}

// Write writes the object and a line end.
func (v VLLM) Write(w io.Writer) error {
	fields := v.setup()
	fields = append(fields, v.result()...)
	if v.Records != nil {
		details, err := v.details()
		if err != nil {
			return err
		}
		fields = append(fields, details...)
	}
	return writeObject(w, append(fields, v.Metrics...))
}

func (v VLLM) setup() []Field {
	r := v.Run
	fields := []Field{
		{"date", vllmDate(r, v.Summary.Duration)}, {"endpoint_type", r.Backend}, {"backend", r.Backend}, {"label", v.Label},
		{"model_id", r.Model}, {"tokenizer_id", r.Tokenizer}, {"num_prompts", r.NumPrompts},
	}
	fields = append(fields, v.Metadata...)
	return append(fields, Field{"request_rate", r.RequestRate}, Field{"burstiness", r.Burstiness}, Field{"max_concurrency", r.MaxConcurrency})
}

func (v VLLM) result() []Field {
	s := v.Summary
	return []Field{
		{"duration", s.Duration}, {"completed", s.Completed}, {"failed", s.Failed}, {"total_input_tokens", s.TotalInputTokens},
		{"total_output_tokens", s.TotalOutputTokens}, {"request_throughput", s.RequestThroughput}, {"request_goodput", s.RequestGoodput},
		{"output_throughput", s.OutputThroughput}, {"total_token_throughput", s.TotalTokenThroughput},
		{"max_output_tokens_per_s", s.MaxOutputTokensPerS}, {"max_concurrent_requests", s.MaxConcurrent},
	}
}

// details are the lists of --save-detailed, in seconds as that tool has them. A failed request has length 0, TTFT 0 and no
// gaps, and its error's text.
func (v VLLM) details() ([]Field, error) {
	type row struct {
		id                  int64
		input, output       int64
		ttft, start         float64
		itl                 []float64
		generated, errorMsg string
	}
	var rows []row
	for rec, err := range v.Records {
		if err != nil {
			return nil, fmt.Errorf("read the requests of run %s: %w", v.Run.RunID, err)
		}
		if rec.Phase != store.PhaseMeasured {
			continue
		}
		r := row{id: rec.RequestID, input: rec.PromptTokens.V, start: seconds(rec.SentNS.V), generated: rec.OutputText.V, itl: []float64{}}
		if rec.Status == store.StatusOK {
			r.output, r.itl = rec.OutputTokens.V, gaps(rec)
			if rec.FirstTokenNS.Valid {
				r.ttft = seconds(rec.FirstTokenNS.V - rec.SentNS.V)
			}
		} else {
			r.errorMsg = rec.Status + ": " + rec.Error.V
		}
		rows = append(rows, r)
	}
	slices.SortStableFunc(rows, func(a, b row) int { return int(a.id - b.id) })
	attempts := rows
	rows = rows[:0]
	for i, r := range attempts { // the last one of each request
		if i+1 == len(attempts) || attempts[i+1].id != r.id {
			rows = append(rows, r)
		}
	}
	return []Field{
		{"input_lens", column(rows, func(r row) int64 { return r.input })}, {"output_lens", column(rows, func(r row) int64 { return r.output })},
		{"ttfts", column(rows, func(r row) float64 { return r.ttft })}, {"itls", column(rows, func(r row) []float64 { return r.itl })},
		{"start_times", column(rows, func(r row) float64 { return r.start })}, {"generated_texts", column(rows, func(r row) string { return r.generated })},
		{"errors", column(rows, func(r row) string { return r.errorMsg })},
	}, nil
}

func column[R, T any](rows []R, get func(R) T) []T {
	out := make([]T, 0, len(rows))
	for _, r := range rows {
		out = append(out, get(r))
	}
	return out
}

// gaps are the times between consecutive tokens: chunks that carry a role or a finish reason alone are none.
func gaps(rec *store.Record) []float64 {
	out := make([]float64, 0, len(rec.TNS))
	last, odd := int64(-1), 0
	for i, t := range rec.TNS {
		if odd < len(rec.OddChunk) && int(rec.OddChunk[odd]) == i {
			kind := rec.OddKind[odd]
			odd++
			if kind == store.KindRole || kind == store.KindFinish {
				continue
			}
		}
		if last >= 0 {
			out = append(out, seconds(t-last))
		}
		last = t
	}
	return out
}

// writeObject writes the fields as an object and a line end.
func writeObject(w io.Writer, fields []Field) error {
	text, err := object(fields).MarshalJSON()
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// VLLMFilename is the name that tool would give: {label or backend}-{rate}qps[-concurrency{C}]-{model's last part}-{date}.json.
// The summary may be nil.
func VLLMFilename(r store.Run, s *store.Summary, label string) string {
	if label == "" {
		label = text(r.Backend)
	}
	name := label + "-" + rate(r.RequestRate) + "qps"
	if r.MaxConcurrency != nil {
		name += "-concurrency" + strconv.FormatInt(*r.MaxConcurrency, 10)
	}
	var duration *float64
	if s != nil {
		duration = s.Duration
	}
	return name + "-" + path.Base(text(r.Model)) + "-" + vllmDate(r, duration) + ".json"
}

// vllmDate is when the benchmark ended, local time, to the nearest second: that tool reads its clock after the last request,
// and an import takes the same duration off again. Without a duration in seconds it is the run's own.
func vllmDate(r store.Run, duration *float64) string {
	ended := r.BeganAt
	switch {
	case duration != nil:
		ended = ended.Add(time.Duration(nanoseconds(*duration)))
	case r.DurationNS != nil:
		ended = ended.Add(time.Duration(*r.DurationNS))
	}
	return ended.Round(time.Second).Local().Format("20060102-150405")
}

// rate prints as Python prints a float: 10.0, 0.5, inf.
func rate(r *store.Rate) string {
	if r == nil {
		return "inf"
	}
	text := r.String()
	if _, err := strconv.Atoi(text); err == nil {
		text += ".0"
	}
	return text
}

func text(s *string) string {
	if s == nil {
		return "unknown"
	}
	return *s
}
