package main

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// jsonAnswers are commands by the heading of docs/json.md that describes what they print; docs: is of docs/warehouse, with the
// names that its runs have there. Together they print every key: a
// document that names one more is as wrong as one that lacks one.
var jsonAnswers = map[string][]string{
	"sql --schema": {"sql --schema --format json"},
	"runs show":    {"runs show a --format json", "runs show latest --format json"},
	"runs check": {
		`echo damaged > "$(ls -d warehouse/events/*/*/*/*llama*/ warehouse/events/*/*/*/* | head -1)/tokens.parquet"; touch warehouse/events/left.parquet.abcdefgh.tmp; llmbench runs check --format json`,
	},
	"compare": {
		"docs: compare tp4 tp8 --fail-on 'p99_ttft_ms > +5%' --format json",
		`compare "tags['sweep'] = 'grid' and tp = 4" "tags['sweep'] = 'grid' and tp = 8" --by max_concurrency --fail-on 'output_throughput < -5%' --format json`,
	},
	"compare --noise and --plan": {"docs: compare --noise tp4 --format json", "docs: compare --plan 3% tp4 tp8 --format json"},
	"sweep status": {
		"sweep status --name grid --max-concurrency 2,3 --num-prompts 4 --format json",
		"sweep run --quiet --name broken --base-url http://127.0.0.1:9 --max-concurrency 2,3 --num-prompts 4 --ready-check-timeout-sec 0 > /dev/null 2>&1; llmbench sweep status --name broken --base-url http://127.0.0.1:9 --max-concurrency 2,3 --num-prompts 4 --ready-check-timeout-sec 0 --format json",
		"sweep status --find-max max_concurrency --slo 'p99_ttft_ms<=1000' --format json",
	},
	"sweep --dry-run": {
		"sweep --name grid --max-concurrency 2,3 --num-prompts 4 --dry-run --format json",
		"sweep --find-max max_concurrency --slo 'p99_ttft_ms<=1000' --dry-run --format json",
	},
	"doctor":    {"doctor --no-server --json"},
	"calibrate": {"calibrate --steps 1 --no-flood --tokens 4 --ttft 5ms --itl 1ms --format json"},
	"dataset inspect": {
		"dataset inspect --num-prompts 3 --seed 1 --format json",
		"dataset inspect --dataset-name synthetic-sessions --sessions 2 --session-turns 2 --session-output-len 4 --seed 1 --format json",
		"dataset inspect --dataset-name trace --dataset-path mooncake.jsonl --seed 1 --num-prompts 2 --format json",
	},
	"dataset hf": {"dataset hf --format json"},
	"tokenize":   {`tokenize --tokenizer server --base-url "$ENGINE" --format json hello`, `tokenize --tokenizer server --base-url "$ENGINE" --format json --decode 5 6`},
	"Result files": {
		"collect --quiet --num-prompts 2 --save-detailed --result-filename out.json --pp 1 --dp 1 --dtype bf16 > /dev/null && cat out.json",
		"export latest --format vllm-detailed", "export a --format vllm",
	},
}

// sometimesPrinted are keys that hang on the machine: this one says that it is too slow for a step.
var sometimesPrinted = []string{"steps[].reason"}

// keysOf lists the keys of a JSON value as docs/json.md writes them.
func keysOf(value any, path string, keys map[string]bool) {
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			inside := strings.TrimPrefix(path+"."+key, ".")
			keys[inside] = true
			keysOf(inner, inside, keys)
		}
	case []any:
		for _, inner := range value {
			keysOf(inner, path+"[]", keys)
		}
	}
}

// documentedKeys are the first cells of the tables of a document whose rows begin with a key, by the heading above.
func documentedKeys(t *testing.T, path string) map[string][]string {
	t.Helper()
	document, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	quoted := regexp.MustCompile("`([^`]+)`")
	keys, heading, inTable := map[string][]string{}, "", false
	for line := range strings.Lines(string(document)) {
		cell, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), " | ")
		switch {
		case strings.HasPrefix(line, "## "):
			heading = strings.TrimSpace(line[3:])
		case !strings.HasPrefix(line, "|"):
			inTable = false
		case cell == "key":
			inTable = true
		case inTable:
			for _, match := range quoted.FindAllStringSubmatch(cell, -1) {
				keys[heading] = append(keys[heading], match[1])
			}
		}
	}
	return keys
}

// covers tells whether a documented key stands for one that was printed; a.* does for all below a.
func covers(documented, printed string) bool {
	if free, ok := strings.CutSuffix(documented, ".*"); ok {
		return strings.HasPrefix(printed, free+".")
	}
	return documented == printed
}

// TestJSONDocument holds docs/json.md against what commands print.
func TestJSONDocument(t *testing.T) {
	t.Parallel()
	documented := documentedKeys(t, filepath.Join("..", "..", "docs", "json.md"))
	if got, want := slices.Sorted(maps.Keys(documented)), slices.Sorted(maps.Keys(jsonAnswers)); !slices.Equal(got, want) {
		t.Errorf("docs/json.md has tables of keys below %q, commands are known for %q", got, want)
	}
	for heading, commands := range jsonAnswers {
		t.Run(strings.ReplaceAll(heading, " ", "-"), func(t *testing.T) {
			t.Parallel()
			r := newReader(t, filepath.Join("..", ".."))
			printed := map[string]bool{}
			for _, command := range commands {
				for _, answer := range r.jsonOf(t, command) {
					keysOf(answer, "", printed)
				}
			}
			compareKeys(t, documented[heading], slices.Sorted(maps.Keys(printed)))
		})
	}
}

// jsonOf runs a command, that may end as it likes, and reads the values that it prints.
func (r *reader) jsonOf(t *testing.T, command string) (values []any) {
	t.Helper()
	if asked, ok := strings.CutPrefix(command, "docs: "); ok {
		command = "export LLMBENCH_WAREHOUSE=docs/warehouse; llmbench " + asked
	} else if !strings.HasPrefix(command, "echo ") {
		command = "llmbench " + command
	}
	lines, err := r.shell("", command+" || true")
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(strings.Join(lines, "\n")))
	for {
		var value any
		switch err := decoder.Decode(&value); {
		case errors.Is(err, io.EOF) && len(values) > 0:
			return values
		case err != nil:
			t.Fatalf("%s prints no JSON: %v\n%s", command, err, strings.Join(lines, "\n"))
		}
		values = append(values, value)
	}
}

func compareKeys(t *testing.T, documented, printed []string) {
	t.Helper()
	for _, key := range printed {
		if !slices.ContainsFunc(documented, func(d string) bool { return covers(d, key) }) {
			t.Errorf("%s is printed, and docs/json.md does not name it", key)
		}
	}
	for _, d := range documented {
		if !slices.Contains(sometimesPrinted, d) && !slices.ContainsFunc(printed, func(key string) bool { return covers(d, key) }) {
			t.Errorf("docs/json.md names %s, which no command prints", d)
		}
	}
}
