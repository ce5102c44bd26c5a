package interchange

import (
	"encoding/json"
	"io"
	"slices"
)

// pytorchWriter is the format of PyTorch's benchmark database as vLLM's benchmark writes it: a record for each metric.
// Several runs are several arrays.
var pytorchWriter = Writer{
	Name: "pytorch", About: "PyTorch's benchmark database, JSON", Metrics: "ttft,tpot,itl", Percentiles: "99",
	write: func(w io.Writer, e Exported, _ int) error { return writePyTorch(w, e) },
}

var pytorchMetrics = []string{
	"median_ttft_ms", "mean_ttft_ms", "std_ttft_ms", "p99_ttft_ms", "mean_tpot_ms", "median_tpot_ms", "std_tpot_ms", "p99_tpot_ms",
	"median_itl_ms", "mean_itl_ms", "std_itl_ms", "p99_itl_ms",
}

func writePyTorch(w io.Writer, e Exported) error {
	if err := e.needsSummary(); err != nil {
		return err
	}
	result := VLLM{Run: e.Run, Summary: *e.Summary, Metadata: e.metadata()}
	info := append(result.setup(), result.result()...)
	for _, f := range e.Metrics {
		if !slices.Contains(pytorchMetrics, f.Key) {
			info = append(info, f)
		}
	}
	args := object{}
	if e.Run.Flags != nil {
		args, _ = parseObject([]byte(*e.Run.Flags))
	}
	if e.Run.TP != nil {
		args = append(args, Field{"tensor_parallel_size", *e.Run.TP})
	}
	records := []object{}
	for _, key := range pytorchMetrics {
		v := e.metric(key)
		if v == nil {
			continue
		}
		records = append(records, object{
			{"benchmark", object{{"name", "vLLM benchmark"}, {"extra_info", object{{"args", args}}}}},
			{"model", object{{"name", e.Run.Model}}},
			{"metric", object{{"name", key}, {"benchmark_values", []float64{*v}}, {"extra_info", object(info)}}},
		})
	}
	text, err := json.Marshal(records)
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}
