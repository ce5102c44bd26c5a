package main

import (
	"slices"
	"strings"
	"testing"
)

func TestNormalise(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"collect --num_prompts 5", "collect --num-prompts 5"},
		{"collect --num_prompts=5", "collect --num-prompts=5"},
		{"collect --result_filename a_b.json", "collect --result-filename a_b.json"},
		{"collect --goodput ttft:1 tpot:2 --seed 1", "collect --goodput=ttft:1 --goodput=tpot:2 --seed 1"},
		{"collect --tag a=1 b=2", "collect --tag=a=1 --tag=b=2"},
		{"collect --goodput=ttft:1 --seed 1", "collect --goodput=ttft:1 --seed 1"},
		{"collect --goodput --seed 1", "collect --goodput --seed 1"},
		{"collect --goodput", "collect --goodput"},
		{"collect --frequency-penalty -0.5", "collect --frequency-penalty=-0.5"},
		{"collect --seed -1 --name x", "collect --seed=-1 --name x"},
		{"collect --goodput ttft:-1", "collect --goodput=ttft:-1"},
		{"runs --tag a b", "runs --tag a b"},
		{"sql -f x", "sql -f x"},
		{"collect -- --a_b", "collect -- --a_b"},
		{"compare --goodput ttft:1 tpot:2 a b", "compare --goodput=ttft:1 --goodput=tpot:2 a b"},
		{"compare a b --goodput ttft:1 --min_effect 2%", "compare a b --goodput=ttft:1 --min-effect 2%"},
		{"compare tag:x=1 tag:x=2", "compare tag:x=1 tag:x=2"},
		{"", ""},
	} {
		if got := normalise(strings.Fields(c.args)); !slices.Equal(got, strings.Fields(c.want)) {
			t.Errorf("%s becomes %q, want %s", c.args, got, c.want)
		}
	}
}
