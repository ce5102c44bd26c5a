package main

import (
	"fmt"
	"io"

	"github.com/alecthomas/kong"
)

// examples are command lines that --help and the manual show, by command; "" is the program itself. Every command has
// some, each fits a line of 80 columns and can be typed as it stands.
var examples = map[string][]string{
	"": {
		"llmbench demo                                 # the whole story, at once",
		"llmbench collect --base-url http://host:8000  # measure a server",
		"llmbench compare latest~1 latest              # what differs between two runs",
		`llmbench sql "FROM run_summary"               # ask anything`,
	},
	"collect": {
		"llmbench collect --base-url http://host:8000 --num-prompts 200",
		"llmbench collect --dcu K100_AI --tp 8 --name base --goodput ttft:500 tpot:50",
		"llmbench collect --dataset-name sharegpt --dataset-path sharegpt.json",
	},
	"sweep": {
		"llmbench sweep --batch 1,2,4,8 --lens 512:512,1024:1024 --csv sheet.csv",
		"llmbench sweep --find-max max_concurrency --slo 'p99_ttft_ms<=1000'",
		"llmbench sweep plan.yaml --dry-run",
		"llmbench sweep status plan.yaml",
	},
	"sweep run": {
		"llmbench sweep --batch 1,2,4,8 --lens 512:512,1024:1024 --csv sheet.csv",
		"llmbench sweep --tp 4,8 --serve-cmd 'vllm serve M -tp {{.tp}}'",
		"llmbench sweep --find-max max_concurrency --slo 'p99_ttft_ms<=1000'",
		"llmbench sweep plan.yaml --dry-run",
	},
	"sweep status": {
		"llmbench sweep status plan.yaml",
		"llmbench sweep status --batch 1,2,4,8 --lens 512:512,1024:1024",
	},
	"serve": {
		"llmbench serve --tp 8 -- vllm serve MODEL -tp 8 --port 8000",
		"llmbench serve --log engine.log --port 9000 -- ./start-engine.sh",
	},
	"compare": {
		"llmbench compare latest~1 latest",
		"llmbench compare tag:side=baseline tag:side=candidate --min-effect 2%",
		"llmbench compare base cand --fail-on 'p99_ttft_ms > +5%' --window steady",
		"llmbench compare --plan 3% name~nightly-*",
	},
	"report": {
		"llmbench report latest --metric-percentiles 50,90,99.9",
		"llmbench report latest --window steady --definitions vllm",
		"llmbench report base cand -o out        # report.html: one page for a browser",
		"llmbench report sweep:nightly -o out --goodput ttft:500 tpot:50",
	},
	"plot": {
		"llmbench plot percentiles base cand -o latency.svg --goodput ttft:500",
		"llmbench plot pareto sweep:nightly --lang zh -o pareto.pdf",
	},
	"sql": {
		`llmbench sql "SELECT run_id, p99_ttft_ms FROM run_summary"`,
		`llmbench sql "FROM requests WHERE status <> 'ok'" --format csv`,
		`llmbench sql "FROM goodput(ttft_ms := 200, tpot_ms := 50)" --runs latest`,
		"llmbench sql --init > init.sql && duckdb -init init.sql",
	},
	"runs": {
		"llmbench runs",
		`llmbench runs --where "tp = 8" --order-by "p99_ttft_ms DESC" --limit 10`,
		"llmbench runs show latest",
		"llmbench runs tag latest rack=r7",
	},
	"runs list": {
		`llmbench runs --where "tp = 8" --order-by "p99_ttft_ms DESC" --limit 10`,
		`llmbench runs --where "tags['rack'] = 'r7'"`,
		"llmbench runs --columns run_id,model,output_throughput --format csv",
	},
	"runs show": {
		"llmbench runs show latest",
		"llmbench runs show nightly",
	},
	"runs tag": {
		"llmbench runs tag latest rack=r7 driver=6.2",
		"llmbench runs tag baseline rack=            # takes the tag away",
		`llmbench runs tag --where "tp = 8" rack=r7`,
	},
	"runs name": {
		"llmbench runs name latest baseline",
		"llmbench runs name baseline ''              # takes the name away",
	},
	"runs note": {
		"llmbench runs note latest 'fan of card 3 was loud'",
		"llmbench runs note latest ''                # takes the note away",
	},
	"runs rm": {
		"llmbench runs rm latest --yes",
		`llmbench runs rm --where "tags['keep'] IS NULL" --kept-in s3://bench/old`,
	},
	"runs merge": {
		"llmbench runs merge host-a host-b host-c --name whole",
		"llmbench runs merge host-a host-b --allow workload --allow time",
	},
	"runs copy": {
		"llmbench runs copy latest --to /mnt/bench/warehouse",
		`llmbench runs copy --where "model = 'Qwen2.5-72B'" --to ../archive`,
	},
	"runs push": {
		"llmbench runs push latest --to s3://bench/lab",
		"llmbench runs --warehouse s3://bench/lab    # look at what is there",
	},
	"runs pull": {
		"llmbench runs pull baseline --from s3://bench/lab",
		`llmbench runs pull --where "tp = 8" --from s3://bench/lab`,
	},
	"runs check": {
		"llmbench runs check",
		"llmbench runs check latest",
	},
	"runs recover": {
		"llmbench runs recover",
		"llmbench runs recover --warehouse /mnt/bench/warehouse",
	},
	"dataset": {
		"llmbench dataset inspect --dataset-name sharegpt --dataset-path sharegpt.json",
		"llmbench dataset hf",
	},
	"dataset inspect": {
		"llmbench dataset inspect --dataset-name sharegpt --dataset-path sharegpt.json",
		"llmbench dataset inspect --random-input-len 1024 --chart lengths.png",
		"llmbench dataset inspect --tokenizer ./Qwen2.5 --samples 1 --format json",
	},
	"dataset hf": {
		"llmbench dataset hf",
		"llmbench dataset hf --format json",
	},
	"tokenize": {
		`llmbench tokenize --tokenizer ./Qwen2.5 "Hello, world!"`,
		"llmbench tokenize --tokenizer ./Qwen2.5 - < prompt.txt",
		"llmbench tokenize --tokenizer ./Qwen2.5 --decode 9707 11 1879 0",
		"llmbench tokenize --tokenizer server --base-url http://host:8000 Hello",
	},
	"import": {
		"llmbench import auto results/ --dcu K100_AI --tp 8",
		"llmbench import vllm old.json --timezone Asia/Shanghai",
	},
	"export": {
		"llmbench export latest --format vllm-detailed -o out.json",
		"llmbench export baseline candidate --format parquet -o requests.parquet",
	},
	"simulate": {
		"llmbench simulate --port 8000",
		"llmbench simulate --ttft 50ms --itl 10ms --truth truth.jsonl  # exact timing",
		"llmbench simulate --slots 8 --tokenizer ./Qwen2.5",
	},
	"doctor": {
		"llmbench doctor --base-url http://127.0.0.1:8000",
		"llmbench doctor --no-server --json",
	},
	"calibrate": {
		"llmbench calibrate",
		"llmbench calibrate --steps 64,256 --no-flood --format json",
	},
	"demo": {
		"llmbench demo",
		"llmbench demo --dir /tmp/demo",
	},
	"completion": {
		"source <(llmbench completion bash)          # in ~/.bashrc; zsh likewise",
		"llmbench completion fish > ~/.config/fish/completions/llmbench.fish",
	},
	"man": {
		"llmbench man > /usr/local/share/man/man1/llmbench.1",
		"llmbench man | man -l -",
	},
}

// writeExamples prints those of a command below its help.
func writeExamples(w io.Writer, node *kong.Node) error {
	lines := examples[commandPath(node)]
	if len(lines) == 0 {
		return nil
	}
	if _, err := fmt.Fprintln(w, "\nExamples:"); err != nil {
		return err
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, "  "+line); err != nil {
			return err
		}
	}
	return nil
}
