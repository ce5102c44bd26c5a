package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestParseFaults holds what is said of a command line that is not understood: what, what may have been meant, where to
// read on.
func TestParseFaults(t *testing.T) {
	t.Parallel()
	check := func(args, want string) {
		t.Helper()
		var out, errs bytes.Buffer
		if code := run(t.Context(), strings.Fields(args), nil, &out, &errs); code != exitUsage {
			t.Errorf("%s exits %d", args, code)
		}
		if got := strings.TrimSpace(errs.String()); got != "llmbench: "+want {
			t.Errorf("%s\n got %s\nwant llmbench: %s", args, got, want)
		}
	}
	check("colect", `there is no command "colect"; did you mean collect? See llmbench --help`)
	check("frobnicate", `there is no command "frobnicate"; see llmbench --help`)
	check("dataset inspct", `there is no command "dataset inspct"; did you mean inspect? See llmbench dataset --help`)
	check("dataset", `give a command: inspect, hf; see llmbench dataset --help`)
	check("runs shwo latest", `runs list takes no argument "shwo"; did you mean show? See llmbench runs list --help`)
	check("runs latest", `runs lists all runs and takes no argument "latest"; of one run tells llmbench runs show latest; see llmbench runs list --help`)
	check("sql FROM runs", `sql takes one question, and "runs" stands behind it: put the whole question into quotes; see llmbench sql --help`)
	check("collect --bas-url x", `there is no flag --bas-url; did you mean --base-url? See llmbench collect --help`)
	check("sweep --batchs 1", `there is no flag --batchs; did you mean --batch? See llmbench sweep --help`)
	check("sweep --find-max max_concurency", `--find-max "max_concurency" is not known; did you mean max_concurrency? There are max_concurrency, request_rate; see llmbench sweep run --help`)
	check("completion csh", `<shell> "csh" is not known; did you mean zsh? There are bash, zsh, fish; see llmbench completion --help`)
	check("completion", `give <shell>; see llmbench completion --help`)
	check("tokenize x", `give --tokenizer=STRING; see llmbench tokenize --help`)
	check("collect --seed", `--seed: its value is missing; see llmbench collect --help`)
	check("collect --goodput", `--goodput: its value is missing; see llmbench collect --help`)
	check("collect --seed x", `--seed "x": must be a whole number; see llmbench collect --help`)
	check("collect --temperature x", `--temperature "x": must be a number; see llmbench collect --help`)
	check("collect --duration 5", `--duration "5": must be a length of time such as 500ms, 30s or 5m; see llmbench collect --help`)
	check("collect --ignore-eos=maybe", `--ignore-eos "maybe": must be true or false; see llmbench collect --help`)
	check("compare a b --primary p99.9_tftt_ms", `--primary: no metric "p99.9_tftt_ms"; did you mean p99.9_ttft_ms or p99.9_tpot_ms?`)
	check("compare a b --goodput tttft:500 tpot:5", `--goodput "tttft:500": the metric is not known; did you mean ttft? There are ttft, tpot, e2el`)
	check("report a --window stedy", `--window "stedy": did you mean steady? Give all, steady, or what to cut at either end, such as trim=5s,5s`)
}
