package report

import (
	"slices"
	"strings"

	"llmbench/store"
)

// partsOfLoad are what hosts that send one load together may have each for themselves, although it makes sides of a comparison
// unlike: a part of the rate, of the requests in flight and of the data.
var partsOfLoad = []string{"request_rate", "max_concurrency", "dataset_path"}

// UnlikeShards tells in what the workloads of runs differ so that they are no shards of one load, as a comparison judges it,
// such as "workload.input_len 1024 and 256". What a run does not tell differs from nothing.
func UnlikeShards(runs []store.Entry) []string {
	sides := make([][]store.Entry, len(runs))
	for i, run := range runs {
		sides[i] = []store.Entry{run}
	}
	list := []Difference{}
	for _, f := range runFields {
		list = append(list, f.difference(sides))
	}
	for _, f := range jsonFields {
		list = append(list, f.differences(sides)...)
	}
	var told []string
	for _, d := range withoutRepeats(list, runs) {
		if d.Refuses && !slices.Contains(partsOfLoad, d.Key) {
			slices.Sort(d.Values)
			told = append(told, d.Key+" "+strings.Join(slices.Compact(d.Values), " and "))
		}
	}
	return told
}
