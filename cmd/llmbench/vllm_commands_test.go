package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/rogpeppe/go-internal/txtar"

	"llmbench/collect"
	"llmbench/collect/simulate"
	"llmbench/store"
)

var (
	//go:embed testdata/vllm_commands.txt
	vllmCommands string
	//go:embed testdata/vllm_datasets.txtar
	vllmDatasets []byte
)

// Every command line of vLLM's tutorials that loads a server puts its load on one here, but for the number of requests and
// the rate, which are bounded. Some are run to their report and their file; of the others the load is sent and not kept.
func TestCommandsOfVLLM(t *testing.T) {
	t.Parallel()
	lines := commandLines(t)
	data := standIns(t)
	url := simulated(t, func(c *simulate.Config) {
		c.Models, c.MaxModelLen, c.MeanOutputTokens = modelsOf(lines), 100_000, 4
		c.Fixed = &simulate.FixedTiming{}
	})
	env := map[string]string{"HF_HUB_CACHE": filepath.Join(data, "hub"), "HOME": data}
	for i, line := range lines {
		args := bounded(line, asOurs(t, strings.ReplaceAll(line, "$DATA", data)))
		args = append(args, "--base-url", url, "--telemetry", "off", "--warehouse", filepath.Join(data, "warehouse"), "--result-dir", filepath.Join(data, "results"))
		var stdout, stderr bytes.Buffer
		a := newApp(t.Context(), nil, &stdout, &stderr)
		a.getenv = func(name string) string { return env[name] }
		if i%16 != 0 && !strings.Contains(line, "--result-filename") {
			if err := sendLoad(a, args); err != nil {
				t.Errorf("%s\n%v\n%s", line, err, stderr.String())
			}
			continue
		}
		if err := a.execute(args); err != nil {
			t.Errorf("%s\n%v\n%s", line, err, stderr.String())
		}
		if out := stdout.String(); !strings.Contains(out, "Successful requests:") || strings.Contains(out, "Failed requests:") {
			t.Errorf("%s\n%s", line, out)
		}
	}
	for _, name := range []string{"whisper_bench.json", "qwen_bench.json"} {
		file, err := os.ReadFile(filepath.Join(data, "results", name))
		if err != nil || !bytes.Contains(file, []byte(`"completed": 2,`)) && !bytes.Contains(file, []byte(`"completed":2,`)) {
			t.Errorf("%s: %.300s, %v", name, file, err)
		}
	}
}

// bounded keeps what a line does and asks for less of it; what is given twice counts as given last.
func bounded(line string, args []string) []string {
	if !strings.Contains(line, "--no-oversample") && !strings.Contains(line, "--num-prompts -1") {
		args = append(args, "--num-prompts", "3")
	}
	if strings.Contains(line, "--request-rate") {
		args = append(args, "--request-rate", "200")
	}
	if strings.Contains(line, "prefix_repetition") {
		args = append(args, "--prefix-repetition-num-prefixes", "2")
	}
	return args
}

// sendLoad does what a command of collect does up to the load, and puts it on the server.
func sendLoad(a *app, args []string) error {
	var g grammar
	parser, err := a.newParser(&g)
	if err != nil {
		return err
	}
	if args, err = benchCommand(args); err != nil {
		return err
	}
	if _, err = parser.Parse(normalise(args)); err != nil {
		return err
	}
	plan, err := g.Collect.plan(a)
	if err != nil {
		return err
	}
	setup, err := g.Collect.prepare(a, plan)
	if err != nil {
		return err
	}
	outcome, err := collect.New(plan.load, setup.dataset, dropped{}).Run(a.ctx)
	if err == nil && (outcome.Completed < 1 || outcome.Completed != *setup.row.NumPrompts || outcome.Failed != 0) {
		err = fmt.Errorf("%d of %d requests completed, %d failed", outcome.Completed, *setup.row.NumPrompts, outcome.Failed)
	}
	return err
}

// dropped keeps no record.
type dropped struct{}

// Append drops the batch.
func (dropped) Append([]*store.Record) error { return nil }

func commandLines(t *testing.T) []string {
	t.Helper()
	var lines []string
	for line := range strings.Lines(vllmCommands) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	if len(lines) < 50 {
		t.Fatalf("the list has %d commands only", len(lines))
	}
	return lines
}

// asOurs is a command line with the program's name replaced.
func asOurs(t *testing.T, line string) []string {
	t.Helper()
	words := unquoted(line)
	switch {
	case words[0] == "vllm":
		return words[1:]
	case words[0] == "vllm-bench":
		return append([]string{"collect"}, words[1:]...)
	case strings.HasPrefix(words[0], "python") && strings.HasSuffix(words[1], "benchmark_serving.py"):
		return append([]string{"collect"}, words[2:]...)
	}
	t.Fatalf("no program of vLLM's: %s", line)
	return nil
}

// unquoted parts a line at blanks outside of quotes.
func unquoted(line string) []string {
	quote := rune(0)
	var words []string
	word, in := "", false
	for _, c := range line {
		switch {
		case c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote, in = c, true
		case quote == 0 && unicode.IsSpace(c):
			if in {
				words = append(words, word)
			}
			word, in = "", false
		default:
			word, in = word+string(c), true
		}
	}
	return append(words, word)
}

// modelsOf are all models that the lines name, and the adapters.
func modelsOf(lines []string) []string {
	models := []string{"sql-lora-1", "sql-lora-2", "sql-lora-3"}
	for _, line := range lines {
		words := unquoted(line)
		if i := slices.Index(words, "--model"); i >= 0 && !slices.Contains(models, words[i+1]) {
			models = append(models, words[i+1])
		}
	}
	return models
}

// standIns writes the datasets, with the media that are no text.
func standIns(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	tokenizer, err := os.ReadFile("../../collect/tokenizer/testdata/bytelevel/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	files := append(txtar.Parse(vllmDatasets).Files,
		txtar.File{Name: "picture.png", Data: []byte("\x89PNG\r\n\x1a\n\x00")},
		txtar.File{Name: "film.mp4", Data: []byte("\x00\x00\x00\x18ftypmp42")},
		txtar.File{Name: "clip.wav", Data: []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10")},
		txtar.File{Name: "hub/models--BAAI--bge-reranker-v2-m3/snapshots/a/tokenizer.json", Data: tokenizer})
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, f.Data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
