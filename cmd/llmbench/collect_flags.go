package main

import (
	"time"

	"llmbench/collect"
	"llmbench/store"
)

// The flags of collect, in the names and meanings of vLLM's serving benchmark; groups are those of the help.

type serverFlags struct {
	Backend         string   `help:"Wire protocol: ${backends}." default:"vllm" aliases:"endpoint-type" group:"server"`
	BaseURL         string   `name:"base-url" help:"Server's address, such as http://host:8000; wins over --host and --port." group:"server"`
	Host            string   `help:"Server's host." default:"127.0.0.1" group:"server"`
	Port            int      `help:"Server's port." default:"8000" group:"server"`
	Endpoint        string   `help:"Path of the API; follows the backend when not given." group:"server"`
	Header          []string `help:"Extra header KEY=VALUE; several may follow." sep:"none" placeholder:"KEY=VALUE" group:"server"`
	Insecure        bool     `help:"Accept any TLS certificate." group:"server"`
	LoraModules     []string `help:"Names to send instead of the model's, one for each request; several may follow." sep:"none" placeholder:"NAME" group:"server"`
	LoraAssignment  string   `help:"How --lora-modules are shared out: random or round-robin." enum:"random,round-robin" default:"random" group:"server"`
	Model           string   `help:"Model; the server's first when not given." group:"server"`
	ServedModelName string   `help:"Name to send in requests when --model names the tokenizer." group:"server"`
	SkipModelCheck  bool     `help:"Do not look for the model in the server's list." group:"server"`
}

type connectionFlags struct {
	APIKeyFile       string         `name:"api-key-file" help:"File with the API key; wins over OPENAI_API_KEY. Keys are neither printed nor stored." type:"path" group:"connection"`
	CAFile           string         `name:"ca-file" help:"PEM file of the authorities to trust instead of the system's." type:"path" group:"connection"`
	HTTP2            bool           `name:"http2" help:"Speak HTTP/2 and nothing else; an http:// address gets it without TLS." group:"connection"`
	RequestIDPrefix  string         `name:"request-id-prefix" help:"Begin of the header X-Request-Id, before the request's number; llmbench-<random>- when not given." group:"connection"`
	ColdConnections  bool           `help:"Open connections as requests need them instead of ahead of the load." group:"connection"`
	TimeoutConnect   time.Duration  `help:"Longest wait for a connection; 0 none." default:"30s" group:"connection"`
	TimeoutFirstByte time.Duration  `help:"Longest wait from sending to the first byte of the answer; 0 none." default:"0" group:"connection"`
	TimeoutIdle      time.Duration  `help:"Longest silence within an answer; 0 none." default:"0" group:"connection"`
	TimeoutTotal     *time.Duration `help:"Longest time of a request; 0 none. When not given: AIOHTTP_TIMEOUT of the environment, in seconds, else 6h." group:"connection"`
}

type tokenizerFlags struct {
	Tokenizer string `help:"tokenizer.json or tiktoken file, a model's folder, a model of a local Hugging Face or ModelScope cache, or 'server'; found by --model when not given." group:"data"`
	Align     bool   `help:"Before the load, ask the server's /tokenize for the length of every prompt, special tokens and chat template included, and change prompts that were made to a length until it counts that length." group:"data"`
}

type datasetFlags struct {
	DatasetName       string `help:"Dataset: ${datasets}." default:"random" group:"data"`
	DatasetPath       string `help:"File of the dataset." group:"data"`
	NumPrompts        *int   `help:"Number of requests; when neither it nor --duration or --stages says how many: 1000, of a trace all. -1: every row of a file, once." group:"data"`
	Seed              *int64 `help:"Seed of prompts and arrivals; drawn, printed and stored when not given." group:"data"`
	InputLen          *int   `help:"Tokens of a prompt, for the datasets whose prompts are made: stands for --random-input-len." group:"data"`
	OutputLen         *int   `help:"Tokens to ask for: stands for --random-output-len, --sharegpt-output-len and --prefix-repetition-output-len." group:"data"`
	SharegptOutputLen int    `name:"sharegpt-output-len" help:"sharegpt: tokens to ask for instead of the answers' own length." group:"data"`
}

type loadFlags struct {
	RequestRate      store.Rate      `help:"Requests per second; inf sends all at once." default:"inf" group:"load"`
	Duration         time.Duration   `help:"Stop sending after this; bounds the requests beside --num-prompts." group:"load"`
	RampUpStrategy   string          `help:"Raise the rate over time, linear or exponential: over --duration, else as long as --num-prompts last. (vLLM raises it from request to request.)" enum:",linear,exponential" default:"" group:"load"`
	RampUpStartRPS   *float64        `name:"ramp-up-start-rps" help:"Rate at the begin of the ramp." group:"load"`
	RampUpEndRPS     *float64        `name:"ramp-up-end-rps" help:"Rate at its end." group:"load"`
	Stages           string          `help:"Rates one after the other, such as 10:30s,20:30s." placeholder:"RATE:LENGTH,..." group:"load"`
	SelfTimed        *bool           `help:"Send when the dataset says its requests arrived; on for a dataset that carries times, unless --no-self-timed." negatable:"" group:"load"`
	Burstiness       store.Rate      `help:"Shape of the gaps: 1 Poisson, below 1 bursty, inf constant." default:"1" group:"load"`
	MaxConcurrency   int             `help:"Most requests in flight; the wait is recorded." group:"load"`
	ThinkTime        time.Duration   `help:"Closed loop: each of the --max-concurrency users waits so long after an answer before the next request." group:"load"`
	ProbeRequestRate float64         `help:"One-token requests per second beside the load and outside --max-concurrency; kept in phase probe." default:"0" group:"load"`
	NumWarmups       int             `help:"Requests before the load, with prompts of their own as far as the dataset has them; kept in phase warmup." group:"load"`
	ReadyCheck       int             `name:"ready-check-timeout-sec" help:"Longest wait in seconds for the server to list its models; no prompt is sent." group:"load"`
	ResetCache       bool            `name:"reset-prefix-cache" help:"Empty the server's prefix cache after the warm-ups (POST /reset_prefix_cache)." group:"load"`
	Profile          bool            `help:"Let the server profile the load (POST /start_profile, /stop_profile)." group:"load"`
	Retries          int             `help:"Send a request that failed so often again; every attempt is a row (column attempt) and the last one counts. It keeps its slot while it waits: as long as the server asks for (Retry-After, a minute at most), else 0.5 s, 1 s, ... 8 s." default:"0" group:"load"`
	RetryOn          collect.RetryOn `help:"After which failures: statuses of the table requests, and HTTP statuses." default:"${retry_on}" placeholder:"FAILURE,..." group:"load"`
	RepeatWorkload   bool            `help:"Send the prompts of the newest run here on the same dataset again, by its seed (0 when there is none); the server's prefix cache may then be warm, and the report says so." group:"data"`
	MaxFailed        string          `help:"Exit 2 when more requests than this fail, such as 1% or 5." placeholder:"N|N%" group:"load"`
}

type bodyFlags struct {
	IgnoreEOS         bool     `name:"ignore-eos" help:"Ask the server to go on to the asked length; on by itself for random prompts with the vllm backends." group:"sampling"`
	Temperature       *float64 `help:"Not sent when not given." group:"sampling"`
	TopP              *float64 `name:"top-p" group:"sampling"`
	TopK              *int     `name:"top-k" group:"sampling"`
	MinP              *float64 `name:"min-p" group:"sampling"`
	FrequencyPenalty  *float64 `group:"sampling"`
	PresencePenalty   *float64 `group:"sampling"`
	RepetitionPenalty *float64 `group:"sampling"`
	Logprobs          *int     `help:"Log probabilities per token to ask for." group:"sampling"`
	ExtraBody         string   `help:"JSON object merged into every request; wins over all else." placeholder:"JSON" group:"sampling"`
}

type resultFlags struct {
	PercentileMetrics string   `help:"Metrics of the report: ttft, tpot, itl, e2el, queue (client_queue_time), and ttft_ and e2el_including_client_queue, which count from the intended time. When not given: ttft,tpot,itl; e2el of backends that answer with numbers." placeholder:"LIST" group:"report"`
	MetricPercentiles string   `help:"Percentiles of the report." default:"99" group:"report"`
	Goodput           []string `help:"SLOs in ms: ttft:100 tpot:50 e2el:1000; several may follow." sep:"none" placeholder:"METRIC:MS" group:"report"`
	SaveResult        bool     `help:"Write a result file in vLLM's format too." group:"report"`
	SaveDetailed      bool     `help:"The same with per-request lists; keeps the output texts." group:"report"`
	AppendResult      bool     `help:"The same, added to the file as a further line." group:"report"`
	Label             string   `help:"Begin of the result file's name, in place of the backend." group:"report"`
	DisableTqdm       bool     `help:"Show no progress." group:"report"`
	ResultDir         string   `help:"Folder of the result file." type:"path" group:"report"`
	ResultFilename    string   `help:"Name of the result file." group:"report"`
	Metadata          []string `help:"KEY=VALUE for the result file and the run's tags; several may follow." sep:"none" placeholder:"KEY=VALUE" group:"report"`
}

type systemFlags struct {
	Name     string   `help:"Name of the run." group:"run"`
	Tag      []string `help:"KEY=VALUE kept with the run; several may follow." sep:"none" placeholder:"KEY=VALUE" group:"run"`
	DCU      string   `name:"dcu" help:"Model of the accelerator, such as K100_AI." group:"run"`
	DCUCount int64    `name:"dcu-count" help:"Number of accelerators." group:"run"`
	TP       int64    `name:"tp" help:"Tensor parallel size." group:"run"`
	PP       int64    `name:"pp" help:"Pipeline parallel size." group:"run"`
	DP       int64    `name:"dp" help:"Data parallel size." group:"run"`
	DType    string   `name:"dtype" help:"Data type, such as float16." group:"run"`
}
