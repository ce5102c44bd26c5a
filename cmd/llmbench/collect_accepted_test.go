package main

import (
	"bytes"
	"cmp"
	_ "embed"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// vllmFlags is every flag of vLLM's serving benchmark, of 0.8.5 to the newest and of its client in Rust: name, default and
// clients, a flag a line.
//
//go:embed testdata/vllm_flags.txt
var vllmFlags string

// vllmFlag is one of them.
type vllmFlag struct{ name, preset string }

func listedFlags(t *testing.T) []vllmFlag {
	t.Helper()
	var out []vllmFlag
	for line := range strings.Lines(vllmFlags) {
		if fields := strings.Split(strings.TrimSpace(line), "\t"); !strings.HasPrefix(line, "#") {
			if len(fields) != 3 {
				t.Fatalf("not a flag: %q", line)
			}
			out = append(out, vllmFlag{fields[0], fields[1]})
		}
	}
	if len(out) < 130 {
		t.Fatalf("the list has %d flags only", len(out))
	}
	return out
}

// Every flag of vLLM's clients is taken, does something or says that it does not, and has its row in docs/from-vllm.md;
// one that is not taken has an answer on the command line and there.
func TestEveryFlagOfVLLM(t *testing.T) {
	t.Parallel()
	known, rows := collectFlags(t), documentedFlags(t)
	listed := map[string]bool{}
	for _, f := range listedFlags(t) {
		listed[f.name] = true
		row, documented := rows[f.name]
		if !documented {
			t.Errorf("docs/from-vllm.md has no row for --%s", f.name)
			continue
		}
		checkRow(t, f, row, known[f.name])
	}
	for name := range rows {
		if !listed[name] {
			t.Errorf("docs/from-vllm.md has a row for --%s, which is no flag of vLLM's", name)
		}
	}
	for name, flag := range known {
		if flag.Tag.Get("noeffect") != "" && !listed[name] {
			t.Errorf("--%s does nothing and is no flag of vLLM's", name)
		}
	}
	for name := range flagAnswers {
		if !listed[name] || known[name] != nil {
			t.Errorf("--%s is answered: listed %v, taken %v; want only the first", name, listed[name], known[name] != nil)
		}
	}
}

// collectFlags are those of collect by all their names.
func collectFlags(t *testing.T) map[string]*kong.Flag {
	t.Helper()
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
			for _, name := range append(flag.Aliases, flag.Name) {
				known[name] = flag
			}
			if flag.Tag.Negatable != "" {
				known["no-"+flag.Name] = flag
			}
		}
	}
	return known
}

// documentedFlags is what docs/from-vllm.md says of each flag: the cells behind its name.
func documentedFlags(t *testing.T) map[string][]string {
	t.Helper()
	data, err := os.ReadFile("../../docs/from-vllm.md")
	if err != nil {
		t.Fatal(err)
	}
	quoted := regexp.MustCompile("`--([a-z0-9-]+)`")
	rows, in := map[string][]string{}, false
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "## ") {
			in = strings.HasPrefix(line, "## Flag by flag")
		}
		cells := strings.Split(line, "|")
		if !in || len(cells) < 4 || strings.HasPrefix(line, "|---") {
			continue
		}
		for _, m := range quoted.FindAllStringSubmatch(cells[1], -1) {
			if _, twice := rows[m[1]]; twice {
				t.Errorf("docs/from-vllm.md has two rows for --%s", m[1])
			}
			rows[m[1]] = []string{strings.TrimSpace(cells[2]), strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(strings.Join(cells[3:], "|")), "|"))}
		}
	}
	return rows
}

// checkRow holds what a row says of a flag against the flag. A default that is not vLLM's is told: "same, but ...", or what
// happens "when not given".
func checkRow(t *testing.T, f vllmFlag, row []string, flag *kong.Flag) {
	t.Helper()
	says := row[1]
	if strings.HasPrefix(says, "not there: ") {
		if flag != nil || flagAnswers[f.name] == "" {
			t.Errorf("--%s is said not to be there: taken %v, answered %q", f.name, flag != nil, flagAnswers[f.name])
		}
		return
	}
	if flag == nil {
		t.Errorf("--%s is not taken", f.name)
		return
	}
	why := flag.Tag.Get("noeffect")
	switch {
	case strings.HasPrefix(says, "no effect"):
		if why == "" || !flag.Hidden {
			t.Errorf("--%s is said to have no effect: hidden %v, because %q", f.name, flag.Hidden, why)
		}
	case !strings.HasPrefix(says, "same"):
		t.Errorf("docs/from-vllm.md says of --%s %q; want same ..., no effect: ... or not there: ...", f.name, says)
	case why != "" || flag.Hidden:
		t.Errorf("--%s is said to be the same, and has no effect: %s", f.name, why)
	case !strings.Contains(says, "but ") && !strings.Contains(says, "when not given") && !sameDefault(f.preset, flag):
		t.Errorf("--%s is said to be the same: default %q, vLLM's %q", f.name, flag.Default, f.preset)
	}
}

// sameDefault compares defaults as values: nothing, 0 and false are one for what is no pointer and no text.
func sameDefault(preset string, flag *kong.Flag) bool {
	if preset == flag.Default {
		return true
	}
	a, errA := strconv.ParseFloat(cmp.Or(preset, "0"), 64)
	b, errB := strconv.ParseFloat(cmp.Or(flag.Default, "0"), 64)
	kind := flag.Target.Kind()
	return errA == nil && errB == nil && a == b && (preset != "" && flag.Default != "" || kind != reflect.Pointer && kind != reflect.String)
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
