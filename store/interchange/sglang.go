package interchange

import (
	"encoding/json"
	"iter"
	"strings"
)

// sglangFormat is what sglang's bench_serving appends to its --output-file: one object a line, of a run each, with lists
// by request after --output-details. The file has neither the date nor when a request was sent. With the backend sglang
// itls are shares of the gap between two chunks, one for each token, so that times within a chunk are that tool's.
var sglangFormat = Format{
	Name:      "sglang",
	About:     "sglang's bench_serving, JSON lines",
	recognise: hasKeys("backend", "dataset_name", "total_throughput"),
	read:      func(s Source) iter.Seq2[*Run, error] { return eachObject(s, readSGLang) },
}

type sglangHead struct {
	Backend        *string       `json:"backend"`
	DatasetName    *string       `json:"dataset_name"`
	RequestRate    looseRate     `json:"request_rate"`
	MaxConcurrency *int64        `json:"max_concurrency"`
	Duration       *float64      `json:"duration"`
	Completed      *int64        `json:"completed"`
	Tag            *string       `json:"tag"`
	Server         *sglangServer `json:"server_info"`
}

// sglangServer is what the server said of itself, of which the system under test can be told.
type sglangServer struct {
	Model   *string `json:"model_path"`
	TP      *int64  `json:"tp_size"`
	PP      *int64  `json:"pp_size"`
	DP      *int64  `json:"dp_size"`
	DType   *string `json:"dtype"`
	Version *string `json:"version"`
}

func readSGLang(_ Source, fields []Field) (*Run, error) {
	lists, rest, err := takeLists(fields)
	if err != nil {
		return nil, err
	}
	var head sglangHead
	if err := into(rest, &head); err != nil {
		return nil, err
	}
	run := &Run{File: rest}
	run.Backend, run.Dataset, run.RequestRate, run.MaxConcurrency = head.Backend, head.DatasetName, head.RequestRate.rate, head.MaxConcurrency
	run.Completed, run.Name = head.Completed, head.Tag
	if head.Duration != nil {
		run.DurationNS = new(nanoseconds(*head.Duration))
	}
	if s := head.Server; s != nil {
		run.Model, run.TP, run.PP, run.DP, run.DType, run.EngineVersion = s.Model, s.TP, s.PP, s.DP, s.DType, s.Version
		run.Engine = new("sglang")
	}
	run.Reported = sglangReported(rest)
	lists.fill(run)
	return run, nil
}

// sglangReported renames what vLLM calls otherwise.
func sglangReported(fields []Field) []Field {
	var out []Field
	for _, f := range fields {
		key := f.Key
		switch {
		case key == "total_throughput":
			key = "total_token_throughput"
		case strings.HasSuffix(key, "_e2e_latency_ms"):
			key = strings.Replace(key, "e2e_latency", "e2el", 1)
		}
		if raw := f.Value.(json.RawMessage); vllmTotals[key] || strings.HasSuffix(key, "_ms") && len(raw) > 0 {
			out = append(out, Field{key, raw})
		}
	}
	return out
}
