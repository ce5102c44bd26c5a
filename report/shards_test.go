package report

import (
	"slices"
	"testing"

	"llmbench/store"
)

// TestUnlikeShards: lengths, datasets and arrivals must be alike; seeds, rates and parts of the data are each host's own.
func TestUnlikeShards(t *testing.T) {
	t.Parallel()
	run := func(edit func(*store.Run)) store.Entry {
		r := store.Run{RunID: "r", Source: "collect", Dataset: new("random"), Seed: new(int64(1)), RequestRate: new(store.Rate(4)),
			Burstiness: new(store.Rate(1)), Workload: new(`{"dataset":"random","input_len":1024,"output_len":128,"num_prompts":8}`)}
		edit(&r)
		return store.Entry{Run: r}
	}
	for _, c := range []struct {
		name string
		edit func(*store.Run)
		want []string
	}{
		{"alike", func(*store.Run) {}, nil},
		{"parts", func(r *store.Run) {
			r.Seed, r.RequestRate, r.MaxConcurrency, r.NumPrompts, r.DatasetPath = new(int64(2)), new(store.Rate(8)), new(int64(3)), new(int64(9)), new("b.jsonl")
		}, nil},
		{"lengths", func(r *store.Run) {
			r.Workload = new(`{"dataset":"random","input_len":256,"output_len":32,"num_prompts":8}`)
		},
			[]string{"workload.input_len 1024 and 256", "workload.output_len 128 and 32"}},
		{"dataset", func(r *store.Run) { r.Dataset = new("sharegpt") }, []string{"dataset random and sharegpt"}},
		{"arrivals", func(r *store.Run) { r.Burstiness = new(store.Rate(0.5)) }, []string{"burstiness 0.5 and 1"}},
		{"not told", func(r *store.Run) { *r = store.Run{RunID: "r", Source: "import:vllm"} }, nil},
	} {
		if got := UnlikeShards([]store.Entry{run(func(*store.Run) {}), run(c.edit), run(func(*store.Run) {})}); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
