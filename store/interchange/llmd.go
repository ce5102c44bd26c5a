package interchange

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"llmbench/store"
)

// llmdWriter is llm-d's Benchmark Report 0.2, YAML: aggregates alone. Several runs are several documents.
var llmdWriter = Writer{
	Name: "llm-d", About: "llm-d's Benchmark Report 0.2, YAML", Metrics: "ttft,tpot,itl,e2el", Percentiles: llmdPercentiles,
	write: writeLLMD,
}

const llmdPercentiles = "0.1,1,5,10,25,50,75,90,95,99,99.9"

func writeLLMD(w io.Writer, e Exported, place int) error {
	if err := e.needsSummary(); err != nil {
		return err
	}
	var out strings.Builder
	if place > 0 {
		out.WriteString("---\n")
	}
	writeYAML(&out, object{
		{"version", "0.2"}, {"run", e.llmdRun()}, {"scenario", e.llmdScenario()},
		{"results", object{{"request_performance", object{{"aggregate", e.llmdAggregate()}}}}},
	}, 0)
	_, err := io.WriteString(w, out.String())
	return err
}

func (e Exported) llmdRun() object {
	when := object{{"start", e.Run.BeganAt.UTC().Format(time.RFC3339Nano)}}
	if ns := e.Run.DurationNS; ns != nil {
		when = append(when, Field{"end", e.Run.BeganAt.Add(time.Duration(*ns)).UTC().Format(time.RFC3339Nano)},
			Field{"duration", fmt.Sprintf("PT%vS", seconds(*ns))})
	}
	return object{{"uid", e.Run.RunID}, {"time", when}, {"description", e.Run.Name}}
}

// llmdScenario says what was measured, as far as it is known; the report's form asks for a whole accelerator or none.
func (e Exported) llmdScenario() object {
	r, s := e.Run, e.Summary
	load := object{
		{"tool", "llmbench"}, {"tool_version", r.ToolVersion}, {"source", llmdSource(r)},
		{"input_seq_len", object{{"distribution", "other"}, {"value", zeroOr(e.perRequest(s.TotalInputTokens))}}},
	}
	if osl := e.perRequest(s.TotalOutputTokens); osl != nil {
		load = append(load, Field{"output_seq_len", object{{"distribution", "other"}, {"value", *osl}}})
	}
	if r.RequestRate != nil {
		load = append(load, Field{"rate_qps", float64(*r.RequestRate)})
	}
	if r.MaxConcurrency != nil {
		load = append(load, Field{"concurrency", *r.MaxConcurrency})
	}
	scenario := object{}
	if n := devices(r); n != nil && r.DCU != nil && r.Model != nil {
		scenario = append(scenario, Field{"stack", []object{llmdEngine(r, int64(*n))}})
	}
	return append(scenario, Field{"load", object{
		{"metadata", object{{"schema_version", "0.0.1"}, {"cfg_id", r.WorkloadID}}}, {"standardized", load}, {"native", object{}},
	}})
}

func llmdEngine(r store.Run, accelerators int64) object {
	parallel := object{}
	for _, p := range []struct {
		key string
		n   *int64
	}{{"tp", r.TP}, {"pp", r.PP}, {"dp", r.DP}} {
		if p.n != nil {
			parallel = append(parallel, Field{p.key, *p.n})
		}
	}
	tool, version := "unknown", "unknown"
	if r.Engine != nil {
		tool = *r.Engine
	}
	if r.EngineVersion != nil {
		version = *r.EngineVersion
	}
	return object{
		{"metadata", object{{"schema_version", "0.0.1"}, {"label", "engine"}, {"cfg_id", "unknown"}}},
		{"standardized", object{
			{"kind", "inference_engine"}, {"tool", tool}, {"tool_version", version}, {"role", "replica"}, {"replicas", int64(1)},
			{"model", object{{"name", *r.Model}}},
			{"accelerator", object{{"model", *r.DCU}, {"count", accelerators}, {"parallelism", parallel}}},
		}},
		{"native", object{}},
	}
}

func llmdSource(r store.Run) string {
	switch known(r.Dataset) {
	case "":
		return "unknown"
	case "random":
		return "random"
	}
	return "sampled"
}

func (e Exported) llmdAggregate() object {
	s := e.Summary
	mean := func(units string, v *float64) any {
		if v == nil {
			return nil
		}
		return object{{"units", units}, {"mean", *v}}
	}
	return object{
		{"requests", object{
			{"total", s.Completed + s.Failed}, {"failures", s.Failed},
			{"input_length", mean("count", e.perRequest(s.TotalInputTokens))}, {"output_length", mean("count", e.perRequest(s.TotalOutputTokens))},
		}},
		{"latency", object{
			{"time_to_first_token", e.llmdStatistics("ttft", "ms")}, {"time_per_output_token", e.llmdStatistics("tpot", "ms/token")},
			{"inter_token_latency", e.llmdStatistics("itl", "ms/token")}, {"request_latency", e.llmdStatistics("e2el", "ms")},
		}},
		{"throughput", object{
			{"input_token_rate", mean("tokens/s", ratio(float(s.TotalInputTokens), s.Duration))}, {"output_token_rate", mean("tokens/s", s.OutputThroughput)},
			{"total_token_rate", mean("tokens/s", s.TotalTokenThroughput)}, {"request_rate", mean("queries/s", s.RequestThroughput)},
		}},
	}
}

// llmdStatistics are mean, stddev and percentiles of a latency; nil where nothing is known of it.
func (e Exported) llmdStatistics(name, units string) any {
	mean := e.metric("mean_" + name + "_ms")
	if mean == nil {
		return nil
	}
	out := object{{"units", units}, {"mean", *mean}}
	if std := e.metric("std_" + name + "_ms"); std != nil {
		out = append(out, Field{"stddev", *std})
	}
	for _, p := range strings.Split(llmdPercentiles, ",") {
		if v := e.metric("p" + p + "_" + name + "_ms"); v != nil {
			out = append(out, Field{"p" + strings.ReplaceAll(p, ".", "p"), *v})
		}
	}
	return out
}

func zeroOr(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v
}

// writeYAML writes an object in block style. Unknown values are left out; strings are quoted, as JSON does it.
func writeYAML(out *strings.Builder, o object, depth int) {
	indent := strings.Repeat("  ", depth)
	for _, f := range o {
		switch v := f.Value.(type) {
		case object:
			if len(v) == 0 {
				fmt.Fprintf(out, "%s%s: {}\n", indent, f.Key)
				continue
			}
			fmt.Fprintf(out, "%s%s:\n", indent, f.Key)
			writeYAML(out, v, depth+1)
		case []object:
			fmt.Fprintf(out, "%s%s:\n", indent, f.Key)
			for _, item := range v {
				var block strings.Builder
				writeYAML(&block, item, depth+2)
				fmt.Fprintf(out, "%s  - %s", indent, strings.TrimLeft(block.String(), " "))
			}
		default:
			if text := yamlScalar(v); text != "" {
				fmt.Fprintf(out, "%s%s: %s\n", indent, f.Key, text)
			}
		}
	}
}

func yamlScalar(v any) string {
	switch x := v.(type) {
	case *string:
		if x == nil {
			return ""
		}
		return fmt.Sprintf("%q", *x)
	case string:
		return fmt.Sprintf("%q", x)
	case float64:
		switch {
		case math.IsInf(x, 1):
			return ".inf"
		case math.IsNaN(x):
			return ""
		}
		return fmt.Sprint(x)
	case int64:
		return fmt.Sprint(x)
	}
	return ""
}
