package dataset

import "testing"

// What is said of lengths beforehand is what the prompts turn out to have, and what does not fit is counted.
func TestTooLong(t *testing.T) {
	t.Parallel()
	for name, ds := range map[string]Dataset{
		"random": made(t, Config{Name: "random", NumPrompts: 50, Seed: 2, Random: RandomConfig{InputLen: 20, OutputLen: 9, PrefixLen: 3, Range: RangeRatio{Input: 0.5, Output: 0.5}}}),
		"trace": made(t, Config{Name: "trace", NumPrompts: AllPrompts, Path: write(t, `{"timestamp":0,"input_length":9,"output_length":2}
{"timestamp":5,"input_length":30,"output_length":7}`), Trace: TraceConfig{Speed: 1}}),
		"sessions": conversations(t, nil),
		"models":   WithModels(made(t, Config{Name: "random", NumPrompts: 5, Seed: 2, Random: RandomConfig{InputLen: 20, OutputLen: 9}}), []string{"a"}, true, 1),
	} {
		longest, fit := 0, 0
		const context = 25
		for i := range ds.Len() {
			p := promptAt(t, ds, i)
			n := p.InputTokens + p.OutputTokens
			longest = max(longest, n)
			if n > context {
				fit++
			}
		}
		requests, looked, most := TooLong(ds, ds.Len(), context)
		if requests != fit || looked != ds.Len() || most != longest || fit == 0 {
			t.Errorf("%s: %d of %d, the longest of %d; want %d of %d, %d", name, requests, looked, most, fit, ds.Len(), longest)
		}
	}
	bench := made(t, Config{Name: "mt_bench", Path: write(t, `{"turns":["one"]}`), NumPrompts: 1, Turns: TurnsConfig{OutputLen: 9}})
	if n, looked, _ := TooLong(bench, 1, 1); n != 0 || looked != 0 {
		t.Errorf("a dataset that must be counted: %d of %d", n, looked)
	}
}
