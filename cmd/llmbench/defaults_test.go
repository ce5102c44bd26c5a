package main

import (
	"reflect"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestPlainValue takes values of the file of defaults as people write them.
func TestPlainValue(t *testing.T) {
	t.Parallel()
	check := func(flag, text string, want any) {
		t.Helper()
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		if got := plainValue(flag, v); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %s gives %q, want %q", flag, text, got, want)
		}
	}
	check("goodput", "[ttft:500, tpot:50]", []any{"ttft:500", "tpot:50"})
	check("goodput", "['ttft:500']", []any{"ttft:500"})
	check("goodput", "{ttft: 500, tpot: 50}", []any{"tpot:50", "ttft:500"})
	check("tag", "{rack: r7, driver: 6.2}", []any{"driver=6.2", "rack=r7"})
	check("tag", "[rack=r7]", []any{"rack=r7"})
	check("num-prompts", "5", "5")
	check("ignore-eos", "true", true)
}
