package interchange

import (
	"maps"
	"path/filepath"
	"testing"

	"llmbench/store"
)

func TestTagSweep(t *testing.T) {
	check := func(path string, tp int64, want map[string]string) {
		t.Helper()
		run := store.Run{Tags: map[string]string{"site": "lab"}}
		tagSweep(&run, filepath.FromSlash(path))
		want["site"] = "lab"
		if !maps.Equal(run.Tags, want) {
			t.Errorf("%s: got %v, want %v", path, run.Tags, want)
		}
		if (tp != 0) != (run.TP != nil) || run.TP != nil && *run.TP != tp {
			t.Errorf("%s: tp %v, want %d", path, run.TP, tp)
		}
	}
	check("out/20261125_1/SERVE--tensor_parallel_size=8-max_num_seqs=32-BENCH--max_concurrency=64-model=a-b_c/run=2.json", 8, map[string]string{
		"experiment": "20261125_1", "run_number": "2", "tensor_parallel_size": "8", "max_num_seqs": "32", "max_concurrency": "64", "model": "a-b_c"})
	check("e/SERVE--eager-BENCH--long-WL--request_rate=4/warmup.json", 0, map[string]string{
		"experiment": "e", "run_number": "warmup", "serve": "eager", "bench": "long", "request_rate": "4"})
	check("e/SERVE---BENCH--a.b=-1/SLA--p99_ttft_ms<=500/request_rate=7/run=0.json", 0, map[string]string{
		"experiment": "e", "run_number": "0", "a.b": "-1", "search": "p99_ttft_ms<=500", "request_rate": "7"})
	check("results/run=0.json", 0, map[string]string{})
	check("SERVE--a=1-BENCH--b=2/summary.json", 0, map[string]string{})
	check("e/SERVE--site=moon-BENCH--b=2/run=0.json", 0, map[string]string{"experiment": "e", "run_number": "0", "b": "2"}) // the file says the site
}
