package main

import (
	"bytes"
	"testing"

	"github.com/alecthomas/kong"
)

// llama.cpp's prompt cache is off for prompts that have nothing in common, and stays on where a cache is to find something,
// unless the user says otherwise.
func TestKeepCache(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--backend", "llama.cpp"}, ""},
		{[]string{"--backend", "llama.cpp", "--dataset-name", "synthetic-sessions"}, "true"},
		{[]string{"--backend", "llama.cpp-chat", "--dataset-name", "mt_bench", "--dataset-path", "x", "--sessions", "3"}, "true"},
		{[]string{"--backend", "llama.cpp-native", "--dataset-name", "prefix_repetition"}, "true"},
		{[]string{"--backend", "llama.cpp", "--dataset-name", "trace", "--dataset-path", "x", "--extra-body", `{"cache_prompt":false,"x":1}`}, "false"},
		{[]string{"--backend", "vllm", "--dataset-name", "synthetic-sessions"}, ""},
	} {
		var g struct {
			Collect collectCmd `cmd:""`
		}
		parser, err := kong.New(&g, vocabulary())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse(append([]string{"collect"}, c.args...)); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		plan, err := g.Collect.plan(newApp(t.Context(), nil, &out, &out))
		if err != nil {
			t.Fatalf("%v: %v", c.args, err)
		}
		if got := string(plan.load.Protocol.ExtraBody["cache_prompt"]); got != c.want {
			t.Errorf("%v: cache_prompt %q, want %q", c.args, got, c.want)
		}
	}
}
