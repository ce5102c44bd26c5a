package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// benchAnswers are the commands of vllm bench that are no load on a running server, with what there is for them here.
var benchAnswers = map[string]string{
	"sweep":        "llmbench sweep starts servers (--serve-cmd), varies flags, repeats and searches; llmbench plot draws, llmbench import vllm takes its results in",
	"throughput":   "it runs the engine inside its own process; start a server and load it with llmbench collect --request-rate inf",
	"latency":      "it runs the engine inside its own process; start a server and use llmbench collect --max-concurrency 1, or llmbench sweep --batch 1,8,64",
	"startup":      "llmbench serve and sweep time the start of a server (--serve-cmd)",
	"mm-processor": "it looks inside the engine; llmbench collect --dataset-name random-mm measures pictures as a client sees them",
	"forward":      "it looks inside the engine; llmbench measures servers",
}

// benchCommand takes vllm's way of saying collect, so that scripts need another program's name and no more.
func benchCommand(args []string) ([]string, error) {
	if len(args) == 0 || args[0] != "bench" {
		return args, nil
	}
	if len(args) == 1 || strings.HasPrefix(args[1], "-") {
		return nil, fmt.Errorf("bench: say serve after it, which is llmbench collect; see docs/from-vllm.md")
	}
	if args[1] == "serve" {
		return append([]string{"collect"}, args[2:]...), nil
	}
	if answer, known := benchAnswers[args[1]]; known {
		return nil, fmt.Errorf("bench %s: %s", args[1], answer)
	}
	return nil, fmt.Errorf("bench %s is not known: bench serve is llmbench collect, and of the others %s llmbench tells what it has for them",
		args[1], strings.Join(slices.Sorted(maps.Keys(benchAnswers)), ", "))
}

// flagAnswers are flags of vLLM's clients that collect does not have, with what there is for them. Those of the Rust client
// are more than flags of one load there too.
var flagAnswers = map[string]string{
	"best-of":                              "--extra-body '{\"best_of\": 2}' sends it",
	"compare":                              "llmbench import vllm FILE..., then llmbench compare RUN RUN",
	"dry-run":                              "llmbench dataset inspect takes the same flags and sends nothing",
	"max-model-len":                        "prompts that do not fit into the context which the server names are counted before the load; none is left out",
	"multi-turn":                           "--dataset-name synthetic-sessions, or --sessions N with a dataset of conversations",
	"multi-turn-concurrency":               "--max-concurrency counts conversations where they are held",
	"multi-turn-delay-ms":                  "--session-think-time 500ms",
	"multi-turn-max-turns":                 "--session-turns uniform:min=2,max=8",
	"multi-turn-min-turns":                 "--session-turns uniform:min=2,max=8",
	"multi-turn-num-turns":                 "--session-turns 5",
	"multi-turn-prefix-conversation-ratio": "every turn holds what was said before it: llmbench has no turns of another conversation's beginning",
	"multi-turn-prefix-global-ratio":       "--session-system-len, in tokens",
	"no-steady-state":                      "the steady part is looked at afterwards: llmbench report --window steady",
	"num-runs":                             "llmbench sweep --repeats 5, with the same flags",
	"per-turn-input-len":                   "--session-input-len is of every turn, --session-first-input-len of the first alone",
	"profile-batch-threshold":              "--profile profiles the whole load",
	"profile-duration":                     "--profile profiles the whole load; bound that with --duration",
	"random-cache-hit-fraction":            "--dataset-name prefix_repetition, where prompts share a few prefixes",
	"random-cache-ratio":                   "--dataset-name prefix_repetition, where prompts share a few prefixes",
	"speed-bench-max-input-len":            "prompts are not cut; throughput_1k, throughput_2k, ... are subsets of a length",
	"steady-state-min-window":              "the steady part is looked at afterwards: llmbench report --window steady",
	"steady-state-threshold":               "the steady part is looked at afterwards: llmbench report --window steady",
	"sweep-max-concurrency":                "llmbench sweep --max-concurrency 1,10,50",
	"sweep-num-prompts-factor":             "llmbench sweep --zip max-concurrency,num-prompts with a list of each; a search takes --search-factor",
	"sweep-request-rate":                   "llmbench sweep --request-rate 1,10,inf",
	"sweep-summary-percentiles":            "every percentile can be asked for afterwards: llmbench compare --metric-percentiles, or sql",
}

// vllmAnswer is what there is for a flag of vLLM's clients that a load does not have; "" for any other flag and command.
func vllmAnswer(flag string, node *kong.Node) string {
	switch commandPath(node) {
	case "collect", "dataset inspect", "sweep", "sweep run":
	default:
		return ""
	}
	return flagAnswers[strings.TrimPrefix(flag, "--")]
}
