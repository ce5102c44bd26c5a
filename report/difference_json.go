package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"llmbench/store"
)

// toldElsewhere are flags whose effect is a column under another name, or that name a run instead of shaping it.
var toldElsewhere = []string{
	"name", "tag", "note", "metadata", "host", "port", "endpoint", "goodput", "header", "warehouse",
	"save_result", "save_detailed", "append_result", "result_dir", "result_filename", "dataset_name", "num_warmups",
}

// withoutRepeats drops flags that only repeat a column (--tp 8 beside tp says nothing new) and recipe keys whose
// column is listed already.
func withoutRepeats(list []Difference, runs []store.Entry) []Difference {
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
	for _, e := range runs {
		for _, s := range []*string{e.Run.Sampling, e.Run.Workload} {
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

// keysOf gives every key of a JSON column, over all runs.
func keysOf(runs []store.Entry, read func(*store.Run) *string) []string {
	keys := map[string]bool{}
	for _, e := range runs {
		for k := range object(read(&e.Run)) {
			keys[k] = true
		}
	}
	return slices.Sorted(maps.Keys(keys))
}

// missing says what a key that is not there means: nothing was set, unless a foreign file leaves the whole column out.
func missing(column *string, r *store.Run) string {
	if column == nil && imported(r) {
		return unknown
	}
	return "not set"
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
var notedOnly = []string{"seed", "num_prompts", "duration_s", "warmups", "tokenizer", "tokenizer_hash", "workload_id", "path", "dataset_path"}

func (f jsonField) differences(sides [][]store.Entry) []Difference {
	var list []Difference
	for _, k := range keysOf(slices.Concat(sides...), f.read) {
		v := gather(sides, func(r *store.Run) (string, bool) {
			value := cmp.Or(plain(object(f.read(r))[k]), missing(f.read(r), r))
			return value, value != unknown
		})
		group := f.group
		if k == "warmups" {
			group = GroupMeasurement
		}
		list = append(list, v.difference(group, strings.TrimSuffix(f.key+"."+oneLine(k), "."), f.refuses && !slices.Contains(notedOnly, k)))
	}
	return list
}
