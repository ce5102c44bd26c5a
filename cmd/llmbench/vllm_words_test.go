package main

import (
	"slices"
	"strings"
	"testing"
)

func TestBenchCommand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, want, says string }{
		{"bench serve --num-prompts 5", "collect --num-prompts 5", ""},
		{"bench serve", "collect", ""},
		{"collect bench serve", "collect bench serve", ""},
		{"bench", "", "say serve after it"},
		{"bench --help", "", "say serve after it"},
		{"bench throughput --model x", "", "bench throughput: it runs the engine inside its own process"},
		{"bench sweep serve", "", "bench sweep: llmbench sweep starts servers"},
		{"bench serv", "", "bench serv is not known"},
	} {
		got, err := benchCommand(strings.Fields(c.args))
		switch {
		case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: %v does not say %q", c.args, err, c.says)
		case c.says == "" && (err != nil || !slices.Equal(got, strings.Fields(c.want))):
			t.Errorf("%s becomes %q, %v; want %s", c.args, got, err, c.want)
		}
	}
}
