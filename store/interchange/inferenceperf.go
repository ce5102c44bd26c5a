package interchange

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"

	"llmbench/store"
)

// inferenceperfFormat is inference-perf's per_request_lifecycle_metrics.json: a list of requests, of all stages of one
// run. Its times are of a clock without a date.
var inferenceperfFormat = Format{
	Name:      "inference-perf",
	About:     "inference-perf's per_request_lifecycle_metrics.json",
	recognise: recogniseInferencePerf,
	read:      func(s Source) iter.Seq2[*Run, error] { return one(readInferencePerf(s)) },
}

func recogniseInferencePerf(head []byte) bool {
	head = bytes.TrimSpace(head)
	if len(head) == 0 || head[0] != '[' {
		return false
	}
	keys := leadingKeys(bytes.TrimSpace(head[1:]))
	return keys["start_time"] && keys["end_time"]
}

type inferenceperfRequest struct {
	Start    *float64        `json:"start_time"`
	End      *float64        `json:"end_time"`
	Request  json.RawMessage `json:"request"`
	Response *string         `json:"response"`
	Info     struct {
		InputTokens *int64 `json:"input_tokens"`
		Request     struct {
			Text struct {
				InputTokens *int64 `json:"input_tokens"`
			} `json:"text"`
		} `json:"request_metrics"`
		Response *inferenceperfResponse `json:"response_metrics"`
		Lora     *string                `json:"lora_adapter"`
	} `json:"info"`
	Error *struct {
		Type    string `json:"error_type"`
		Message string `json:"error_msg"`
	} `json:"error"`
}

type inferenceperfResponse struct {
	OutputTokens *int64      `json:"output_tokens"`
	Usage        *tokenUsage `json:"server_usage"`
	Chunks       []string    `json:"response_chunks"`
	Times        []float64   `json:"chunk_times"`
	TokenTimes   []float64   `json:"output_token_times"`
}

func readInferencePerf(s Source) (*Run, error) {
	run := &Run{}
	run.TimeBase = TimeProcess
	for text, err := range documents(s.Path) {
		if err != nil {
			return nil, err
		}
		var requests []inferenceperfRequest
		if err := json.Unmarshal(text, &requests); err != nil {
			return nil, err
		}
		if len(requests) == 0 {
			return nil, errors.New("it holds no request")
		}
		run.sum = sha256.Sum256(text)
		return run, run.takeInferencePerf(requests)
	}
	return nil, errors.New("it holds no JSON")
}

// takeInferencePerf makes the records. The origin is the first request's sending.
func (r *Run) takeInferencePerf(requests []inferenceperfRequest) error {
	origin, end := math.Inf(1), math.Inf(-1)
	for i, q := range requests {
		if q.Start == nil || q.End == nil {
			return fmt.Errorf("request %d has no start_time or no end_time", i+1)
		}
		origin, end = min(origin, *q.Start), max(end, *q.End)
	}
	r.DurationNS = new(nanoseconds(end) - nanoseconds(origin))
	for _, q := range requests {
		rec, err := q.record(r, nanoseconds(origin))
		if err != nil {
			return err
		}
		r.Records = append(r.Records, rec)
	}
	sortBySending(r.Records)
	return r.finish()
}

func (q inferenceperfRequest) record(run *Run, origin int64) (*store.Record, error) {
	sent := nanoseconds(*q.Start)
	rec := &store.Record{Request: store.Request{Phase: store.PhaseMeasured, Status: store.StatusOK,
		SentNS: store.Int(sent - origin), DoneNS: store.Int(nanoseconds(*q.End) - origin)}}
	var body string
	if json.Unmarshal(q.Request, &body) != nil {
		body = string(q.Request)
	}
	asked(run, rec, body)
	if n := firstKnown(q.Info.Request.Text.InputTokens, q.Info.InputTokens); n.V > 0 {
		rec.PromptTokens, rec.PromptTokensSource = n, store.String(store.CountedByTokenizer)
	}
	if response := q.Info.Response; response != nil {
		if err := response.take(run, rec, sent); err != nil {
			return nil, err
		}
	}
	if q.Error != nil {
		text := q.Error.Type + ": " + q.Error.Message
		fail(rec, text)
	}
	return rec, nil
}

// take adds the chunks. Where the file has their times without their texts, what each carried is not known, and the
// event with the usage counts for a chunk. output_token_times are chunk times repeated for every token of a chunk.
func (p inferenceperfResponse) take(run *Run, rec *store.Record, sent int64) error {
	if p.OutputTokens != nil {
		rec.OutputTokens, rec.OutputTokensSource = store.Int(*p.OutputTokens), store.String(store.CountedByTokenizer)
	}
	switch {
	case len(p.Chunks) > 0 && len(p.Chunks) != len(p.Times):
		return fmt.Errorf("a request has %d chunk times and %d chunks", len(p.Times), len(p.Chunks))
	case len(p.Chunks) > 0:
		for i, text := range p.Chunks {
			arriveAll(rec, nanoseconds(p.Times[i])-sent, text)
		}
	case len(p.Times) > 0:
		run.note("the file has no response_chunks: what a chunk carried is not known")
		t := make([]int64, len(p.Times))
		for i, at := range p.Times {
			t[i] = nanoseconds(at) - sent
		}
		setArrivals(rec, t)
	}
	p.Usage.count(rec)
	return nil
}
