package report

import (
	"slices"
	"strings"
	"testing"
)

// Imported runs are compared as far as their formulas are ours, or those that were asked for.
func TestUnlikeFormulasAreLeftOut(t *testing.T) {
	t.Parallel()
	check := func(name, source, backend, timeBase, definitions string, leftOut ...string) {
		t.Helper()
		o := DefaultCompare()
		o.Lens.Definitions = definitions
		b := plainEntry()
		b.Run.Source, b.Run.TimeBase, b.Run.Backend = source, timeBase, nil
		if backend != "" {
			b.Run.Backend = &backend
		}
		c := compare(t, o, oneRun(plainEntry()), oneRun(b))
		for _, f := range families[:4] {
			shown := slices.ContainsFunc(c.Points[0].Rows, func(r Row) bool { return strings.HasSuffix(r.Metric, "_"+f.name+"_ms") })
			if shown == slices.Contains(leftOut, f.name) {
				t.Errorf("%s: %s shown: %v", name, f.name, shown)
			}
		}
		if note := strings.Join(c.Notes, "\n"); strings.Contains(note, "left out") != (len(leftOut) > 0) {
			t.Errorf("%s: notes %s", name, note)
		}
	}
	check("a chat of vLLM's", "import:vllm", "openai-chat", "process", "", "ttft", "tpot", "itl")
	check("completions of vLLM's", "import:vllm", "vllm", "process", "")
	check("the same, as vLLM counts", "import:vllm", "openai-chat", "process", "vllm")
	check("vLLM's totals, as vLLM counts", "import:vllm", "openai-chat", "none", "vllm")
	check("vLLM's totals", "import:vllm", "openai-chat", "none", "", "ttft", "tpot", "itl")
	check("AIPerf's requests", "import:aiperf", "", "epoch", "")
	check("AIPerf's totals", "import:aiperf", "", "none", "", "ttft", "tpot", "itl")
	check("AIPerf's totals, as AIPerf counts", "import:aiperf", "", "none", "aiperf")
}
