package main

import "testing"

func TestShellLine(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]string{
		"vllm serve m -tp 8 --port 80": "exec vllm serve m -tp 8 --port 80",
		"./run.sh \"$MODEL\" 'a b'":    "exec ./run.sh \"$MODEL\" 'a b'",
		"server":                       "exec server",
		"A=1 vllm serve m":             "A=1 vllm serve m",
		"source x; vllm serve m":       "source x; vllm serve m",
		"cd /m && vllm serve m":        "cd /m && vllm serve m",
		"vllm serve m > log":           "vllm serve m > log",
		"vllm serve $(cat model)":      "vllm serve $(cat model)",
		"vllm serve m\nsleep 1":        "vllm serve m\nsleep 1",
		"exec vllm serve m":            "exec vllm serve m",
		". ./run.sh":                   ". ./run.sh",
		"( vllm serve m )":             "( vllm serve m )",
	} {
		if got := shellLine(command); got != want {
			t.Errorf("%q gives %q, want %q", command, got, want)
		}
	}
}
