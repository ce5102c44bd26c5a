package simulate

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"
)

// Config says what the engine serves and how long it takes. Default gives a usable one; the zero value is not.
type Config struct {
	// Models are the names served; the first one answers requests that name none.
	Models []string
	// MaxModelLen bounds prompt and output together, in tokens.
	MaxModelLen int
	// APIKey, when set, must come as a bearer token with every request under /v1.
	APIKey string
	// Seed drives output lengths and text, jitter and the choice of faulty requests. Length and text also depend on the
	// prompt and on the request's own seed, and on nothing else: one workload yields one set of lengths in any order.
	Seed uint64
	// Tokenizer counts prompts and spells the output. nil stands for NewWordTokenizer.
	Tokenizer Tokenizer

	// Slots is how many sequences run at once (vLLM's --max-num-seqs).
	Slots int
	// MaxQueue is how many requests may wait for a slot; one more gets a 429. -1: any number.
	MaxQueue int
	// BatchTokens is the budget of one step, prompt and output tokens together (vLLM's --max-num-batched-tokens): longer
	// prompts are computed over several steps. 0: no budget, every prompt is computed whole.
	BatchTokens int
	// PrefillTime is spent once per prompt and PrefillTokenTime for each of its tokens that is not cached.
	PrefillTime, PrefillTokenTime time.Duration
	// StepTime is the base of a decode step; StepSequenceTime is added for each sequence decoding in it and
	// StepContextTime for every 1000 tokens of their context.
	StepTime, StepSequenceTime, StepContextTime time.Duration
	// Jitter is the sigma of a lognormal factor of mean 1 on every step. 0: none.
	Jitter float64
	// TokensPerChunk is what a decode step yields per sequence, sent as one chunk (speculative decoding). The first
	// chunk, which prefill yields, is always one token.
	TokensPerChunk int
	// MeanOutputTokens is the mean of the geometric output length of requests without ignore_eos, before max_tokens cuts
	// it. 0: the model never stops by itself.
	MeanOutputTokens float64
	// PrefixCacheTokens is the capacity of a real prefix cache in tokens, in blocks of 16, least recently used first out.
	// PrefixCacheShare instead calls that share of every prompt cached. Both 0: no cache.
	PrefixCacheTokens int
	PrefixCacheShare  float64

	// Cards is how many made-up accelerators the page of metrics tells of, in the words of Hygon's DCU-Exporter.
	Cards int

	// Fixed, when set, replaces the model above: every stream has the same timing whatever the load.
	Fixed *FixedTiming
	// Flood sends without pauses, as fast as the client reads.
	Flood bool

	// Fault spoils answers on purpose: see ParseFault. The header X-Simulate-Fault does so for one request.
	Fault string
	// FaultShare is the share of requests that Fault spoils.
	FaultShare float64

	// Truth gets one JSON line per generation request when it ends: a TruthRecord. nil: no log.
	Truth io.Writer
	// DrainLimit bounds how long Serve lets streams finish once its context has ended.
	DrainLimit time.Duration
	// CoarseTimer waits with the runtime's timers (about 1 ms late) where a more precise way exists. Tests under
	// testing/synctest need it.
	CoarseTimer bool
}

// FixedTiming is exact and independent of load: chunk k of a stream is due at the request's arrival + TTFT + k*ITL.
// Deadlines are absolute, so no lateness adds up.
type FixedTiming struct {
	TTFT, ITL time.Duration
}

// Default is a small fast server: a step of 8 ms, 64 slots, no cache, no faults.
func Default() Config {
	return Config{
		Models:           []string{"simulated"},
		MaxModelLen:      32768,
		Slots:            64,
		MaxQueue:         -1,
		BatchTokens:      2048,
		PrefillTime:      5 * time.Millisecond,
		PrefillTokenTime: 20 * time.Microsecond,
		StepTime:         8 * time.Millisecond,
		StepSequenceTime: 200 * time.Microsecond,
		StepContextTime:  10 * time.Microsecond,
		Jitter:           0.05,
		TokensPerChunk:   1,
		MeanOutputTokens: 256,
		FaultShare:       1,
		DrainLimit:       5 * time.Second,
	}
}

// Validate reports everything that is wrong, joined, by the names of the flags.
func (c *Config) Validate() error {
	var p problems
	c.checkServing(&p)
	c.checkTiming(&p)
	p.unless(c.PrefixCacheTokens >= 0, "--prefix-cache-tokens must not be negative, not %d", c.PrefixCacheTokens)
	p.unless(c.PrefixCacheShare >= 0 && c.PrefixCacheShare < 1, "--prefix-cache-share must be at least 0 and below 1, not %v", c.PrefixCacheShare)
	p.unless(c.PrefixCacheTokens == 0 || c.PrefixCacheShare == 0, "--prefix-cache-tokens and --prefix-cache-share exclude each other")
	p.unless(c.FaultShare >= 0 && c.FaultShare <= 1, "--fault-share must be between 0 and 1, not %v", c.FaultShare)
	p.unless(c.Cards >= 0, "--cards must not be negative, not %d", c.Cards)
	if _, err := ParseFault(c.Fault); err != nil {
		p = append(p, fmt.Errorf("--fault: %w", err))
	}
	return errors.Join(p...)
}

func (c *Config) checkServing(p *problems) {
	p.unless(len(c.Models) > 0 && !slices.Contains(c.Models, ""), "--model must name a model")
	p.unless(c.MaxModelLen >= 2, "--max-model-len must be at least 2, not %d", c.MaxModelLen)
	p.unless(c.Slots >= 1, "--slots must be at least 1, not %d", c.Slots)
	p.unless(c.MaxQueue >= -1, "--max-queue must be -1 (any number) or more, not %d", c.MaxQueue)
	p.unless(c.TokensPerChunk >= 1, "--tokens-per-chunk must be at least 1, not %d", c.TokensPerChunk)
	p.unless(c.BatchTokens >= 0, "--batch-tokens must not be negative, not %d", c.BatchTokens)
	if c.BatchTokens > 0 && c.Slots >= 1 && c.TokensPerChunk >= 1 {
		p.unless(c.BatchTokens >= c.Slots*c.TokensPerChunk,
			"--batch-tokens %d leaves no room for a prompt beside %d slots of %d tokens: give at least %d, or 0 for no budget",
			c.BatchTokens, c.Slots, c.TokensPerChunk, c.Slots*c.TokensPerChunk)
	}
	mean := c.MeanOutputTokens
	p.unless(mean == 0 || mean >= 1 && !math.IsInf(mean, 0), "--mean-output-tokens must be 0 (never stop) or at least 1, not %v", mean)
	p.unless(c.DrainLimit >= 0, "--drain-limit must not be negative, not %v", c.DrainLimit)
}

func (c *Config) checkTiming(p *problems) {
	for _, t := range []struct {
		flag string
		d    time.Duration
	}{
		{"--prefill-time", c.PrefillTime},
		{"--prefill-token-time", c.PrefillTokenTime},
		{"--step-time", c.StepTime},
		{"--step-sequence-time", c.StepSequenceTime},
		{"--step-context-time", c.StepContextTime},
	} {
		p.unless(t.d >= 0, "%s must not be negative, not %v", t.flag, t.d)
	}
	p.unless(c.Jitter >= 0 && c.Jitter <= 2, "--jitter must be between 0 and 2, not %v", c.Jitter)
	if c.Fixed != nil {
		p.unless(c.Fixed.TTFT >= 0, "--ttft must not be negative, not %v", c.Fixed.TTFT)
		p.unless(c.Fixed.ITL >= 0, "--itl must not be negative, not %v", c.Fixed.ITL)
		p.unless(!c.Flood, "--flood excludes --ttft and --itl")
		return
	}
	p.unless(c.Flood || c.StepTime+c.StepSequenceTime > 0, "--step-time and --step-sequence-time are both 0: give one, or --flood for no pauses")
}

// problems collects what is wrong with a configuration.
type problems []error

func (p *problems) unless(ok bool, format string, args ...any) {
	if !ok {
		*p = append(*p, fmt.Errorf(format, args...))
	}
}
