package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// demoCmd runs the whole story: two simulated systems, one run each, report, comparison, SQL and charts.
type demoCmd struct {
	Dir string `help:"Folder for the warehouse and the charts." default:"llmbench-demo" type:"path"`
}

// Help is shown by demo --help.
func (demoCmd) Help() string {
	return `Needs nothing but this program and takes under a minute. Every step is a command you can repeat.`
}

// system is a server of the demo: a model of one accelerator setting.
type system struct {
	tp    string
	flags []string
}

// The second system computes each step with twice the accelerators; its steps are not half as long, for they have
// to talk to each other.
var demoSystems = []system{
	{"4", []string{"--cards=4", "--step-time=11ms", "--step-sequence-time=450us", "--prefill-token-time=60us"}},
	{"8", []string{"--cards=8", "--step-time=8ms", "--step-sequence-time=260us", "--prefill-token-time=34us"}},
}

var demoQuestions = []string{
	"SELECT tp, run_summary.completed, round(output_throughput, 1) AS tok_s, round(p99_ttft_ms, 1) AS p99_ttft_ms, round(median_itl_ms, 2) AS itl_ms FROM run_summary JOIN runs USING (run_id) ORDER BY tp, run_id",
	"SELECT tp, good, requests, round(good_ratio, 3) AS ratio FROM goodput(ttft_ms := 60, tpot_ms := 15) JOIN runs USING (run_id) ORDER BY tp, run_id",
	"SELECT tp, round(mean_w) AS mean_w, round(j_per_output_token, 2) AS j_per_output_token FROM energy JOIN runs USING (run_id) ORDER BY tp, run_id",
	"SELECT tp, round(quantile_cont(gap_ms, 0.999), 1) AS p999_gap_ms, count(*) AS gaps FROM token_gaps JOIN runs USING (run_id) GROUP BY tp ORDER BY tp",
}

// Run tells the story.
func (c *demoCmd) Run(a *app) error {
	warehouse := "--warehouse=" + filepath.Join(c.Dir, "warehouse")
	for _, s := range demoSystems {
		if err := c.collect(a, s, warehouse); err != nil {
			return err
		}
	}
	steps := [][]string{{"compare", "latest~1", "latest", warehouse}}
	for _, q := range demoQuestions {
		steps = append(steps, []string{"sql", q, "--runs=latest~1,latest", warehouse})
	}
	charts := filepath.Join(c.Dir, "charts")
	steps = append(steps, []string{"report", "latest~1", "latest", "--percentile-metrics=ttft,itl", "--metric-percentiles=50,99", "-o", charts, warehouse}, []string{"runs", warehouse})
	for _, args := range steps {
		if err := c.step(a, args); err != nil {
			return err
		}
	}
	fmt.Fprintf(a.stdout, "\nEverything is in %s: Parquet files in warehouse/events, pictures in charts.\n", c.Dir)
	return nil
}

// step shows a command and runs it.
func (c *demoCmd) step(a *app, args []string) error {
	fmt.Fprintf(a.stdout, "\n$ llmbench %s\n", shellWords(args))
	if err := a.execute(args); err != nil {
		if errors.Is(err, errSilent) {
			return err
		}
		return fmt.Errorf("%s: %w", args[0], err)
	}
	return nil
}

// collect serves one system in a process of its own and measures it.
func (c *demoCmd) collect(a *app, s system, warehouse string) error {
	fmt.Fprintf(a.stdout, "\n$ llmbench simulate %s &\n", shellWords(append([]string{"--port=0"}, s.flags...)))
	engine, err := startEngine(a.ctx, a.stderr, s.flags...)
	if err != nil {
		return err
	}
	fmt.Fprint(a.stdout, engine.said)
	err = c.step(a, []string{"collect", "--base-url=" + engine.url, "--name=demo-tp" + s.tp, "--dcu=simulated", "--tp=" + s.tp,
		"--num-prompts=100", "--request-rate=9", "--random-input-len=256", "--random-output-len=48", "--ignore-eos", "--seed=1",
		"--goodput", "ttft:60", "tpot:15", "--telemetry=prometheus=" + engine.url + "/metrics", warehouse})
	return errors.Join(err, engine.End())
}

// shellWords writes arguments as a shell takes them.
func shellWords(args []string) string {
	words := make([]string, 0, len(args))
	for _, arg := range args {
		if strings.ContainsAny(arg, " *()<>'\"$&|;") {
			arg = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
		words = append(words, arg)
	}
	return strings.Join(words, " ")
}
