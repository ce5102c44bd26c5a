#!/usr/bin/env bash
# Makes docs/warehouse, the runs that the documents' questions are asked of: two simulated systems of 4 and 8 accelerators,
# measured in turns, swept, overloaded and in conversation, with cards that are made up, and a real llama.cpp server where
# LLAMA_URL names one. Takes four minutes; llmbench and curl must be in PATH; docs/warehouse.sh pair makes that part alone. Answers in the documents change with it:
# go test ./cmd/llmbench -run Documents -update.
set -euo pipefail
cd "$(dirname "$0")/.."
export LLMBENCH_WAREHOUSE=docs/warehouse

# system TP PORT: an engine whose steps take 11 ms with 4 accelerators and 8 ms with 8, for they have to talk to each other.
system() {
  local step=11ms sequence=450us token=60us
  [ "$1" = 4 ] || { step=8ms sequence=260us token=34us; }
  exec llmbench simulate --quiet --port "$2" --cards "$1" --step-time $step --step-sequence-time $sequence --prefill-token-time $token "${@:3}"
}

# measure TP ARGS...: a run of the system of so many accelerators, started for it.
measure() {
  local tp=$1 port=$((18400 + $1))
  system "$tp" "$port" "${SYSTEM[@]}" &
  local engine=$!
  curl -sf --retry 50 --retry-connrefused --retry-delay 1 -o /dev/null "http://127.0.0.1:$port/health"
  llmbench collect --quiet --base-url "http://127.0.0.1:$port" --dcu simulated --tp "$tp" --dcu-count "$tp" \
    --telemetry "prometheus=http://127.0.0.1:$port/metrics" "${@:2}"
  kill -INT "$engine"; wait "$engine" || true
}

pair() {
  local seed order tp
  SYSTEM=()
  for seed in 1 2 3 4; do
    order="4 8"; [ $((seed % 2)) = 1 ] || order="8 4"
    for tp in $order; do
      measure "$tp" --name "tp$tp" --seed "$seed" --num-prompts 60 --request-rate 9 --random-input-len 256 --random-output-len 32 \
        --ignore-eos --goodput ttft:60 tpot:15
    done
  done
}

trouble() {
  SYSTEM=(--slots 6 --max-queue 8 --fault pause=400 --fault-share 0.04)
  measure 4 --name overload --seed 5 --num-prompts 120 --request-rate 16 --random-output-len 32 --ignore-eos \
    --random-input-dist lognormal:mean=600,stddev=500,max=4000
}

talk() {
  SYSTEM=(--prefix-cache-tokens 1000000)
  measure 8 --name conversations --seed 6 --backend vllm-chat --dataset-name synthetic-sessions --sessions 16 --max-concurrency 4 \
    --session-turns 4 --session-input-len 256 --session-output-len 48 --session-think-time 200ms
}

grid() {
  llmbench sweep --quiet --name grid --repeats 2 --tp 4,8 --dcu simulated --zip max-concurrency,num-prompts --max-concurrency 1,4,16,48 \
    --num-prompts 8,24,64,144 --random-input-len 256 --random-output-len 32 --ignore-eos --goodput ttft:200 tpot:25 \
    --serve-cmd 'docs/warehouse.sh system {{.tp}} {{.port}}' --port 18400 --telemetry prometheus=http://127.0.0.1:18400/metrics
}

llama() {
  llmbench collect --quiet --base-url "$LLAMA_URL" --backend openai-chat --name llama.cpp --dcu cpu --tp 1 \
    --num-prompts 48 --request-rate 12 --random-input-len 128 --random-output-len 48 --seed 7 --telemetry off
}

case "${1:-}" in
  "") pair; trouble; talk; grid; [ -z "${LLAMA_URL:-}" ] || llama ;;
  *) "$@" ;;
esac
