package main

import (
	"slices"
	"strings"
	"testing"
)

func TestComplete(t *testing.T) {
	c := newCompleter([]string{"20261123T173200Z-k3v9", "baseline"})
	check := func(line string, want ...string) {
		t.Helper()
		at := strings.IndexByte(line, '|')
		text := strings.Replace(line, "|", "", 1)
		head, got, tail := c.complete(text, at)
		if !slices.Equal(got, want) {
			t.Errorf("%s offers %v, want %v", line, got, want)
		}
		for _, candidate := range got {
			if !strings.HasPrefix(head+candidate+tail, text[:strings.LastIndexAny(" "+text[:at], " .'(\\,")]) {
				t.Errorf("%s becomes %s", line, head+candidate+tail)
			}
		}
	}
	check("SELECT * FROM run_summ|", "run_summary", "run_summary_vllm")
	check("FROM goodp|(", "goodput")
	check("SELECT avg(ttft_m|) FROM request_latency", "ttft_ms")
	check("SELECT failures.coun|", "count")
	check("SELECT x.first_tok|", "first_token_ns")
	check("FROM runs WHERE run_id = '2026|", "20261123T173200Z-k3v9")
	check("FROM runs WHERE name IN ('a', 'bas|')", "baseline")
	check("FROM runs WHERE name = 'a' ORD|", "ORDER")
	check("FROM runs summ|", "SUMMARIZE")
	check(`\d goodp|`, "goodput")
	check(`\ti|`, `\timing`)
	check(`\pager o|`, "on", "off")
	check(`\format j|`, "json", "jsonl")
	check("SELECT |", []string{}...)
	check("SELECT é, run_i|", "run_id")
}

func TestOneLine(t *testing.T) {
	check := func(text, want string) {
		t.Helper()
		if got := oneLine(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	check("SELECT 1,\n  2;\n", "SELECT 1, 2;")
	check("SELECT 1 -- one\n;\n", "SELECT 1 -- one \n;")
}
