package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"llmbench/store"
)

// Groups of differences between two runs.
const (
	GroupSystem      = "system"
	GroupWorkload    = "workload"
	GroupMeasurement = "measurement"
	GroupFlags       = "flags"
)

// Difference is one thing in which two runs are not alike.
type Difference struct {
	Group string `json:"group"`
	// Key is a column of runs, or the column and a key of its JSON: env.HSA_FORCE_FINE_GRAIN_PCIE.
	Key string `json:"key"`
	A   string `json:"a"`
	B   string `json:"b"`
	// Refuses marks a difference that makes the workloads unlike.
	Refuses bool `json:"refuses"`

	unchecked bool
}

// runField is one column two runs are held against each other by. A NULL reads as absent.
type runField struct {
	key     string
	group   string
	read    func(*store.Run) string
	refuses bool
	absent  string
}

// lengthTolerance is how far achieved mean lengths may be apart before that is worth a line.
const lengthTolerance = 0.05

var runFields = []runField{
	{key: "dcu", group: GroupSystem, read: func(r *store.Run) string { return word(r.DCU) }},
	{key: "dcu_count", group: GroupSystem, read: func(r *store.Run) string { return integer(r.DCUCount) }},
	{key: "tp", group: GroupSystem, read: func(r *store.Run) string { return integer(r.TP) }},
	{key: "pp", group: GroupSystem, read: func(r *store.Run) string { return integer(r.PP) }},
	{key: "dp", group: GroupSystem, read: func(r *store.Run) string { return integer(r.DP) }},
	{key: "model", group: GroupSystem, read: func(r *store.Run) string { return word(r.Model) }},
	{key: "dtype", group: GroupSystem, read: func(r *store.Run) string { return word(r.DType) }},
	{key: "engine", group: GroupSystem, read: func(r *store.Run) string { return word(r.Engine) }},
	{key: "engine_version", group: GroupSystem, read: func(r *store.Run) string { return word(r.EngineVersion) }},
	{key: "backend", group: GroupSystem, read: func(r *store.Run) string { return word(r.Backend) }},
	{key: "base_url", group: GroupSystem, read: func(r *store.Run) string { return word(r.BaseURL) }},

	{key: "dataset", group: GroupWorkload, read: func(r *store.Run) string { return word(r.Dataset) }, refuses: true},
	{key: "dataset_path", group: GroupWorkload, read: func(r *store.Run) string { return word(r.DatasetPath) }},
	{key: "num_prompts", group: GroupWorkload, read: func(r *store.Run) string { return integer(r.NumPrompts) }},
	{key: "request_rate", group: GroupWorkload, read: func(r *store.Run) string { return rate(r.RequestRate) }, refuses: true},
	{key: "burstiness", group: GroupWorkload, read: func(r *store.Run) string { return rate(r.Burstiness) }, refuses: true},
	{
		key: "max_concurrency", group: GroupWorkload, refuses: true, absent: "no limit",
		read: func(r *store.Run) string { return integer(r.MaxConcurrency) },
	},
	{key: "ignore_eos", group: GroupWorkload, read: func(r *store.Run) string { return yesNo(r.IgnoreEOS) }, refuses: true},
	{key: "seed", group: GroupWorkload, read: func(r *store.Run) string { return integer(r.Seed) }},
	{key: "workload_id", group: GroupWorkload, read: func(r *store.Run) string { return word(r.WorkloadID) }},
	{key: "tokenizer", group: GroupWorkload, read: func(r *store.Run) string { return word(r.Tokenizer) }},

	{key: "source", group: GroupMeasurement, read: func(r *store.Run) string { return word(&r.Source) }},
	{key: "status", group: GroupMeasurement, read: func(r *store.Run) string { return word(&r.Status) }},
	{key: "tool_version", group: GroupMeasurement, read: func(r *store.Run) string { return word(&r.ToolVersion) }},
	{key: "time_base", group: GroupMeasurement, read: func(r *store.Run) string { return word(&r.TimeBase) }},
	{key: "prefix_cache", group: GroupMeasurement, read: func(r *store.Run) string { return cmp.Or(warmCache(*r), unknown) }},
	{key: "client_verdict", group: GroupMeasurement, read: func(r *store.Run) string { return word(r.ClientVerdict) }},
}

// jsonField is a column that holds a JSON object, compared key by key.
type jsonField struct {
	key     string
	group   string
	read    func(*store.Run) *string
	refuses bool
}

var jsonFields = []jsonField{
	{"env", GroupSystem, func(r *store.Run) *string { return r.Env }, false},
	{"sampling", GroupWorkload, func(r *store.Run) *string { return r.Sampling }, true},
	{"workload", GroupWorkload, func(r *store.Run) *string { return r.Workload }, true},
	{"slo", GroupMeasurement, func(r *store.Run) *string { return r.SLO }, false},
	{"flags", GroupFlags, func(r *store.Run) *string { return r.Flags }, false},
}

// notedOnly are keys of the recipe that may differ between like workloads: which prompts were drawn and how many,
// not what kind.
var notedOnly = []string{"seed", "num_prompts", "tokenizer", "tokenizer_hash", "workload_id", "path", "dataset_path"}

// differences holds two runs against each other, refusing differences first within a group.
func differences(a, b store.Entry) []Difference {
	list := []Difference{}
	for _, f := range runFields {
		if d, ok := f.compare(&a.Run, &b.Run); ok {
			list = append(list, d)
		}
	}
	for _, f := range jsonFields {
		list = append(list, f.compare(&a.Run, &b.Run)...)
	}
	list = append(list, achievedLengths(a.Summary, b.Summary)...)
	list = append(list, hitRates(a.Summary, b.Summary)...)
	list = withoutRepeats(list, &a.Run, &b.Run)
	order := []string{GroupSystem, GroupWorkload, GroupMeasurement, GroupFlags}
	slices.SortStableFunc(list, func(x, y Difference) int {
		if d := slices.Index(order, x.Group) - slices.Index(order, y.Group); d != 0 {
			return d
		}
		return weight(y) - weight(x)
	})
	return list
}

func weight(d Difference) int {
	if d.Refuses {
		return 1
	}
	return 0
}

func (f runField) compare(a, b *store.Run) (Difference, bool) {
	va, vb := f.read(a), f.read(b)
	if va == vb {
		return Difference{}, false
	}
	d := Difference{Group: f.group, Key: f.key, A: va, B: vb, Refuses: f.refuses}
	if f.key == "burstiness" && infinite(a.RequestRate) && infinite(b.RequestRate) {
		d.Refuses = false // no gaps, nothing to be bursty
	}
	if f.key == "dataset_path" {
		d.Refuses = !hashed(a) || !hashed(b) // the path must stand in for the unknown content
	}
	if f.absent != "" {
		for _, v := range []*string{&d.A, &d.B} {
			if *v == unknown {
				*v = f.absent
			}
		}
		return d, true
	}
	d.unknownToImports(a, b)
	return d, true
}

// unknownToImports lifts a refusal when the missing side was imported: a NULL of our own runs means "not asked
// for", a NULL of a foreign file only that the file does not tell.
func (d *Difference) unknownToImports(a, b *store.Run) {
	if d.A == unknown && imported(a) || d.B == unknown && imported(b) {
		d.unchecked = d.Refuses
		d.Refuses = false
	}
}

func imported(r *store.Run) bool { return strings.HasPrefix(r.Source, "import") }

func infinite(r *store.Rate) bool { return r != nil && math.IsInf(float64(*r), 1) }

// hashed reports whether a run's recipe names its dataset's content.
func hashed(r *store.Run) bool {
	for k := range object(r.Workload) {
		if !strings.HasPrefix(k, "tokenizer") && (strings.Contains(k, "hash") || strings.Contains(k, "sha256")) {
			return true
		}
	}
	return false
}

func (f jsonField) compare(a, b *store.Run) []Difference {
	oa, ob := object(f.read(a)), object(f.read(b))
	missingA, missingB := missing(f.read(a), a), missing(f.read(b), b)
	keys := map[string]json.RawMessage{}
	maps.Copy(keys, oa)
	maps.Copy(keys, ob)
	var list []Difference
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		d := Difference{
			Group: f.group, Key: strings.TrimSuffix(f.key+"."+oneLine(k), "."), A: cmp.Or(plain(oa[k]), missingA), B: cmp.Or(plain(ob[k]), missingB),
			Refuses: f.refuses && !slices.Contains(notedOnly, k),
		}
		if d.A == d.B {
			continue
		}
		d.unknownToImports(a, b)
		list = append(list, d)
	}
	return list
}

// missing says what a key that is not there means: nothing was set, unless a foreign file leaves the whole column out.
func missing(column *string, r *store.Run) string {
	if column == nil && imported(r) {
		return unknown
	}
	return "not set"
}

// object reads a JSON object; one that is none becomes a single key "" with the whole text.
func object(s *string) map[string]json.RawMessage {
	if s == nil || strings.TrimSpace(*s) == "" || *s == "null" {
		return nil
	}
	var o map[string]json.RawMessage
	if json.Unmarshal([]byte(*s), &o) != nil {
		return map[string]json.RawMessage{"": json.RawMessage(*s)}
	}
	return o
}

// plain gives a JSON value one spelling: 1, 1.0 and 1e0 are equal, and so are objects whatever the order of keys.
// The empty string and a missing value are shown as "".
func plain(raw json.RawMessage) string {
	if raw == nil {
		return ""
	}
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return oneLine(string(raw))
	}
	if s, ok := v.(string); ok {
		return oneLine(s)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return oneLine(string(raw))
	}
	return oneLine(out.String())
}

// achievedLengths notes mean prompt and output lengths that came out apart, whatever was asked for.
func achievedLengths(a, b *store.Summary) []Difference {
	if a == nil || b == nil {
		return nil
	}
	mean := func(tokens *int64, requests int64) float64 {
		if tokens == nil || requests == 0 {
			return 0
		}
		return float64(*tokens) / float64(requests)
	}
	var list []Difference
	add := func(key string, x, y float64) {
		if x > 0 && y > 0 && math.Abs(y/x-1) > lengthTolerance {
			list = append(list, Difference{
				Group: GroupWorkload, Key: key, A: fmt.Sprintf("%.1f", x), B: fmt.Sprintf("%.1f", y),
			})
		}
	}
	add("mean input tokens", mean(a.TotalInputTokens, a.Completed), mean(b.TotalInputTokens, b.Completed))
	add("mean output tokens", mean(a.TotalOutputTokens, a.Completed), mean(b.TotalOutputTokens, b.Completed))
	return list
}

// toldElsewhere are flags whose effect is a column under another name, or that name a run instead of shaping it.
var toldElsewhere = []string{
	"name", "tag", "note", "metadata", "host", "port", "endpoint", "goodput", "header", "warehouse",
	"save_result", "save_detailed", "append_result", "result_dir", "result_filename", "dataset_name",
}

// withoutRepeats drops flags that only repeat a column (--tp 8 beside tp says nothing new) and recipe keys whose
// column is listed already.
func withoutRepeats(list []Difference, a, b *store.Run) []Difference {
	listed, told := map[string]bool{}, map[string]bool{}
	for _, d := range list {
		listed[d.Key] = true
	}
	for _, k := range toldElsewhere {
		told[k] = true
	}
	for _, f := range runFields {
		told[f.key] = true
	}
	for _, r := range []*store.Run{a, b} {
		for _, s := range []*string{r.Sampling, r.Workload} {
			for k := range object(s) {
				told[k] = true
			}
		}
	}
	return slices.DeleteFunc(list, func(d Difference) bool {
		column, key, _ := strings.Cut(d.Key, ".")
		switch column {
		case "flags":
			flag := strings.ReplaceAll(strings.TrimLeft(key, "-"), "-", "_")
			_, short, _ := strings.Cut(flag, "_") // random_input_len is the recipe's input_len
			return told[flag] || told[short]
		case "workload":
			return listed[key]
		}
		return false
	})
}
