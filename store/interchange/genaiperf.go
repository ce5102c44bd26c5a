package interchange

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"

	"llmbench/store"
)

// genaiperfFormat is the profile_export.json of perf_analyzer, which genai-perf drives: a run for each of its
// experiments. It has the time and the text of every response, and no count of tokens unless the server told.
var genaiperfFormat = Format{
	Name:      "genai-perf",
	About:     "genai-perf's and perf_analyzer's profile_export.json",
	recognise: hasKeys("experiments"),
	read:      readGenAIPerf,
}

// The file's keys besides the experiments come behind them: a recogniser that asked for more would not find them in a
// large file.

type genaiperfFile struct {
	Version     json.RawMessage   `json:"version"`
	ServiceKind *string           `json:"service_kind"`
	Endpoint    *string           `json:"endpoint"`
	Experiments []json.RawMessage `json:"experiments"`
}

type genaiperfExperiment struct {
	Experiment struct {
		Mode  string   `json:"mode"`
		Value *float64 `json:"value"`
	} `json:"experiment"`
	Requests   []genaiperfRequest `json:"requests"`
	Boundaries json.RawMessage    `json:"window_boundaries"`
}

type genaiperfRequest struct {
	Timestamp int64 `json:"timestamp"`
	Inputs    struct {
		Payload string `json:"payload"`
	} `json:"request_inputs"`
	Times   []int64 `json:"response_timestamps"`
	Outputs []struct {
		Response string `json:"response"`
	} `json:"response_outputs"`
}

func readGenAIPerf(s Source) iter.Seq2[*Run, error] {
	return func(yield func(*Run, error) bool) {
		for text, err := range documents(s.Path) {
			var file genaiperfFile
			if err == nil {
				err = json.Unmarshal(text, &file)
			}
			if err == nil && len(file.Experiments) == 0 {
				err = errors.New("it holds no experiment")
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for i, e := range file.Experiments {
				run, err := file.run(e)
				if err != nil {
					err = fmt.Errorf("experiment %d: %w", i+1, err)
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

func (f genaiperfFile) run(text json.RawMessage) (*Run, error) {
	var e genaiperfExperiment
	if err := json.Unmarshal(text, &e); err != nil {
		return nil, err
	}
	run := &Run{sum: sha256.Sum256(text)}
	run.TimeBase, run.Backend = TimeEpoch, f.ServiceKind
	if v := e.Experiment.Value; v != nil {
		switch e.Experiment.Mode {
		case "concurrency":
			run.MaxConcurrency = new(int64(*v))
		case "request_rate":
			run.RequestRate = new(store.Rate(*v))
		}
	}
	mode, err := json.Marshal(e.Experiment)
	if err != nil {
		return nil, err
	}
	run.File = []Field{{"experiment", json.RawMessage(mode)}}
	for _, kept := range []Field{{"version", f.Version}, {"window_boundaries", e.Boundaries}} {
		if len(kept.Value.(json.RawMessage)) > 0 {
			run.File = append(run.File, kept)
		}
	}
	if f.Endpoint != nil {
		run.File = append(run.File, Field{"endpoint", *f.Endpoint})
	}
	return run, run.takeGenAIPerf(e.Requests)
}

// takeGenAIPerf makes the records. The origin is the first request's sending, on the wall clock.
func (r *Run) takeGenAIPerf(requests []genaiperfRequest) error {
	if len(requests) > 0 {
		origin := requests[0].Timestamp
		for _, q := range requests {
			origin = min(origin, q.Timestamp)
		}
		r.BeganAt = unixNano(origin)
		for _, q := range requests {
			if len(q.Times) != len(q.Outputs) {
				return fmt.Errorf("a request has %d response times and %d responses", len(q.Times), len(q.Outputs))
			}
			r.Records = append(r.Records, q.record(r, origin))
		}
	}
	sortBySending(r.Records)
	return r.finish()
}

func (q genaiperfRequest) record(run *Run, origin int64) *store.Record {
	rec := &store.Record{Request: store.Request{Phase: store.PhaseMeasured, Status: store.StatusOK, SentNS: store.Int(q.Timestamp - origin)}}
	asked(run, rec, q.Inputs.Payload)
	failed, cut := "", ""
	for i, at := range q.Times {
		t := at - q.Timestamp
		if !rec.FirstByteNS.Valid {
			rec.FirstByteNS = shift(rec.SentNS, t)
		}
		rec.DoneNS = shift(rec.SentNS, t)
		// A response is what one read gave: an event may be cut in two, and has arrived with its end.
		text := cut + q.Outputs[i].Response
		if cut = ""; i+1 < len(q.Times) {
			text, cut = wholeEvents(text)
		}
		if !arriveAll(rec, t, text) {
			failed = text
		}
	}
	if failed != "" || len(rec.TNS) == 0 {
		fail(rec, failed)
	}
	return rec
}

// wholeEvents gives the events of a stream that are complete, and the beginning of one that is not.
func wholeEvents(text string) (whole, cut string) {
	line := text[strings.LastIndexByte(text, '\n')+1:]
	data, isEvent := strings.CutPrefix(line, "data:")
	data = strings.TrimSpace(data)
	if !isEvent || data == "[DONE]" || json.Valid([]byte(data)) {
		return text, ""
	}
	return text[:len(text)-len(line)], line
}

// arriveAll adds what one read of the tool held: one or several lines of a stream, or a whole body. It tells whether all
// of it could be understood; an error object could not.
func arriveAll(rec *store.Record, t int64, text string) (understood bool) {
	understood = true
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		line = strings.TrimSpace(strings.TrimPrefix(line, "data:"))
		if line == "" || line == "[DONE]" || strings.HasPrefix(line, ":") || strings.HasPrefix(line, "event:") {
			continue
		}
		var e event
		if json.Unmarshal([]byte(line), &e) != nil || e.Choices == nil && e.Usage == nil {
			understood = false
			continue
		}
		arrive(rec, t, e)
	}
	return understood
}
