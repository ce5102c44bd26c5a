package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"llmbench/store"
)

// Groups of differences between sides.
const (
	GroupSystem      = "system"
	GroupWorkload    = "workload"
	GroupMeasurement = "measurement"
	GroupFlags       = "flags"
)

// Difference is one thing in which the sides of a comparison are not alike.
type Difference struct {
	Group string `json:"group"`
	// Key is a column of runs, or the column and a key of its JSON: env.HSA_FORCE_FINE_GRAIN_PCIE.
	Key string `json:"key"`
	// Values has one text for each side; the values of its runs behind one another where they are not all the same.
	Values []string `json:"values"`
	// Refuses marks a difference that makes the workloads unlike.
	Refuses bool `json:"refuses"`
	// Varies marks a key that has several values on one side.
	Varies    bool  `json:"varies"`
	Footnotes []int `json:"footnotes"`

	unchecked bool
}

// runField is one column that runs are held against each other by. A NULL reads as absent.
type runField struct {
	key     string
	group   string
	read    func(*store.Run) string
	refuses bool
	absent  string
}

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
	{key: "max_model_len", group: GroupSystem, read: func(r *store.Run) string { return integer(r.MaxModelLen) }},
	{key: "backend", group: GroupSystem, read: func(r *store.Run) string { return word(r.Backend) }},
	{key: "base_url", group: GroupSystem, read: func(r *store.Run) string { return word(r.BaseURL) }},

	{key: "dataset", group: GroupWorkload, read: func(r *store.Run) string { return word(r.Dataset) }, refuses: true},
	{key: "dataset_path", group: GroupWorkload, read: func(r *store.Run) string { return word(r.DatasetPath) }, refuses: true},
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
	{key: "prefix_cache", group: GroupMeasurement, read: cacheState},
	{key: "client_verdict", group: GroupMeasurement, read: func(r *store.Run) string { return word(r.ClientVerdict) }},
}

// differences holds the runs of two or more sides against each other, refusing differences first within a group.
func differences(sides [][]store.Entry, o CompareOptions) []Difference {
	list := []Difference{}
	for _, f := range runFields {
		if !slices.Contains(o.By, f.key) {
			list = appendUnlike(list, f.difference(sides))
		}
	}
	for _, f := range jsonFields {
		for _, d := range f.differences(sides) {
			list = appendUnlike(list, d)
		}
	}
	list = append(list, achievedLengths(sides, o.LengthTolerance)...)
	list = append(list, hitRates(sides)...)
	list = withoutRepeats(list, slices.Concat(sides...))
	sortDifferences(list)
	return list
}

func sortDifferences(list []Difference) {
	order := []string{GroupSystem, GroupWorkload, GroupMeasurement, GroupFlags}
	slices.SortStableFunc(list, func(x, y Difference) int {
		if d := slices.Index(order, x.Group) - slices.Index(order, y.Group); d != 0 {
			return d
		}
		return weight(y) - weight(x)
	})
}

func weight(d Difference) int {
	if d.Refuses {
		return 1
	}
	return 0
}

// values are what the runs of each side have under one key.
type values struct {
	bySide  [][]string // each value once, in the order of the runs
	known   []string   // all of them, but for what imported files do not tell
	unknown bool       // an imported file does not tell
}

// gather reads a key of every run. An absent value of an imported run only says that the file does not tell.
func gather(sides [][]store.Entry, read func(*store.Run) (value string, told bool)) values {
	v := values{bySide: make([][]string, len(sides))}
	for i, side := range sides {
		for _, entry := range side {
			value, told := read(&entry.Run)
			if !told && imported(&entry.Run) {
				v.unknown = true
			} else if !slices.Contains(v.known, value) {
				v.known = append(v.known, value)
			}
			if !slices.Contains(v.bySide[i], value) {
				v.bySide[i] = append(v.bySide[i], value)
			}
		}
	}
	return v
}

// difference makes one of the values. A refusing key must have one value, whatever the side; another may vary, if it
// does so on all sides alike.
func (v values) difference(group, key string, refuses bool) Difference {
	d := Difference{Group: group, Key: key, Footnotes: []int{}}
	d.Refuses = refuses && len(v.known) > 1
	d.unchecked = refuses && !d.Refuses && v.unknown
	for _, side := range v.bySide {
		d.Values = append(d.Values, listed(side))
		d.Varies = d.Varies || len(side) > 1
	}
	return d
}

// mostListed is how many values of a side are named.
const mostListed = 6

func listed(values []string) string {
	if len(values) > mostListed {
		return fmt.Sprintf("%s and %d more", strings.Join(values[:mostListed], ", "), len(values)-mostListed)
	}
	return strings.Join(values, ", ")
}

// appendUnlike leaves out what all sides have alike.
func appendUnlike(list []Difference, d Difference) []Difference {
	alike := !slices.ContainsFunc(d.Values, func(v string) bool { return v != d.Values[0] })
	if alike && !d.Refuses {
		return list
	}
	return append(list, d)
}

func (f runField) difference(sides [][]store.Entry) Difference {
	runs := slices.Concat(sides...)
	refuses := f.refuses
	switch f.key {
	case "burstiness": // no gaps, nothing to be bursty
		refuses = slices.ContainsFunc(runs, func(e store.Entry) bool { return !infinite(e.Run.RequestRate) })
	case "dataset_path": // the path must stand in for content that is not known
		refuses = slices.ContainsFunc(runs, func(e store.Entry) bool { return !hashed(&e.Run) })
	}
	v := gather(sides, func(r *store.Run) (string, bool) {
		value := f.read(r)
		if value == unknown && f.absent != "" {
			return f.absent, true
		}
		return value, value != unknown
	})
	return v.difference(f.group, f.key, refuses)
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

// achievedLengths holds the mean prompt and output lengths as they came out against each other, whatever was asked for.
func achievedLengths(sides [][]store.Entry, tolerance float64) []Difference {
	var list []Difference
	add := func(key string, tokens func(*store.Summary) *int64) {
		means, texts := make([]float64, len(sides)), make([]string, len(sides))
		for i, side := range sides {
			means[i] = meanLength(side, tokens)
			texts[i] = unknown
			if means[i] > 0 {
				texts[i] = fmt.Sprintf("%.1f", means[i])
			}
		}
		apart := slices.ContainsFunc(means, func(m float64) bool {
			return m > 0 && means[0] > 0 && max(m/means[0], means[0]/m) > 1+tolerance
		})
		if apart {
			list = append(list, Difference{Group: GroupWorkload, Key: key, Values: texts, Refuses: true, Footnotes: []int{}})
		}
	}
	add("mean input tokens", func(s *store.Summary) *int64 { return s.TotalInputTokens })
	add("mean output tokens", func(s *store.Summary) *int64 { return s.TotalOutputTokens })
	return list
}

// meanLength is the mean over all requests of a side's runs; 0 when it is not known.
func meanLength(side []store.Entry, tokens func(*store.Summary) *int64) float64 {
	var sum, requests float64
	for _, entry := range side {
		if s := entry.Summary; s != nil && tokens(s) != nil {
			sum += float64(*tokens(s))
			requests += float64(s.Completed)
		}
	}
	if requests == 0 {
		return 0
	}
	return sum / requests
}
