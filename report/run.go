package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"llmbench/store"
)

// pair is one line of a run shown in full.
type pair struct{ key, value string }

// runDocument is a run as JSON: run.json, with the files' paths instead of their checksums.
type runDocument struct {
	Run         store.Run         `json:"run"`
	Definitions int               `json:"definitions"`
	Summary     *store.Summary    `json:"summary"`
	Files       map[string]string `json:"files"`
}

// WriteRunJSON prints one run in full, with the keys of its run.json.
func WriteRunJSON(w io.Writer, e store.Entry) error {
	paths := map[string]string{}
	for _, p := range files(e.Files) {
		if p.key != "directory" {
			paths[filepath.Base(p.value)] = p.value
		}
	}
	return WriteJSON(w, runDocument{e.Run, e.Definitions, e.Summary, paths})
}

// WriteRun prints one run in full: every column of runs in groups, then the metrics its summary has. NULL prints
// as n/a. Keys are the columns' names, so that they can be asked for in SQL.
func WriteRun(w io.Writer, e store.Entry, opts WriteOptions) error {
	var out bytes.Buffer
	for _, g := range []struct {
		title string
		pairs []pair
	}{
		{"Run", identity(e.Run)},
		{"System under test", system(e.Run)},
		{"Workload", workload(e.Run)},
		{"Client", client(e.Run)},
		{"For people", people(e.Run)},
		{"Summary", summary(e)},
		{"Files", files(e.Files)},
	} {
		writeGroup(&out, g.title, g.pairs, opts.width())
	}
	_, err := w.Write(out.Bytes())
	return err
}

const keyWidth = 26

func writeGroup(out *bytes.Buffer, title string, pairs []pair, width int) {
	if len(pairs) == 0 {
		return
	}
	if out.Len() > 0 {
		out.WriteByte('\n')
	}
	out.WriteString(title + "\n")
	for _, p := range pairs {
		out.WriteString(paragraphFrom(fmt.Sprintf("  %-*s", keyWidth, p.key), p.value, width))
	}
}

// paragraphFrom wraps value at width beside its key. A word that fits on no line, such as a path, stays whole: it
// is there to be copied.
func paragraphFrom(key, value string, width int) string {
	indent := strings.Repeat(" ", len(key)+1)
	body := paragraph(value, "", max(20, width-len(indent)))
	body = strings.TrimRight(body, "\n")
	return key + " " + strings.ReplaceAll(body, "\n", "\n"+indent) + "\n"
}

func identity(r store.Run) []pair {
	return []pair{
		{"run_id", r.RunID}, {"name", word(r.Name)}, {"status", word(&r.Status)}, {"source", word(&r.Source)},
		{"began_at", moment(r.BeganAt, time.RFC3339Nano)}, {"duration_ns", duration(r.DurationNS)},
		{"tool_version", word(&r.ToolVersion)}, {"time_base", word(&r.TimeBase)},
		{"completed", integer(r.Completed)}, {"failed", integer(r.Failed)},
		{"prefix_query_tokens", integer(r.PrefixQueryTokens)}, {"prefix_hit_tokens", integer(r.PrefixHitTokens)},
	}
}

// duration prints nanoseconds with the reading people want beside them.
func duration(ns *int64) string {
	if ns == nil {
		return unknown
	}
	return fmt.Sprintf("%d (%s)", *ns, time.Duration(*ns).Round(time.Millisecond))
}

func nanoseconds(ns *int64) string {
	if ns == nil {
		return unknown
	}
	return fmt.Sprintf("%d (%s)", *ns, lag(ns))
}

func system(r store.Run) []pair {
	return append([]pair{
		{"dcu", word(r.DCU)}, {"dcu_count", integer(r.DCUCount)}, {"tp", integer(r.TP)}, {"pp", integer(r.PP)},
		{"dp", integer(r.DP)}, {"model", word(r.Model)}, {"dtype", word(r.DType)}, {"engine", word(r.Engine)},
		{"engine_version", word(r.EngineVersion)}, {"backend", word(r.Backend)}, {"base_url", word(r.BaseURL)},
		{"max_model_len", integer(r.MaxModelLen)}, {"model_root", word(r.ModelRoot)},
	}, members("env", r.Env)...)
}

func workload(r store.Run) []pair {
	pairs := []pair{
		{"dataset", word(r.Dataset)}, {"dataset_path", word(r.DatasetPath)}, {"num_prompts", integer(r.NumPrompts)},
		{"request_rate", rate(r.RequestRate)}, {"burstiness", rate(r.Burstiness)},
		{"max_concurrency", integer(r.MaxConcurrency)}, {"seed", integer(r.Seed)}, {"ignore_eos", yesNo(r.IgnoreEOS)},
		{"tokenizer", word(r.Tokenizer)}, {"workload_id", word(r.WorkloadID)},
	}
	pairs = append(pairs, members("sampling", r.Sampling)...)
	pairs = append(pairs, members("workload", r.Workload)...)
	pairs = append(pairs, members("slo", r.SLO)...)
	return append(pairs, members("flags", r.Flags)...)
}

// members spreads a JSON object over one line a key; an absent one is one line.
func members(column string, s *string) []pair {
	o := object(s)
	if len(o) == 0 {
		return []pair{{column, unknown}}
	}
	var pairs []pair
	for _, k := range slices.Sorted(maps.Keys(o)) {
		pairs = append(pairs, pair{strings.TrimSuffix(column+"."+oneLine(k), "."), plain(o[k])})
	}
	return pairs
}

func client(r store.Run) []pair {
	return []pair{
		{"client_verdict", word(r.ClientVerdict)}, {"client_cpu", share(r.ClientCPU)},
		{"lag_p50_ns", nanoseconds(r.LagP50NS)}, {"lag_p99_ns", nanoseconds(r.LagP99NS)}, {"lag_max_ns", nanoseconds(r.LagMaxNS)},
		{"sched_p99_ns", nanoseconds(r.SchedP99NS)}, {"gc_pause_max_ns", nanoseconds(r.GCPauseMaxNS)},
		{"queue_high_water", integer(r.QueueHighWater)}, {"write_ns", duration(r.WriteNS)}, {"write_max_ns", duration(r.WriteMaxNS)}, {"findings", rawJSON(r.Findings)},
	}
}

func people(r store.Run) []pair {
	pairs := []pair{{"note", word(r.Note)}}
	for _, k := range slices.Sorted(maps.Keys(r.Tags)) {
		pairs = append(pairs, pair{"tags." + oneLine(k), oneLine(r.Tags[k])})
	}
	if len(r.Tags) == 0 {
		pairs = append(pairs, pair{"tags", unknown})
	}
	return append(pairs, pair{"extra", rawJSON(r.Extra)})
}

func rawJSON(s *string) string {
	if s == nil {
		return unknown
	}
	return plain(json.RawMessage(*s))
}

// summary lists every metric; one line says so when there is no summary at all.
func summary(e store.Entry) []pair {
	if e.Summary == nil {
		return []pair{{"run_summary", "none could be made of this run"}}
	}
	var pairs []pair
	for _, m := range Metrics() {
		v := m.Read(e.Summary)
		pairs = append(pairs, pair{m.Name, commonScale(m.Unit, v).format(v)})
	}
	return pairs
}

func files(f store.Files) []pair {
	var pairs []pair
	for _, p := range []pair{
		{"directory", f.Dir}, {"run.json", f.RunJSON}, {"requests", f.Requests}, {"tokens", f.Tokens}, {"texts", f.Texts},
		{"devices", f.Devices}, {"server_metrics", f.ServerMetrics}, {"hosts", f.Hosts},
	} {
		if p.value != "" {
			pairs = append(pairs, p)
		}
	}
	return pairs
}
