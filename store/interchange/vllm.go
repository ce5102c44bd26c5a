package interchange

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// vllmFormat is the result file of vLLM's serving benchmark, of every age: one object, or one a line (--append-result),
// written in Python since 0.8.5 or in Rust.
var vllmFormat = Format{
	Name:      "vllm",
	About:     "vLLM's serving benchmark, JSON or JSON lines, Python or Rust",
	recognise: func(head []byte) bool { return hasKeys("date", "model_id", "backend")(head) },
	read:      func(s Source) iter.Seq2[*Run, error] { return eachObject(s, readVLLM) },
}

// eachObject reads one run out of every JSON object of a file.
func eachObject(s Source, read func(Source, []Field) (*Run, error)) iter.Seq2[*Run, error] {
	return func(yield func(*Run, error) bool) {
		n := 0
		for text, err := range documents(s.Path) {
			n++
			var run *Run
			if err == nil {
				run, err = readObject(s, text, read)
			}
			if err != nil && n > 1 {
				err = fmt.Errorf("object %d: %w", n, err)
			}
			if !yield(run, err) || err != nil {
				return
			}
		}
		if n == 0 {
			yield(nil, errors.New("it holds no JSON"))
		}
	}
}

func readObject(s Source, text json.RawMessage, read func(Source, []Field) (*Run, error)) (*Run, error) {
	fields, err := parseObject(text)
	if err != nil {
		return nil, err
	}
	run, err := read(s, fields)
	if err != nil {
		return nil, err
	}
	run.sum = sha256.Sum256(text)
	return run, run.finish()
}

// vllmHead are the keys that are columns of ours.
type vllmHead struct {
	Date           *string   `json:"date"`
	Backend        *string   `json:"backend"`
	EndpointType   *string   `json:"endpoint_type"`
	ModelID        *string   `json:"model_id"`
	TokenizerID    *string   `json:"tokenizer_id"`
	NumPrompts     *int64    `json:"num_prompts"`
	RequestRate    looseRate `json:"request_rate"`
	Burstiness     looseRate `json:"burstiness"`
	MaxConcurrency *int64    `json:"max_concurrency"`
	Duration       *float64  `json:"duration"`
	Completed      *int64    `json:"completed"`
	Failed         *int64    `json:"failed"`
	StartUnix      *float64  `json:"benchmark_start_time_unix"`
}

// vllmSetup are keys that a file always has or may have; what else is text is the user's --metadata.
var vllmSetup = []string{
	"date", "backend", "endpoint_type", "label", "model_id", "tokenizer_id", "best_of", "request_rate", "mode", "ramp_up_strategy",
	"dataset_name", "dataset_path",
}

// readVLLM makes a run of one object.
func readVLLM(s Source, fields []Field) (*Run, error) {
	lists, rest, err := takeLists(fields)
	if err != nil {
		return nil, err
	}
	var head vllmHead
	if err := into(rest, &head); err != nil {
		return nil, err
	}
	run := &Run{File: rest}
	run.Model, run.Backend, run.Tokenizer = head.ModelID, cmp.Or(head.Backend, head.EndpointType), head.TokenizerID
	run.NumPrompts, run.RequestRate, run.Burstiness, run.MaxConcurrency = head.NumPrompts, head.RequestRate.rate, head.Burstiness.rate, head.MaxConcurrency
	run.Completed, run.Failed = head.Completed, head.Failed
	if head.Duration != nil {
		run.DurationNS = new(nanoseconds(*head.Duration))
	}
	run.BeganAt = head.began(s.Zone)
	for _, f := range fields {
		if !slices.Contains(vllmSetup, f.Key) {
			setMetadata(&run.Run, f.Key, f.Value.(json.RawMessage))
		}
	}
	tagSweep(&run.Run, s.Path)
	run.Reported = vllmReported(rest)
	lists.fill(run)
	if head.Completed == nil && head.Duration == nil && head.ModelID == nil && head.Date == nil && len(run.Records) == 0 {
		return nil, errors.New("it has neither date, model_id, duration nor completed: this is no result of vLLM's benchmark")
	}
	return run, nil
}

// began is the file's own start, else its date, which is that of the end, less the duration. Python writes a local time
// without a zone, Rust one with its zone.
func (h vllmHead) began(zone *time.Location) time.Time {
	if h.StartUnix != nil {
		return time.Unix(0, nanoseconds(*h.StartUnix))
	}
	if h.Date == nil {
		return time.Time{}
	}
	ended, err := time.ParseInLocation("20060102-150405", *h.Date, zone)
	if err != nil {
		ended, err = time.Parse(time.RFC3339, *h.Date)
	}
	if err != nil {
		return time.Time{}
	}
	if h.Duration != nil {
		ended = ended.Add(-time.Duration(nanoseconds(*h.Duration)))
	}
	return ended
}

// vllmReported are the numbers in the file. 0.8.5 had a colon in the name of the goodput.
func vllmReported(fields []Field) []Field {
	var out []Field
	for _, f := range fields {
		key := strings.TrimSuffix(f.Key, ":")
		if vllmTotals[key] || strings.HasSuffix(key, "_ms") {
			out = append(out, Field{key, f.Value})
		}
	}
	return out
}

var vllmTotals = map[string]bool{
	"duration": true, "completed": true, "failed": true, "total_input_tokens": true, "total_output_tokens": true,
	"request_throughput": true, "request_goodput": true, "output_throughput": true, "total_token_throughput": true,
	"max_output_tokens_per_s": true, "max_concurrent_requests": true,
}
