package interchange

import (
	"io"
	"strings"
)

// inferencexWriter is a row of the public InferenceX dashboard, an object a line: latencies in seconds, and for each TPOT
// its inverse, the interactivity. Image, precision of the weights and the like come from tags of the dashboard's names.
var inferencexWriter = Writer{
	Name: "inferencex", About: "rows of the InferenceX dashboard, JSON lines", Metrics: "ttft,tpot,itl,e2el", Percentiles: "90,99,99.9",
	write: func(w io.Writer, e Exported, _ int) error { return writeInferenceX(w, e) },
}

func writeInferenceX(w io.Writer, e Exported) error {
	if err := e.needsSummary(); err != nil {
		return err
	}
	r, s := e.Run, e.Summary
	concurrency := r.MaxConcurrency
	if concurrency == nil {
		concurrency = r.NumPrompts // all at once
	}
	input := ratio(float(s.TotalInputTokens), s.Duration)
	n := devices(r)
	row := []Field{
		{"hw", r.DCU}, {"conc", concurrency}, {"image", e.tag("image", nil)}, {"model", r.Model}, {"infmax_model_prefix", e.tag("infmax_model_prefix", nil)},
		{"framework", r.Engine}, {"precision", r.DType}, {"spec_decoding", e.tag("spec_decoding", new("none"))}, {"disagg", false},
		{"isl", rounded(e.perRequest(s.TotalInputTokens))}, {"osl", rounded(e.perRequest(s.TotalOutputTokens))}, {"is_multinode", false},
		{"tp", r.TP}, {"pp", r.PP}, {"ep", e.tag("ep", nil)}, {"dp_attention", e.tag("dp_attention", new("false"))},
		{"tput_per_gpu", ratio(s.TotalTokenThroughput, n)}, {"output_tput_per_gpu", ratio(s.OutputThroughput, n)}, {"input_tput_per_gpu", ratio(input, n)},
	}
	for _, f := range e.Metrics {
		v, _ := f.Value.(*float64)
		row = append(row, Field{strings.Replace(f.Key, "_ms", "", 1), ratio(v, new(1000.0))})
		if strings.Contains(f.Key, "tpot") {
			row = append(row, Field{strings.NewReplacer("_ms", "", "tpot", "intvty").Replace(f.Key), ratio(new(1000.0), v)})
		}
	}
	return writeObject(w, row)
}

// tag is what the user says under a name of the dashboard's, else what holds otherwise.
func (e Exported) tag(key string, otherwise *string) *string {
	if v, there := e.Run.Tags[key]; there {
		return &v
	}
	return otherwise
}

func rounded(v *float64) *int64 {
	if v == nil {
		return nil
	}
	return new(int64(*v + 0.5))
}
