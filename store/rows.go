package store

import (
	"database/sql"
	"time"
)

// SchemaVersion is written into every run.json and into the key-value metadata of every Parquet file (key
// "llmbench.schema"). Columns are only ever added; a file of an older version reads with the missing ones NULL. It rises
// when what is added changes the meaning of what was there, so that an older llmbench does not read it wrong: since 2 a
// request may have several rows, told apart by attempt.
const SchemaVersion = 2

// Nullable columns of a request. A value type, not a pointer: a run holds millions of them and the collector
// must not feed the garbage collector.
type (
	NullInt    = sql.Null[int64]
	NullString = sql.Null[string]
	NullBool   = sql.Null[bool]
)

// Int returns a known nullable integer.
func Int(v int64) NullInt { return NullInt{V: v, Valid: true} }

// String returns a known nullable string.
func String(v string) NullString { return NullString{V: v, Valid: true} }

// Run states.
const (
	RunRunning     = "running"
	RunComplete    = "complete"
	RunInterrupted = "interrupted"
	RunFailed      = "failed"
)

// Run is one row of the table runs: what was measured, with which load, and how well the client kept up.
// Pointers are NULL when nil. Times are nanoseconds; BeganAt is the wall clock of the run's origin. sql/runs.sql explains
// the columns.
type Run struct {
	RunID       string    `json:"run_id" parquet:"run_id"`
	Name        *string   `json:"name,omitempty" parquet:"name,optional"`
	Status      string    `json:"status" parquet:"status"`
	Source      string    `json:"source" parquet:"source"`
	BeganAt     time.Time `json:"began_at" parquet:"began_at,timestamp(microsecond)"`
	DurationNS  *int64    `json:"duration_ns,omitempty" parquet:"duration_ns,optional"`
	ToolVersion string    `json:"tool_version" parquet:"tool_version"`

	DCU           *string `json:"dcu,omitempty" parquet:"dcu,optional"`
	DCUCount      *int64  `json:"dcu_count,omitempty" parquet:"dcu_count,optional"`
	TP            *int64  `json:"tp,omitempty" parquet:"tp,optional"`
	PP            *int64  `json:"pp,omitempty" parquet:"pp,optional"`
	DP            *int64  `json:"dp,omitempty" parquet:"dp,optional"`
	Model         *string `json:"model,omitempty" parquet:"model,optional"`
	DType         *string `json:"dtype,omitempty" parquet:"dtype,optional"`
	Engine        *string `json:"engine,omitempty" parquet:"engine,optional"`
	EngineVersion *string `json:"engine_version,omitempty" parquet:"engine_version,optional"`
	Backend       *string `json:"backend,omitempty" parquet:"backend,optional"`
	BaseURL       *string `json:"base_url,omitempty" parquet:"base_url,optional"`
	Env           *string `json:"env,omitempty" parquet:"env,optional"`
	// MaxModelLen is the longest request the server takes, in tokens, ModelRoot where it has the weights from.
	MaxModelLen *int64  `json:"max_model_len,omitempty" parquet:"max_model_len,optional"`
	ModelRoot   *string `json:"model_root,omitempty" parquet:"model_root,optional"`

	Dataset        *string `json:"dataset,omitempty" parquet:"dataset,optional"`
	DatasetPath    *string `json:"dataset_path,omitempty" parquet:"dataset_path,optional"`
	NumPrompts     *int64  `json:"num_prompts,omitempty" parquet:"num_prompts,optional"`
	RequestRate    *Rate   `json:"request_rate,omitempty" parquet:"request_rate,optional"`
	Burstiness     *Rate   `json:"burstiness,omitempty" parquet:"burstiness,optional"`
	MaxConcurrency *int64  `json:"max_concurrency,omitempty" parquet:"max_concurrency,optional"`
	Seed           *int64  `json:"seed,omitempty" parquet:"seed,optional"`
	IgnoreEOS      *bool   `json:"ignore_eos,omitempty" parquet:"ignore_eos,optional"`
	// Sampling is a JSON object of the sampling parameters sent with every request.
	Sampling *string `json:"sampling,omitempty" parquet:"sampling,optional"`
	// Workload is a JSON object: the recipe of the prompts (dataset flags, asked lengths, content hash).
	Workload   *string `json:"workload,omitempty" parquet:"workload,optional"`
	WorkloadID *string `json:"workload_id,omitempty" parquet:"workload_id,optional"`
	Tokenizer  *string `json:"tokenizer,omitempty" parquet:"tokenizer,optional"`
	// SLO is a JSON object metric -> milliseconds, as given to --goodput.
	SLO *string `json:"slo,omitempty" parquet:"slo,optional"`
	// Flags is a JSON object of the flags given on the command line, secrets left out.
	Flags *string `json:"flags,omitempty" parquet:"flags,optional"`

	Completed *int64 `json:"completed,omitempty" parquet:"completed,optional"`
	Failed    *int64 `json:"failed,omitempty" parquet:"failed,optional"`
	// PrefixQueryTokens are the prompt tokens the server looked up in its prefix cache over the load, PrefixHitTokens those
	// it found, by its own counters.
	PrefixQueryTokens *int64 `json:"prefix_query_tokens,omitempty" parquet:"prefix_query_tokens,optional"`
	PrefixHitTokens   *int64 `json:"prefix_hit_tokens,omitempty" parquet:"prefix_hit_tokens,optional"`

	TimeBase string `json:"time_base" parquet:"time_base"`

	LagP50NS       *int64   `json:"lag_p50_ns,omitempty" parquet:"lag_p50_ns,optional"`
	LagP99NS       *int64   `json:"lag_p99_ns,omitempty" parquet:"lag_p99_ns,optional"`
	LagMaxNS       *int64   `json:"lag_max_ns,omitempty" parquet:"lag_max_ns,optional"`
	SchedP99NS     *int64   `json:"sched_p99_ns,omitempty" parquet:"sched_p99_ns,optional"`
	GCPauseMaxNS   *int64   `json:"gc_pause_max_ns,omitempty" parquet:"gc_pause_max_ns,optional"`
	ClientCPU      *float64 `json:"client_cpu,omitempty" parquet:"client_cpu,optional"`
	QueueHighWater *int64   `json:"queue_high_water,omitempty" parquet:"queue_high_water,optional"`
	WriteNS        *int64   `json:"write_ns,omitempty" parquet:"write_ns,optional"`
	WriteMaxNS     *int64   `json:"write_max_ns,omitempty" parquet:"write_max_ns,optional"`
	ClientVerdict  *string  `json:"client_verdict,omitempty" parquet:"client_verdict,optional"`
	Findings       *string  `json:"findings,omitempty" parquet:"findings,optional"`

	Tags  map[string]string `json:"tags,omitempty" parquet:"tags,optional"`
	Note  *string           `json:"note,omitempty" parquet:"note,optional"`
	Extra *string           `json:"extra,omitempty" parquet:"extra,optional"`
}

// Phases of a request. Summaries count the measured ones alone.
const (
	PhaseWarmup   = "warmup"
	PhaseMeasured = "measured"
	PhaseProbe    = "probe"
)

// Request states. Everything but StatusOK is a failure; a failed request is a row like any other.
const (
	StatusOK               = "ok"
	StatusHTTPError        = "http_error"
	StatusStreamError      = "stream_error"
	StatusTruncated        = "truncated"
	StatusConnectTimeout   = "connect_timeout"
	StatusFirstByteTimeout = "first_byte_timeout"
	StatusIdleTimeout      = "idle_timeout"
	StatusTotalTimeout     = "total_timeout"
	StatusConnectError     = "connect_error"
	StatusCancelled        = "cancelled"
)

// Where a token count comes from.
const (
	CountedByUsage     = "usage"
	CountedByTokenizer = "tokenizer"
	CountedByChunks    = "chunks"
)

// Request is one row of the table requests: one attempt at a request. RequestID and Attempt are its key within a run, and
// that of its chunks and its text; attempts of a request are stored in their order, all but the last of them failed. Every *NS is an offset from the run's origin on the client's
// monotonic clock, NULL when the request never came so far.
type Request struct {
	RequestID int64
	Phase     string
	SessionID NullString
	Turn      NullInt
	// SessionTurns is how many turns the conversation has when none fails.
	SessionTurns NullInt
	Attempt      int64 // how often the request had been tried before

	IntendedNS   NullInt // when the schedule wanted it sent
	SlotNS       NullInt // when the concurrency limit let it go; IntendedNS if nothing was awaited
	SentNS       NullInt // just before the first byte was handed to the kernel, or the dial began
	WroteNS      NullInt
	FirstByteNS  NullInt
	FirstTokenNS NullInt
	LastTokenNS  NullInt
	DoneNS       NullInt

	ConnectionReused NullBool
	Status           string
	HTTPStatus       NullInt
	Error            NullString

	PromptTokens       NullInt
	OutputTokens       NullInt
	CachedTokens       NullInt
	PromptTokensSource NullString
	OutputTokensSource NullString
	AskedTokens        NullInt
	FinishReason       NullString
	Chunks             int64
	Bytes              int64
	ServerRequestID    NullString
}

// Kind says what a chunk carries.
type Kind uint8

// Kinds of chunk. Text is the zero value: a chunk without an entry in OddChunk is text.
const (
	KindText      Kind = iota
	KindReasoning      // thinking text, kept apart from the answer by the server
	KindTool           // a tool call's name or arguments
	KindEmpty          // a token that decodes to no text yet
	KindRole           // a role with no content, before the first token
	KindFinish         // a finish reason alone
)

var kindNames = [...]string{"text", "reasoning", "tool", "empty", "role", "finish"}

// String gives the kind as the column odd_kind and the view tokens spell it.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

// Chunks are the arrivals of one request, one element per event that carried a choice, in order of arrival.
type Chunks struct {
	TNS      []int64 // since SentNS
	NTokens  []int32 // tokens in the chunk; nil when the server does not tell
	OddChunk []int32 // 0-based index of each chunk that is not plain text, ascending; nil when there are none
	OddKind  []Kind  // its kind, as long as OddChunk
}

// Record is one request with its chunks: what the collector hands over once the request has ended.
type Record struct {
	Request
	Chunks
	// OutputText is kept only when asked for; NULL otherwise.
	OutputText NullString
}
