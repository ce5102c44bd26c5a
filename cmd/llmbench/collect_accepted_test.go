package main

import (
	"bytes"
	_ "embed"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// vllmFlags is every flag of vLLM's serving benchmark, old and new, one a line.
//
//go:embed testdata/vllm_flags.txt
var vllmFlags string

// Every flag of vLLM's benchmark has an effect here, told by its help, or says that it has none, and why.
func TestEveryFlagOfVLLM(t *testing.T) {
	t.Parallel()
	var g struct {
		Collect collectCmd `cmd:""`
	}
	parser, err := kong.New(&g, vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]*kong.Flag{}
	for _, group := range parser.Model.Children[0].AllFlags(false) {
		for _, flag := range group {
			known[flag.Name] = flag
		}
	}
	names := strings.Fields(vllmFlags)
	if len(names) < 100 {
		t.Fatalf("the list has %d flags only", len(names))
	}
	listed := map[string]bool{}
	for _, name := range names {
		listed[name] = true
		flag := known[name]
		if flag == nil {
			t.Errorf("--%s is not taken", name)
			continue
		}
		if why := flag.Tag.Get("noeffect"); (why == "") == flag.Hidden {
			t.Errorf("--%s: hidden %v, without effect because %q; want both or neither", name, flag.Hidden, why)
		}
	}
	for name, flag := range known {
		if flag.Tag.Get("noeffect") != "" && !listed[name] {
			t.Errorf("--%s does nothing and is no flag of vLLM's", name)
		}
	}
}

func TestNoEffectIsTold(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	// The wrong address ends the command after its flags have been read.
	code := run(t.Context(), []string{"collect", "--warehouse", t.TempDir(), "--base-url", "http://127.0.0.1:1", "--tokenizer_mode", "auto", "--use-beam-search", "--no-stream"}, nil, &stdout, &stderr)
	if code != exitFailed {
		t.Fatalf("exits %d: %s", code, stderr.String())
	}
	for _, flag := range []string{"tokenizer-mode", "use-beam-search", "no-stream"} {
		if n := strings.Count(stderr.String(), "--"+flag+" has no effect: "); n != 1 {
			t.Errorf("--%s is told %d times: %s", flag, n, stderr.String())
		}
	}
}
